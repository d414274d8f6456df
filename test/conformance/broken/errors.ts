/** Firmwares that break errors and their queue. */

import { bytesOf, textOfBytes } from "../../../src/core/bytes.ts";
import type { Fault } from "../boards.ts";
import { hearing, over } from "../faults.ts";
import { answers, type Broken, rewrites } from "./case.ts";

const newestFirst: Fault = (line) => {
  const ask = (): string => textOfBytes(line.receive(bytesOf("SYST:ERR?\n"))[0] ?? bytesOf(""));
  const taken: string[] = [];
  return over(line, (chunk) => {
    if (textOfBytes(chunk) !== "SYST:ERR?\n") return line.receive(chunk);
    if (taken.length === 0) for (let error = ask(); !error.startsWith("0,"); error = ask()) taken.push(error);
    return [bytesOf(taken.pop() ?? '0,"No error"\n')];
  });
};

export const errorCases: readonly Broken[] = [
  rewrites("takes a missing mask for 0", /^\*ESE\n$/, "*ESE 0\n", "errors.missing"),
  { name: "gives the newest error first", fault: newestFirst, fails: ["errors.order", "errors.overflow"] },
  answers("says No errors", (reply) => reply.replace(/No error"/g, 'no errors"'), "errors.none"),
  {
    name: "gives an error twice",
    fault: hearing((text) => text.replace(/^BOGUS\nSYST:ERR\?\n/, "BOGUS\nBOGUS\nSYST:ERR?\n")),
    fails: ["errors.once"],
  },
  answers(
    "always counts 0 errors",
    (reply, sent) => (/COUN\?/.test(sent) && /^\d+$/.test(reply) ? "0" : reply),
    "errors.count",
    "errors.overflow",
  ),
  answers(
    "has no -350",
    (reply) => reply.replace(/^-350,"Queue overflow/, '-113,"Undefined header'),
    "errors.overflow",
  ),
  rewrites("has a queue of 16", /^(BOGUS\n){31}/, "BOGUS\n".repeat(15), "errors.overflow"),
  answers(
    "answers -100 for an undefined header",
    (reply) => reply.replace(/^-113,"Undefined header/, '-100,"Command error'),
    "grammar.abbreviation",
    "errors.undefined-header",
  ),
  answers(
    "has words of its own for -109",
    (reply) => reply.replace(/Missing parameter/g, "Parameter missing"),
    "errors.text",
  ),
  answers(
    "writes texts of 300 characters",
    (reply) => (reply.includes("AAAA") ? reply.replace(/A+/, "A".repeat(300)) : reply),
    "errors.text",
  ),
  rewrites(
    "clamps a mask to 255",
    /\*ESE (256|300)/g,
    "*ESE 255",
    "replies.common-refused",
    "errors.range",
    "status.event-bits",
  ),
  rewrites("ignores a parameter too many", /\*ESE 4,5/, "*ESE 4", "errors.too-many"),
  answers(
    "answers 0 to an unknown query",
    (reply, sent) => (sent.startsWith("*OPC?;BOGUS?") ? "1;0;1" : reply),
    "errors.undefined-header",
  ),
];
