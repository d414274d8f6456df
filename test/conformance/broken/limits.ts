/** Firmwares that break limits. */

import { believingLengths, hearing } from "../faults.ts";
import { answers, type Broken, rewrites } from "./case.ts";

export const limitCases: readonly Broken[] = [
  {
    name: "resumes behind the announced length",
    fault: believingLengths,
    fails: ["limits.announced-block", "status.event-bits"],
  },
  {
    name: "has too small a buffer",
    fault: hearing((text) =>
      text.length > 2000 ? "*ESE #9999999999\n*OPC?\n".slice(0, text.startsWith("X") ? 99 : 17) : text,
    ),
    fails: ["limits.largest-message"],
  },
  rewrites("loses the message behind an overrun", /^(X{2000,})\n/, "$1", "limits.overrun"),
  rewrites("executes 65 units", /(\*ESE 1;){64}\*ESE 1/, "*ESE 1", "limits.units"),
  rewrites("takes 32 units only", /^(\*OPC\?;){63}/, "4X", "limits.units"),
  answers(
    "reports 257 parameters as one too many",
    (reply) => reply.replace(/^-223,"Too much data/, '-108,"Parameter not allowed'),
    "limits.units",
    "limits.parameters",
    "trains.steps",
  ),
];
