/** Boards that break how data reach them (SPEC.md, 17.5). */

import type { Frame } from "../../../../firmware-protocol/frame/frame.ts";
import { bytesOf } from "../../../../src/core/bytes.ts";
import { hears, type LinkBroken, says, textIn } from "./case.ts";

/** Numbers data frames that could be taken as they come. */
const inArrivalOrder = () => {
  const counts = new Map<number, number>();
  return (frame: Frame): readonly Frame[] => {
    const { length } = frame.payload;
    if (frame.kind !== "data" || length === 0 || length > 1024 || frame.acknowledgement === 5) return [frame];
    const sequence = counts.get(frame.session) ?? 0;
    counts.set(frame.session, sequence + 1);
    return [{ ...frame, sequence }];
  };
};

/** Executes a frame that it has executed. */
const twice = () => {
  const seen = new Map<string, number>();
  return (frame: Frame): readonly Frame[] => {
    if (frame.kind !== "data") return [frame];
    const key = `${frame.session} ${frame.sequence} ${frame.payload}`;
    const times = seen.get(key) ?? 0;
    seen.set(key, times + 1);
    return [{ ...frame, sequence: frame.sequence + times }];
  };
};

/** Keeps what came beyond the window and takes it in its turn. */
const holdingTooMuch = () => {
  const taken = new Set<string>();
  const early = new Map<string, Uint8Array>();
  return (frame: Frame): readonly Frame[] => {
    if (frame.kind !== "data") return [frame];
    const key = `${frame.session} ${frame.sequence}`;
    taken.add(key);
    const isAhead = frame.sequence > 1 && !taken.has(`${frame.session} ${frame.sequence - 1}`);
    if (isAhead) early.set(key, frame.payload);
    return [{ ...frame, payload: early.get(key) ?? frame.payload }];
  };
};

export const linkReceivingCases: readonly LinkBroken[] = [
  {
    name: "executes the first message of a frame alone",
    fault: hears(() => (frame) => [
      { ...frame, payload: bytesOf(textIn(frame).replace(/^([^\n]+\n)[\s\S]+$/, "$1")) },
    ]),
    fails: ["link.stream"],
  },
  {
    name: "acknowledges data with replies alone",
    fault: (wires) => {
      let silent = false;
      const heard = hears(() => (frame) => {
        silent = frame.kind === "data" && !textIn(frame).includes("?");
        return [frame];
      });
      const said = says(() => (frame) => (silent && frame.kind === "ack" ? [] : [frame]));
      return { ...heard(wires), ...said(wires) };
    },
    fails: ["link.acknowledges", "link.beyond-window"],
  },
  {
    name: "executes a frame that comes twice twice",
    fault: hears(twice),
    fails: ["link.duplicate", "link.pulse-once"],
  },
  {
    name: "takes frames in the order in which they come",
    fault: hears(inArrivalOrder),
    fails: ["link.duplicate", "link.pulse-once", "link.gap", "link.beyond-window"],
  },
  {
    name: "says of another frame that it holds it",
    fault: says(() => (frame) => [
      frame.kind === "ack" && frame.payload.length > 0 ? { ...frame, payload: Uint8Array.of(2) } : frame,
    ]),
    fails: ["link.gap"],
  },
  {
    name: "holds frames beyond its window",
    fault: hears(holdingTooMuch),
    fails: ["link.beyond-window"],
  },
  {
    name: "believes data that acknowledge what was not sent",
    fault: hears(() => (frame) => [frame.acknowledgement === 5 ? { ...frame, acknowledgement: 0 } : frame]),
    fails: ["link.bad-acknowledgement"],
  },
  {
    name: "announces a window that is larger than the negotiated one",
    fault: says(() => (frame) => [frame.kind === "ack" ? { ...frame, window: 64 } : frame]),
    fails: ["link.announces"],
  },
];
