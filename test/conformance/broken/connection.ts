/** Firmwares that break connections and power. */

import { bytesOf } from "../../../src/core/bytes.ts";
import type { Fault } from "../boards.ts";
import { answers, type Broken } from "./case.ts";

const freshMasks: Fault = (line) => {
  line.receive(bytesOf("*ESE 0;*SRE 0\n"));
  return line;
};

export const connectionCases: readonly Broken[] = [
  { name: "forgets its masks with the connection", fault: freshMasks, fails: ["connection.survived"] },
  {
    name: "forgets its errors with the connection",
    fault: (line) => {
      line.receive(bytesOf("*CLS\n"));
      return line;
    },
    fails: ["connection.survived", "power.up"],
  },
  answers(
    "has the same boot id for ever",
    (reply, sent) => (/OPER.*LAST/.test(sent) ? reply.replace(/^0,\d+/, "0,42") : reply),
    "power.up",
  ),
];
