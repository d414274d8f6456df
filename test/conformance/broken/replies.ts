/** Firmwares that break replies. */

import { instead } from "../faults.ts";
import { answers, type Broken, rewrites } from "./case.ts";

export const replyCases: readonly Broken[] = [
  {
    name: "says OK to commands",
    fault: instead((sent, run) => (sent === "*ESE 0\n" ? [...run(sent), "OK\n"] : undefined)),
    fails: ["replies.queries-only"],
  },
  answers(
    "joins responses with commas",
    (reply, sent) => (sent.startsWith("*OPC?;*STB?") ? reply.replace(";", ",") : reply),
    "replies.joined",
  ),
  answers("ends replies with CR LF", (reply) => `${reply}\r`, "replies.line-feed"),
  answers(
    "writes spaces behind commas",
    (reply) => reply.replace(/^(-?\d+),"/g, '$1, "'),
    "replies.separators",
    "errors.none",
  ),
  answers(
    "says OK when an operation is done",
    (reply, sent) => (sent === "CHIP:SAFE?\n" ? "OK" : reply),
    "replies.status",
    "safe.done",
  ),
  {
    name: "queues no refused operation",
    fault: instead((sent, run) => {
      if (!/^CHIP:/.test(sent)) return undefined;
      const replies = run(sent);
      if (replies[0]?.startsWith("-108")) run("SYST:ERR?\n");
      return replies;
    }),
    fails: ["replies.refusal", "time.parameters", "safe.parameters", "temperature.parameters"],
  },
  rewrites(
    "stops a message at a refused operation",
    /(\*ESE 5;:CHIP:TIME\? 1).*/,
    "$1",
    "replies.refusal-among-others",
  ),
  {
    name: "answers a query that it refuses",
    fault: instead((sent, run) => (sent === "*ESE? 1\n" ? [...run(sent), "0\n"] : undefined)),
    fails: ["replies.common-refused", "status.parameters"],
  },
];
