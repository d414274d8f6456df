/** Firmwares that break the measurement of currents. */

// biome-ignore-all lint/suspicious/noControlCharactersInRegex: blocks hold any byte.

import { exampleDescriptor, fakeArray } from "../../firmware/fake-array.ts";
import { answering, bigEndian } from "../faults.ts";
import { answers, type Broken, rewrites } from "./case.ts";

const isCurrent = (sent: string): boolean => sent.startsWith("CALibrate:CURRent?");

export const currentCases: readonly Broken[] = [
  answers(
    "writes currents in another order of bytes",
    (reply, sent) => (isCurrent(sent) ? bigEndian(reply) : reply),
    "currents.fields",
    "currents.largest-batch",
  ),
  // 3276 codes are 400 uA: one more is 0x0CCD.
  rewrites("clamps codes", /^(CALibrate:CURRent\? #1\d(?:\0\0)?)\xcd\x0c/, "$1\xcc\x0c", "currents.limits"),
  rewrites("takes no code for one", /^(CALibrate:CURRent\?) #10/, "$1 #12\0\0", "currents.count"),
  rewrites("takes one code more", /^(CALibrate:CURRent\? #4)1026\0\0/, "$11024", "currents.count"),
  rewrites("drops half a code", /^(CALibrate:CURRent\?) #13\x01\0\x01/, "$1 #12\x01\0", "currents.whole"),
  rewrites(
    "has no room for many codes",
    /^(CALibrate:CURRent\?) #41024[\s\S]{1024}/,
    "$1 #10",
    "currents.largest-batch",
  ),
  {
    name: "answers -200 to currents that it does not announce",
    array: () => fakeArray({ ...exampleDescriptor, emulated: true }),
    fault: answering((reply, sent) => (isCurrent(sent) ? '-200,"Execution error"' : reply)),
    fails: ["currents.absent"],
  },
];
