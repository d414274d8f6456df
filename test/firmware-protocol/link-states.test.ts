/** Every state with every input: nothing throws, nothing is changed in place, what is illegal changes nothing. */

import { describe, expect, test } from "vitest";
import { type Frame, type FrameKind, frameKinds } from "../../firmware-protocol/frame/frame.ts";
import type { LinkInput, LinkState } from "../../firmware-protocol/link/state.ts";
import { step, wakeSeconds } from "../../firmware-protocol/link/step.ts";
import { encodeOffer, encodeTerms } from "../../firmware-protocol/link/terms.ts";
import { LinkPair, openPair } from "./link-pair.ts";

const session = 1;
const limits = { payloadBytes: 64, windowFrames: 4 };
const now = 5;

/** A state with all its parts in use. */
function busy(side: "host" | "board"): LinkState {
  const pair = openPair(limits, limits);
  pair.host.reads = false;
  pair.board.reads = false;
  pair.passes = (frame) => frame.kind !== "data" || frame.sequence !== 1;
  for (const from of ["host", "board"] as const) pair.send(from, new Uint8Array(250).fill(7));
  pair.pass(0.004);
  if (side === "board") {
    const offer = frameOf("open", 9, encodeOffer(limits));
    pair.board.do({ kind: "frame", frame: offer, now: pair.now }, pair.now);
  }
  return pair[side].state;
}

function closingState(side: "host" | "board"): LinkState {
  const pair = openPair(limits, limits);
  pair[side].do({ kind: "close", now: 0 }, 0);
  return pair[side].state;
}

function offeredState(): LinkState {
  const pair = new LinkPair(limits, limits);
  pair.passes = ({ kind }) => kind === "open";
  pair.pass(0.01);
  return pair.board.state;
}

function endedState(): LinkState {
  const pair = openPair(limits, limits);
  pair.host.do({ kind: "frame", frame: frameOf("reset", session), now: 0 }, 0);
  return pair.host.state;
}

const states: Readonly<Record<string, LinkState>> = {
  listening: new LinkPair(limits, limits).board.state,
  "listening, offered": offeredState(),
  opening: new LinkPair(limits, limits).host.state,
  "open host": openPair(limits, limits).host.state,
  "open board": openPair(limits, limits).board.state,
  "open host, busy": busy("host"),
  "open board, busy": busy("board"),
  "closing host": closingState("host"),
  "closing board": closingState("board"),
  ended: endedState(),
};

function frameOf(kind: FrameKind, of: number, payload: Uint8Array = new Uint8Array(0)): Frame {
  return { kind, session: of, sequence: 0, acknowledgement: 0, window: 4, payload };
}

const payloads: Readonly<Record<string, Uint8Array>> = {
  nothing: new Uint8Array(0),
  "an offer": encodeOffer(limits),
  "an offer of version 2": Uint8Array.of(2, 2, 64, 0, 4),
  "an impossible offer": Uint8Array.of(1, 1, 0, 0, 0),
  terms: encodeTerms({ version: 1, ...limits }),
  "too generous terms": encodeTerms({ version: 1, payloadBytes: 4096, windowFrames: 64 }),
  "a byte": Uint8Array.of(3),
  "too much": new Uint8Array(65).fill(1),
};

const inputs: Readonly<Record<string, LinkInput>> = {
  "a ready line": { kind: "ready", now },
  "time before anything is due": { kind: "time", now: 0 },
  "time when all is due": { kind: "time", now: 1000 },
  "a close": { kind: "close", now },
  "a first contact in plain lines": { kind: "forget" },
  "nothing to send": { kind: "send", bytes: new Uint8Array(0) },
  "a byte to send": { kind: "send", bytes: Uint8Array.of(1) },
  "too much to send": { kind: "send", bytes: new Uint8Array(1000) },
  "nothing consumed": { kind: "consumed", frames: 0 },
  "too much consumed": { kind: "consumed", frames: 100 },
  ...Object.fromEntries(
    frameKinds.flatMap((kind) =>
      [0, session, 9, 77].flatMap((of) =>
        Object.entries(payloads).flatMap(([what, payload]) =>
          [0, 1, 4, 30_000, 65_535].flatMap((number) =>
            ["sequence", "acknowledgement"].map((field) => [
              `${kind} of session ${of} with ${what}, ${field} ${number}`,
              { kind: "frame", frame: { ...frameOf(kind, of, payload), [field]: number }, now } as const,
            ]),
          ),
        ),
      ),
    ),
  ),
};

/** Assigning to any part of it throws from now on; typed arrays cannot be frozen and are compared instead. */
function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

const isIllegal = (outputs: ReturnType<typeof step>["outputs"]): boolean =>
  outputs.some((output) => output.kind === "count" && output.name === "illegal");

describe.each(Object.entries(states))("%s", (_, state) => {
  test("takes every input, and changes neither it nor itself", () => {
    frozen(state);
    const before = structuredClone(state);
    for (const [what, input] of Object.entries(inputs)) {
      const { state: after, outputs } = step(state, frozen(input));
      if (isIllegal(outputs)) expect(after, what).toBe(state);
      expect(outputs.filter(({ kind }) => kind === "transmit").length, what).toBeLessThanOrEqual(1);
      expect(after.owed.length, what).toBeLessThanOrEqual(4);
    }
    expect(state).toEqual(before);
  });

  test("counts every frame exactly once", () => {
    for (const [what, input] of Object.entries(inputs)) {
      if (input.kind !== "frame") continue;
      const counted = step(state, input).outputs.flatMap((output) =>
        output.kind === "count" && output.name !== "bytesDelivered" && !aside.has(output.name)
          ? [output.name]
          : [],
      );
      expect(counted.length, `${what}: ${counted}`).toBe(1);
    }
  });

  test("wakes later than it acted", () => {
    const wake = wakeSeconds(state);
    if (wake === undefined) return;
    const { state: after } = step(state, { kind: "time", now: wake });
    expect(after).not.toBe(state);
    expect(wakeSeconds(after) ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(wake);
  });
});

/** Counted beside the class of a frame. */
const aside = new Set<string>(["sessionsOpened", "sessionsFailed", "windowFull"]);

describe("which inputs are illegal", () => {
  const illegal = (state: LinkState): string[] =>
    Object.entries(inputs).flatMap(([what, input]) => (isIllegal(step(state, input).outputs) ? [what] : []));
  const contact = "a first contact in plain lines";
  const sending = ["nothing to send", "a byte to send", "too much to send"];
  const consuming = ["nothing consumed", "too much consumed"];

  test.each<[string, string[]]>([
    ["listening", ["a close", ...sending]],
    ["listening, offered", ["a close", ...sending]],
    ["opening", [contact, ...sending, ...consuming]],
    ["open host", [contact, "too much to send", "too much consumed"]],
    ["open board, busy", ["too much to send", "too much consumed"]],
    ["closing host", ["a close", contact, ...sending]],
    ["closing board", ["a close", ...sending]],
    ["ended", ["a close", contact, ...sending]],
  ])("in %s", (name, expected) => expect(illegal(states[name]!)).toEqual(expected));
});

describe("where frames of the own session lead", () => {
  const kinds = (state: LinkState): string[] =>
    frameKinds.map((kind) => {
      const payload =
        payloads[
          kind === "open" ? "an offer" : kind === "accept" ? "terms" : kind === "data" ? "a byte" : "nothing"
        ]!;
      return `${kind}: ${step(state, { kind: "frame", frame: frameOf(kind, session, payload), now }).state.kind}`;
    });
  const all = (state: string, changes: Readonly<Record<string, string>> = {}): string[] =>
    frameKinds.map((kind) => `${kind}: ${changes[kind] ?? state}`);

  test.each<[string, string[]]>([
    ["listening", all("listening")],
    ["listening, offered", all("listening", { data: "open", ack: "open", ping: "open" })],
    ["opening", all("opening", { accept: "open" })],
    ["open host", all("open", { reset: "ended", close: "ended" })],
    ["open board", all("open", { reset: "listening", close: "listening" })],
    ["closing host", all("closing", { reset: "ended", closed: "ended" })],
    ["closing board", all("closing", { reset: "listening", closed: "listening" })],
    ["ended", all("ended")],
  ])("from %s", (name, expected) => expect(kinds(states[name]!)).toEqual(expected));
});
