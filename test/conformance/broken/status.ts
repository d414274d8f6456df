/** Firmwares that break status and common commands. */

import { answers, type Broken, rewrites } from "./case.ts";

export const statusCases: readonly Broken[] = [
  answers(
    "has another model in *IDN?",
    (reply) => reply.replace("PCM-16,0042", "PCM-17,0042"),
    "status.identification",
  ),
  answers(
    "does not clear events when they are read",
    (reply, sent) => (/\*ESR\?;\*ESR\?/.test(sent) ? "32;32" : reply),
    "status.events-once",
  ),
  answers(
    "takes an overrun for an execution error",
    (reply, sent) => (/#9999999999\n\*ESR/.test(sent) ? "16" : reply),
    "status.event-bits",
  ),
  rewrites("ignores *OPC", /\*OPC;/, "", "status.operation-complete"),
  rewrites("clears the masks too", /BOGUS\n\*CLS\n/, "*CLS;*ESE 0;*SRE 0\n", "status.clear"),
  answers("keeps bit 64", (reply, sent) => (sent.startsWith("*SRE 255") ? "255" : reply), "status.masks"),
  answers(
    "has no summary bit",
    (reply) => reply.replace(/^100;/, "36;"),
    "status.byte",
    "status.byte-unchanged",
  ),
  answers(
    "clears the event when the status byte is read",
    (reply) => reply.replace("100;100;", "100;4;"),
    "status.byte-unchanged",
  ),
  rewrites("clears the queue at *RST", /\*RST/g, "*RST;*CLS", "status.reset"),

  answers(
    "passes the self-test in words",
    (reply, sent) => (sent === "*RST;*WAI;*TST?\n" ? "PASS" : reply),
    "status.self-test",
  ),
  answers("follows another SCPI", (reply) => reply.replace("1999.0", "1995.0"), "status.version"),
  rewrites(
    "ignores parameters of *CLS",
    /\*CLS 1/,
    "*CLS",
    "replies.refusal-among-others",
    "errors.order",
    "status.parameters",
    "status.wrong-clear",
  ),
  rewrites("ignores parameters of *IDN?", /\*IDN\? 1/, "*IDN?", "status.identification-parameters"),
];
