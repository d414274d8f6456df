/** Firmwares that break chip time. */

import { answering, withBlock } from "../faults.ts";
import { answers, type Broken, readFields, rewrites } from "./case.ts";

let backwards = 1e6;
const rounded = (text: string): string => String(Number(Number(text).toPrecision(4)));

const saysReal = answering((reply, sent) =>
  sent.includes("SYSTem:DESCriptor?")
    ? withBlock(reply, (json) => json.replace('"virtual"', '"real"'))
    : reply,
);

export const timeCases: readonly Broken[] = [
  { name: "says that its virtual clock is real", fault: saysReal, fails: ["time.kind"] },
  answers(
    "has a clock that runs backwards",
    (reply, sent) => (sent === "CHIP:TIME?\n" && reply.startsWith("0,") ? `0,${--backwards}` : reply),
    "status.reset",
    "time.forwards",
    "time.kind",
    "time.read-stamps",
    "mvm.stamps",
    "emulator.time-past",
    "emulator.time-forward",
    "connection.survived",
  ),
  answers(
    "stamps reads with another clock",
    readFields(([status = "", first, last, ...rest]) => [
      status,
      `${Number(first) + 100}`,
      `${Number(last) + 100}`,
      ...rest,
    ]),
    "time.read-stamps",
  ),
  answers(
    "stamps the end of the last sample when nothing was chosen",
    readFields(([status = "", first = "", last, ...rest]) => [
      status,
      first,
      first === last ? `${Number(last) + 1e-6}` : `${last}`,
      ...rest,
    ]),
    "time.nothing-chosen",
  ),
  answers(
    "rounds times to four digits",
    readFields(([status = "", first = "", last = "", ...rest]) => [
      status,
      rounded(first),
      rounded(last),
      ...rest,
    ]),
    "time.resolution",
  ),
  rewrites(
    "ignores parameters of CHIP:TIME?",
    /^CHIP:TIME\? 1/,
    "CHIP:TIME?",
    "replies.refusal",
    "time.parameters",
  ),
];
