/** Firmwares that break program-and-verify by the board itself. */

// biome-ignore-all lint/suspicious/noControlCharactersInRegex: blocks hold any byte.

import { exampleDescriptor, fakeArray } from "../../firmware/fake-array.ts";
import type { Fault } from "../boards.ts";
import { answering } from "../faults.ts";
import { answers, type Broken, rewrites } from "./case.ts";

const otherError = '-200,"Execution error"';

/** Takes every request for a new one. */
const forgettingRequests: Fault = (line, firmware) => {
  const seen = new Set<string>();
  return answering((reply, sent) => {
    const again = seen.has(sent);
    if (!sent.startsWith("PROGram:VERify?") || !reply.startsWith("0,")) return reply;
    seen.add(sent);
    return again ? reply.replace(/^0,(\d+),0,/, "0,$1,4,") : reply;
  })(line, firmware);
};

export const programCases: readonly Broken[] = [
  rewrites(
    "gives two iterations too many",
    /^(PROGram:VERify\? .*),2,2,0,0,255,/,
    "$1,5,2,0,0,255,",
    "program.run",
  ),
  rewrites(
    "programs cells that the mask does not choose",
    /^(PROGram:VERify\? .*),#11\0,#10/,
    "$1,#11\x01,#12\xff\0",
    "program.masked",
  ),
  answers(
    "answers readings while it programs with another error",
    (reply, sent) => (sent.startsWith("ARRay:READ?") && reply.startsWith("1003") ? otherError : reply),
    "program.busy",
  ),
  answers(
    "calls an aborted run finished",
    (reply, sent) =>
      /^PROGram:(ABORt|PROGress)/.test(sent) ? reply.replace(/^0,(\d+),2,/, "0,$1,1,") : reply,
    "program.abort",
  ),
  rewrites("goes on through a reset", /^\*RST\n/, "*WAI\n", "program.safe"),
  { name: "answers a run that comes again as a new one", fault: forgettingRequests, fails: ["program.once"] },
  // The longest pulse is 10 us.
  rewrites("shortens pulses of its runs", /^(PROGram:VERify\? .*),10001/, "$1,10000", "program.limits"),
  answers(
    "has another error for runs that it does not know",
    (reply) => (reply.startsWith("1004") ? otherError : reply),
    "program.unknown",
  ),
  {
    name: "answers -200 to runs that it does not announce",
    array: () => fakeArray({ ...exampleDescriptor, emulated: true }),
    fault: answering((reply, sent) => (sent.startsWith("PROGram:") ? otherError : reply)),
    fails: ["program.absent"],
  },
];
