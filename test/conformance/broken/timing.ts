/** Firmwares that break timing. */

import { bytesOf } from "../../../src/core/bytes.ts";
import type { Fault } from "../boards.ts";
import { hearing, over, silent } from "../faults.ts";
import { answers, type Broken, rewrites } from "./case.ts";

const fastLine =
  (seconds: number): Fault =>
  (line) =>
    Object.assign(
      over(line, (chunk) => line.receive(chunk)),
      { silenceSeconds: seconds },
    );

export const timingCases: readonly Broken[] = [
  {
    name: "waits for ever inside a message",
    fault: (line) => ({ receive: (chunk) => line.receive(chunk), midMessage: false, silence: () => {} }),
    fails: [
      "once.lost-half",
      "timing.silence-in-block",
      "timing.silence-in-text",
      "timing.silence-in-dropping",
    ],
  },
  {
    name: "drops up to the next LF after a silence, too",
    fault: silent((line, latest) => {
      if (!latest.endsWith("#9999999999")) line.silence();
    }),
    fails: ["timing.silence-in-dropping"],
  },
  { name: "gives a message up after 0.2 s", fault: fastLine(0.2), fails: ["timing.pause"] },
  {
    name: "says nothing of a message that it gave up",
    fault: silent((line) => {
      line.silence();
      line.receive(bytesOf("SYST:ERR?\n"));
    }),
    fails: ["once.lost-half", "timing.silence-in-block", "timing.silence-in-text"],
  },
  {
    name: "minds silence between messages",
    fault: (line) => ({
      receive: (chunk) => line.receive(chunk),
      midMessage: true,
      silence() {
        if (!line.midMessage) line.receive(bytesOf("X"));
        line.silence();
      },
    }),
    fails: ["timing.no-silence-between"],
  },
  rewrites(
    "drops the second of two messages that come at once",
    /^(\*ESE 1;\*ESE\?\n)\*ESE 2;\*ESE\?\n/,
    "$1",
    "timing.pipelining",
  ),
  {
    name: "drops what comes behind 16 messages",
    fault: hearing((text) =>
      /^(ARRay:READ\? [^#]*\n){17}/.test(text)
        ? text
            .split("\n")
            .slice(0, 16)
            .join("\n")
            .replace(/([^\n])$/, "$1\n")
        : text,
    ),
    fails: ["timing.pipelined-reads"],
  },
  {
    name: "answers the second of two messages first",
    fault: hearing((text) => text.replace(/^(\*ESE 1;\*ESE\?\n)(\*ESE 2;\*ESE\?\n)/, "$2$1")),
    fails: ["timing.pipelining"],
  },
  answers(
    "does not answer its version",
    (reply, sent) => (sent === "SYST:VERS?\n" ? undefined : reply),
    "status.version",
    "timing.quick",
  ),
];
