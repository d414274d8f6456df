/** Firmwares that break the operations that only ask. */

import { answers, type Broken, rewrites } from "./case.ts";

let boots = 5;

export const queryCases: readonly Broken[] = [
  answers(
    "answers another boot id each time",
    (reply, sent) => (/OPER.*LAST/.test(sent) ? reply.replace(/^0,\d+/, () => `0,${++boots}`) : reply),
    "status.reset",
    "record.constant",
    "once.connection",
    "connection.survived",
  ),
  answers(
    "has no last operation id",
    (reply, sent) => (sent === "SYSTem:OPERation:LAST?\n" ? reply.replace(/,\d+$/, "") : reply),
    "status.reset",
    "record.fields",
    "record.constant",
    "connection.survived",
    "power.up",
  ),
  answers(
    "adds a field to CHIP:SAFE?",
    (reply, sent) => (/^CHIP:SAFE\?\n/.test(sent) ? "0,0" : reply),
    "replies.status",
    "safe.done",
  ),
  answers(
    "answers degrees Celsius",
    (reply, sent) => (/^CHIP:TEMPerature\?\n/.test(sent) ? "0,26.85" : reply),
    "temperature.stamps",
  ),
  answers(
    "answers 0 K",
    (reply, sent) => (/^CHIP:TEMPerature\?\n/.test(sent) ? "0,0" : reply),
    "temperature.fields",
    "temperature.stamps",
  ),
  rewrites("ignores parameters of CHIP:TEMP?", /^CHIP:TEMP\? 1/, "CHIP:TEMP?", "temperature.parameters"),
  rewrites("ignores parameters of CHIP:SAFE?", /^CHIP:SAFE\? 1/, "CHIP:SAFE?", "safe.parameters"),
  rewrites("ignores parameters of the record", /^SYST:OPER:LAST\? 1/, "SYST:OPER:LAST?", "record.parameters"),
];
