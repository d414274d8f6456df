/** Boards that break how they send data (SPEC.md, 17.5 and 17.6). */

import { encodeFrame, type Frame } from "../../../../firmware-protocol/frame/frame.ts";
import type { LinkFault, Wires } from "../../linked-boards.ts";
import { control, hears, type LinkBroken, says, textIn } from "./case.ts";

/** How often the board said this data frame until now, this time included. */
const counting = (change: (frame: Frame, times: number, wires: Wires) => readonly Frame[]): LinkFault =>
  says(() => {
    const said = new Map<string, number>();
    return (frame, wires) => {
      if (frame.kind !== "data") return [frame];
      const key = `${frame.session} ${frame.sequence}`;
      const times = (said.get(key) ?? 0) + 1;
      said.set(key, times);
      return change(frame, times, wires);
    };
  });

/** Opens with terms of its own where `change` says so, and says that it agreed. */
const pretending =
  (at: number, change: (byte: number) => number): LinkFault =>
  (wires) => {
    const asked = new Map<number, number>();
    const heard = hears(() => (frame) => {
      if (frame.kind !== "open") return [frame];
      asked.set(frame.session, frame.payload[at] ?? 0);
      return [{ ...frame, payload: frame.payload.map((byte, n) => (n === at ? change(byte) : byte)) }];
    });
    const said = says(() => (frame) => {
      const own = asked.get(frame.session) ?? 0;
      const agreed = frame.payload.map((byte, n) => (n === at - 1 && change(own) !== own ? own : byte));
      return [frame.kind === "accept" ? { ...frame, payload: agreed } : frame];
    });
    return { ...heard(wires), ...said(wires) };
  };

/** Sends once more, a second after its acknowledgement, what it has repeated. */
const persistent: LinkFault = (wires) => {
  let repeated: Frame | undefined;
  const said = counting((frame, times) => {
    repeated = times > 1 && textIn(frame) === "1999.0\n" ? frame : undefined;
    return [frame];
  });
  const heard = hears(() => (frame) => {
    const again = frame.kind === "ack" ? repeated : undefined;
    if (again !== undefined) wires.timer.after(1, () => wires.toHost(encodeFrame(again)));
    repeated = undefined;
    return [frame];
  });
  return { ...said(wires), ...heard(wires) };
};

/** Sends a ping a second after it was last spoken to, when its last reply was `1`. */
const restless: LinkFault = (wires) => {
  let replied = false;
  let cancel = (): void => {};
  const said = says(() => (frame) => {
    replied ||= textIn(frame) === "1\n";
    return [frame];
  });
  const heard = hears(() => (frame) => {
    const ping: Frame = {
      ...frame,
      kind: "ping",
      acknowledgement: frame.sequence,
      sequence: frame.acknowledgement,
    };
    if (frame.kind === "ack" && replied) cancel = wires.timer.after(1, () => wires.toHost(encodeFrame(ping)));
    replied = false;
    return [frame];
  })(wires);
  return {
    ...said(wires),
    toBoard(bytes) {
      cancel();
      heard.toBoard?.(bytes);
    },
  };
};

export const linkSendingCases: readonly LinkBroken[] = [
  {
    name: "sends nothing again",
    fault: counting((frame, times) => (times > 1 ? [] : [frame])),
    fails: ["link.repeats", "link.stops", "link.window"],
  },
  {
    name: "sends half of a frame again",
    fault: counting((frame, times) => [
      times > 1 ? { ...frame, payload: frame.payload.slice(0, frame.payload.length >> 1) } : frame,
    ]),
    fails: ["link.repeats", "link.stops", "link.window"],
  },
  { name: "sends again what was acknowledged", fault: persistent, fails: ["link.stops"] },
  {
    name: "sends longer frames than the host takes",
    fault: pretending(2, (low) => (low === 64 ? 255 : low)),
    fails: ["link.frame-length"],
  },
  {
    name: "minds no window of the host",
    fault: pretending(4, (window) => (window === 2 ? 4 : window)),
    fails: ["link.beyond-window", "link.announces", "link.window", "link.closed-window"],
  },
  {
    name: "takes a closed window for an open one",
    fault: hears(() => (frame) => [
      frame.kind === "ack" && frame.window === 0 ? { ...frame, window: 2 } : frame,
    ]),
    fails: ["link.closed-window"],
  },
  {
    name: "gives a host up after four repetitions",
    fault: counting((frame, times, { toBoard }) => {
      if (times > 4) toBoard(encodeFrame(control("reset", frame.session)));
      return [frame];
    }),
    fails: ["link.patience"],
  },
  { name: "asks after its host", fault: restless, fails: ["link.quiet"] },
];
