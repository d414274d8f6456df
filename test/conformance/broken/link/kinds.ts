/** Boards that break what they offer (SPEC.md, 10.10), and kinds of frames (17.2). */

import { encodeFrame, type Frame } from "../../../../firmware-protocol/frame/frame.ts";
import { bytesOf, textOfBytes } from "../../../../src/core/bytes.ts";
import { behind, control, hears, hearsBytes, type LinkBroken, receiving, says } from "./case.ts";

/** Answers SYSTem:LINK? so. */
const offering = (answer: string) =>
  behind((line) =>
    receiving(line, (chunk) =>
      line.receive(chunk).map((reply) => bytesOf(textOfBytes(reply).replace(/^0,1,1,1024,4$/m, answer))),
    ),
  );

const withOpen = (change: (payload: Uint8Array) => Uint8Array | undefined) =>
  hears(() => (frame) => {
    const payload = frame.kind === "open" ? change(frame.payload) : frame.payload;
    return payload === undefined ? [] : [{ ...frame, payload }];
  });

const saysOf = (kind: Frame["kind"], change: (frame: Frame) => Partial<Frame>) =>
  says(() => (frame) => [frame.kind === kind ? { ...frame, ...change(frame) } : frame]);

/** Hears no more in a row. */
const fourPings = () => {
  let pings = 0;
  return hearsBytes(() => (piece, frame) => {
    pings = typeof frame !== "string" && frame.kind === "ping" ? pings + 1 : 0;
    return pings > 4 ? [] : [piece];
  });
};

export const linkKindCases: readonly LinkBroken[] = [
  { name: "offers a window of 0", hosted: offering("0,1,1,1024,0"), fails: ["link.offer"] },
  { name: "offers a later version alone", hosted: offering("0,2,2,1024,4"), fails: ["link.offer"] },
  { name: "has a link on TCP", options: { cable: "tcp" }, fails: ["link.elsewhere"] },
  {
    name: "ignores parameters of SYSTem:LINK?",
    hosted: behind((line) =>
      receiving(line, (chunk) => line.receive(bytesOf(textOfBytes(chunk).replace("LINK? 1", "LINK?")))),
    ),
    fails: ["link.offer-parameters"],
  },
  {
    name: "says nothing of its link in frames",
    hosted: (firmware) => {
      let lines = 0;
      return { openLine: (push, link) => firmware.openLine(push, lines++ === 0 ? link : undefined) };
    },
    fails: ["link.offer-in-frames"],
  },
  {
    name: "accepts with its own limits",
    fault: saysOf("accept", () => ({ payload: Uint8Array.of(1, 0, 4, 4) })),
    fails: ["link.accept"],
  },
  {
    name: "numbers its accept",
    fault: saysOf("accept", () => ({ sequence: 1 })),
    fails: ["link.handshake-numbers"],
  },
  {
    name: "takes a session of 0 for any other",
    fault: hears(() => (frame, { toHost }) => {
      if (frame.kind === "open" && frame.session === 0) toHost(encodeFrame(control("accept", 0, 1, 0, 4, 4)));
      return [frame];
    }),
    fails: ["link.impossible-open"],
  },
  {
    name: "makes up what an open lacks",
    fault: withOpen((payload) => (payload.length < 5 ? Uint8Array.of(1, 1, 0, 4, 4) : payload)),
    fails: ["link.impossible-open"],
  },
  {
    name: "knows no longer open",
    fault: withOpen((payload) => (payload.length > 5 ? undefined : payload)),
    fails: ["link.later-open"],
  },
  {
    name: "knows one version of an open alone",
    fault: withOpen((payload) => (payload[1] === 1 ? payload : Uint8Array.of(2, 2, ...payload.slice(2)))),
    fails: ["link.versions"],
  },
  {
    name: "accepts version 2",
    fault: withOpen((payload) => Uint8Array.of(1, ...payload.slice(1))),
    fails: ["link.no-version"],
  },
  {
    name: "takes a P of 63 for 64",
    fault: withOpen((payload) => (payload[2] === 63 ? Uint8Array.of(1, 1, 64, 0, 1) : payload)),
    fails: ["link.no-limits"],
  },
  {
    name: "gives the wrong reason for refusing limits",
    fault: saysOf("reset", ({ payload }) => ({ payload: payload[0] === 3 ? Uint8Array.of(2) : payload })),
    fails: ["link.no-limits"],
  },
  { name: "answers four pings in a row and no more", fault: fourPings(), fails: ["link.ping"] },
  {
    name: "goes on after close",
    fault: hears(() => (frame, { toHost }) => {
      if (frame.kind !== "close") return [frame];
      toHost(encodeFrame(control("closed", frame.session)));
      return [];
    }),
    fails: ["link.close"],
  },
];
