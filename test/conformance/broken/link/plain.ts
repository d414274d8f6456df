/** Boards that break the peace of frames and plain lines on one port (SPEC.md, 17.3). */

// biome-ignore-all lint/suspicious/noControlCharactersInRegex: lines with frames hold any byte.

import { type HostedLine, silenceSeconds } from "../../../../mocks/host/line-server.ts";
import { bytesOf, textOfBytes } from "../../../../src/core/bytes.ts";
import type { LinkFault } from "../../linked-boards.ts";
import { behind, changed, hearsBytes, hearsText, type LinkBroken, receiving } from "./case.ts";

const queueing: LinkFault = ({ toBoard, firmware }) => ({
  toBoard(bytes) {
    changed(bytes, (piece, frame) => {
      if (typeof frame === "string" && /\x01\*ESE 77/.test(textOfBytes(piece)))
        firmware.openLine().receive(bytesOf("BOGUS\n"));
      return [piece];
    });
    toBoard(bytes);
  },
});

/** One line for all who `shares`. */
const oneLine = (shares: (number: number) => boolean) => {
  let shared: HostedLine | undefined;
  return behind((line, number) => {
    if (!shares(number)) return line;
    shared ??= line;
    return shared;
  });
};

export const linkPlainCases: readonly LinkBroken[] = [
  {
    name: "hears no plain line behind an empty one",
    fault: hearsText(() => (text) => (text.startsWith("\nSYST:VERS?") ? undefined : text)),
    fails: ["link.plain-line"],
  },
  {
    name: "executes a plain message that a frame interrupts",
    fault: hearsText(() => (text) => text.replace(/^\*ESE 77(?=\0)/, "*ESE 77\n")),
    fails: ["link.plain-abandoned"],
  },
  {
    name: "waits for the end of a frame for ever",
    fault: hearsText(() => {
      let stuck = false;
      return (text) => {
        const dropped = stuck;
        stuck = text === "\x01\x02";
        return dropped ? undefined : text;
      };
    }),
    fails: ["link.silence"],
  },
  {
    name: "takes a frame that begins with LF for an empty line",
    fault: hearsBytes(
      () => (piece, frame) => (typeof frame !== "string" && piece[0] === 0x0a ? [] : [piece]),
    ),
    fails: ["link.first-byte"],
  },
  { name: "queues an error for noise", fault: queueing, fails: ["link.garbage"] },
  {
    name: "mixes plain lines and framed messages",
    hosted: (firmware) => {
      const line = firmware.openLine(undefined, { payloadBytes: 1024, windowFrames: 4 });
      return { openLine: () => line };
    },
    fails: ["link.apart", "link.unfinished"],
  },
  {
    name: "gives a framed message up that rests",
    hosted: behind((line, number, timer) => {
      let cancel = (): void => {};
      return receiving(line, (chunk) => {
        cancel();
        const responses = line.receive(chunk);
        if (number > 0 && line.midMessage) cancel = timer.after(silenceSeconds, () => line.silence());
        return responses;
      });
    }),
    fails: ["link.rest"],
  },
  {
    name: "goes on with a message in the next session",
    hosted: oneLine((number) => number > 0),
    fails: ["link.unfinished"],
  },
  {
    name: "answers *IDN? in small letters as any other line",
    fault: hearsText(() => (text) => (text === " *idn? \r\n" ? "*IDN?;*WAI\n" : text)),
    fails: ["link.first-contact"],
  },
];
