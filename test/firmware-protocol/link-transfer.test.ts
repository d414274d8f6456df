import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backedOff, sampled, unmeasured } from "../../firmware-protocol/link/round-trip.ts";
import { sequenceAfter, sequenceDistance } from "../../firmware-protocol/link/sequence.ts";
import { roomOf } from "../../firmware-protocol/link/step.ts";
import type { LinkLimits } from "../../firmware-protocol/link/terms.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { type LinkPair, openPair } from "./link-pair.ts";

const usual: LinkLimits = { payloadBytes: 4096, windowFrames: 64 };
const small: LinkLimits = { payloadBytes: 64, windowFrames: 4 };
const pattern = (length: number, step = 7): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * step) >> 3);

/** Frames of data that a side sent, by number. */
const numbers = (pair: LinkPair, from: "host" | "board"): number[] =>
  pair[from].sent.flatMap(({ kind, sequence }) => (kind === "data" ? [sequence] : []));

test("sequence numbers are compared around their circle", () => {
  expect(sequenceDistance(2, 0xfffe)).toBe(4);
  expect(sequenceDistance(0xfffe, 2)).toBe(-4);
  expect(sequenceAfter(0xffff)).toBe(0);
  expect(sequenceAfter(1, -3)).toBe(0xfffe);
});

describe("bytes", () => {
  test("arrive in order, both ways at once", () => {
    const pair = openPair(small, small);
    const [there, back] = [pattern(5000), pattern(3000, 11)];
    let [sent, answered] = [0, 0];
    while (sent < there.length || answered < back.length) {
      sent += pair.send("host", there.subarray(sent));
      answered += pair.send("board", back.subarray(answered));
      pair.pass(0.01);
    }
    expect(pair.board.delivered).toEqual(there);
    expect(pair.host.delivered).toEqual(back);
    expect([pair.host.counters.retransmitted, pair.board.counters.retransmitted]).toEqual([0, 0]);
  });

  test("of small messages travel together", () => {
    const pair = openPair();
    for (let message = 0; message < 10; message++) pair.send("host", pattern(50));
    pair.pass(0.01);
    expect(numbers(pair, "host")).toEqual([0]);
    expect(pair.board.delivered.length).toBe(500);
  });

  test("arrive when the sequence numbers have gone round", () => {
    const pair = openPair({ payloadBytes: 64, windowFrames: 64 }, { payloadBytes: 64, windowFrames: 64 });
    const bytes = pattern(64 * 64);
    for (let frames = 0; frames < 66_000; frames += 64) pair.sendAll("host", bytes);
    expect(pair.host.sent.at(-1)?.sequence).toBeLessThan(1000);
    expect(pair.board.counters.inOrder).toBe(pair.host.counters.dataSent);
    expect(pair.board.counters.bytesDelivered).toBe(pair.host.counters.bytesSent);
    expect(pair.board.counters.duplicates + pair.board.counters.beyondWindow).toBe(0);
  });

  test("arrive once and in order whatever is lost, doubled and swapped", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 8 }), fc.nat(30), (seed, windowFrames, percent) => {
        const prng = seededPrng(seed);
        const pair = openPair({ payloadBytes: 64, windowFrames }, { payloadBytes: 64, windowFrames });
        pair.passes = (frame, from) => {
          const to = from === "host" ? "board" : "host";
          if (prng.below(100) < 5) pair[to].do({ kind: "frame", frame, now: pair.now }, pair.now);
          return prng.below(100) >= percent;
        };
        const bytes = pattern(2000);
        pair.sendAll("host", bytes);
        pair.sendAll("board", bytes.subarray(500));
        pair.pass(10);
        expect(pair.board.delivered).toEqual(bytes);
        expect(pair.host.delivered).toEqual(bytes.subarray(500));
      }),
      { numRuns: 60 },
    );
  });
});

describe("what was lost", () => {
  test("goes again alone, as soon as three later frames have arrived", () => {
    const pair = openPair({ payloadBytes: 64, windowFrames: 16 }, { payloadBytes: 64, windowFrames: 16 });
    let lost = 0;
    pair.passes = (frame) => frame.kind !== "data" || frame.sequence !== 2 || lost++ > 0;
    const before = pair.now;
    pair.send("host", pattern(64 * 8));
    pair.pass(0.02);
    expect(numbers(pair, "host")).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 2]);
    expect(pair.board.delivered).toEqual(pattern(64 * 8));
    expect([pair.host.counters.timeouts, pair.board.counters.outOfOrder]).toEqual([0, 5]);
    expect(pair.now - before).toBeLessThan(0.05);
  });

  test("at the end goes again when the timer expires", () => {
    const pair = openPair(small, small);
    let lost = 0;
    pair.passes = (frame) => frame.kind !== "data" || frame.sequence !== 1 || lost++ > 0;
    pair.send("host", pattern(128));
    pair.pass(0.4);
    expect(numbers(pair, "host")).toEqual([0, 1, 1]);
    expect([pair.host.counters.timeouts, pair.host.counters.retransmitted]).toEqual([1, 1]);
    expect(pair.board.delivered.length).toBe(128);
  });

  test("is not sent again where only its acknowledgement was lost and a later one came", () => {
    const pair = openPair(small, small);
    let acknowledgements = 0;
    pair.passes = (frame, from) => from === "host" || frame.kind !== "ack" || acknowledgements++ > 0;
    pair.send("host", pattern(64));
    pair.pass(0.01);
    pair.send("host", pattern(64));
    pair.pass(0.5);
    expect(numbers(pair, "host")).toEqual([0, 1]);
  });

  test("and arrives twice is counted and delivered once", () => {
    const pair = openPair(small, small);
    pair.passes = (frame, from) => from === "host" || frame.kind !== "ack";
    pair.send("host", pattern(64));
    pair.pass(0.4);
    pair.passes = () => true;
    pair.pass(1);
    expect(pair.board.counters.duplicates).toBeGreaterThan(0);
    expect(pair.board.delivered.length).toBe(64);
    expect(pair.host.state).toMatchObject({ kind: "open", sender: { inFlight: [], timeouts: 0 } });
  });
});

describe("the length of frames", () => {
  const longest = (pair: LinkPair): number =>
    Math.max(...pair.host.sent.slice(-40).map(({ payload }) => payload.length));

  test.each([
    [0, 4096, 4096],
    [1e-5, 200, 2000],
    [1e-4, 64, 400],
  ])("at a bit error rate of %d is between %d and %d", (bitErrors, least, most) => {
    const prng = seededPrng(5);
    const pair = openPair(usual, usual);
    pair.passes = ({ payload }) => prng.uniform() < (1 - bitErrors) ** (8 * (payload.length + 21));
    for (let times = 0; times < 40; times++) pair.sendAll("host", new Uint8Array(20_000));
    pair.pass(5);
    expect(pair.board.delivered.length).toBe(800_000);
    expect(longest(pair)).toBeGreaterThanOrEqual(least);
    expect(longest(pair)).toBeLessThanOrEqual(most);
  });

  test("is as long as both allow on a quick line", () => {
    const pair = openPair();
    for (let times = 0; times < 40; times++) pair.sendAll("host", new Uint8Array(100_000));
    expect(pair.board.delivered.length).toBe(4_000_000);
    expect(Math.max(...pair.host.sent.map(({ payload }) => payload.length))).toBe(16_384);
  });

  test("grows again when the line is good again", () => {
    const pair = openPair(usual, usual);
    let sent = 0;
    pair.passes = ({ kind }) => kind !== "data" || sent++ % 3 > 0;
    pair.sendAll("host", new Uint8Array(50_000));
    const { state } = pair.host;
    expect(state.kind === "open" ? state.sender.payloadBytes : Number.NaN).toBeLessThan(100);
    pair.passes = () => true;
    for (let times = 0; times < 10; times++) pair.sendAll("host", new Uint8Array(100_000));
    expect(longest(pair)).toBe(4096);
  });
});

describe("the timer (RFC 6298)", () => {
  test("follows the round trips with the gains of the standard", () => {
    const first = sampled(unmeasured, 0.1);
    expect(first).toEqual({
      smoothedSeconds: 0.1,
      variationSeconds: 0.05,
      timeoutSeconds: expect.closeTo(0.3),
    });
    const second = sampled(first, 0.2);
    expect(second.smoothedSeconds).toBeCloseTo(0.1125);
    expect(second.variationSeconds).toBeCloseTo(0.0625);
    expect(second.timeoutSeconds).toBeCloseTo(0.3625);
  });

  test("stays within its bounds, doubles, and is single again with the next sample", () => {
    expect(sampled(unmeasured, 1e-4).timeoutSeconds).toBe(0.05);
    expect(sampled(unmeasured, 10).timeoutSeconds).toBe(2);
    let doubled = unmeasured;
    const timeouts = [0, 1, 2, 3, 4].map(() => {
      doubled = backedOff(doubled);
      return doubled.timeoutSeconds;
    });
    expect(timeouts).toEqual([0.6, 1.2, 2, 2, 2]);
    expect(sampled(backedOff(sampled(unmeasured, 0.1)), 0.1).timeoutSeconds).toBeCloseTo(0.25);
  });

  test("takes no sample from a frame that was sent twice (Karn)", () => {
    const pair = openPair(small, small);
    pair.passes = (frame) => frame.kind !== "data";
    pair.send("host", pattern(10));
    pair.pass(0.5);
    pair.passes = () => true;
    pair.pass(1);
    expect(pair.board.delivered.length).toBe(10);
    expect(pair.host.state).toMatchObject({ sender: { roundTrip: { smoothedSeconds: undefined } } });
    pair.send("host", pattern(10));
    pair.pass(0.1);
    expect(pair.host.state).toMatchObject({
      sender: { roundTrip: { smoothedSeconds: expect.closeTo(0.002) } },
    });
  });
});

describe("a slow reader", () => {
  test("stops the sender at the window, and lets it go on", () => {
    const pair = openPair(small, small);
    pair.board.reads = false;
    const bytes = pattern(64 * 8);
    expect(pair.send("host", bytes)).toBe(64 * 4);
    pair.pass(0.01);
    pair.send("host", bytes.subarray(64 * 4));
    pair.pass(3);
    expect(numbers(pair, "host").length).toBe(4);
    expect(roomOf(pair.host.state)).toBe(0);
    expect(pair.host.counters.windowFull).toBeGreaterThan(0);
    pair.board.reads = true;
    pair.board.do({ kind: "consumed", frames: 4 }, pair.now);
    pair.pass(0.1);
    expect(pair.board.delivered).toEqual(bytes);
    expect(pair.host.state.kind).toBe("open");
  });

  test("whose news of room is lost is asked", () => {
    const pair = openPair(small, small);
    pair.board.reads = false;
    for (let times = 0; times < 2; times++) {
      pair.send("host", pattern(64 * 4));
      pair.pass(0.01);
    }
    pair.passes = () => false;
    pair.board.reads = true;
    pair.board.do({ kind: "consumed", frames: 4 }, pair.now);
    pair.pass(0.01);
    pair.passes = () => true;
    pair.pass(2.5);
    expect(pair.board.delivered.length).toBe(64 * 8);
    expect(pair.host.counters.pingsSent).toBeGreaterThan(0);
  });

  test("may take its time: the session lives", () => {
    const pair = openPair(small, small);
    pair.board.reads = false;
    for (let times = 0; times < 2; times++) {
      pair.send("host", pattern(64 * 4));
      pair.pass(0.01);
    }
    pair.pass(600);
    expect([pair.host.state.kind, pair.board.state.kind]).toEqual(["open", "open"]);
  });

  test("is not flooded by a sender that ignores its window", () => {
    const pair = openPair(small, small);
    pair.board.reads = false;
    const frame = { kind: "data", session: 1, acknowledgement: 0, window: 4, payload: pattern(64) } as const;
    for (const sequence of [0, 1, 2, 3, 4, 5, 100, 0x7fff]) {
      pair.board.do({ kind: "frame", frame: { ...frame, sequence }, now: pair.now }, pair.now);
    }
    expect(pair.board.delivered.length).toBe(64 * 4);
    expect(pair.board.counters.beyondWindow).toBe(4);
  });
});

describe("a silent line", () => {
  test("is found by an idle host within 11 s, and by a board within 30 s", () => {
    const pair = openPair();
    pair.pass(5);
    expect(pair.host.counters.pingsSent).toBe(5);
    const before = pair.now;
    pair.passes = () => false;
    pair.pass(40);
    expect([pair.host.events.at(-1), pair.board.events.at(-1)]).toEqual(["silent", "silent"]);
    expect(pair.host.endedSeconds - before).toBeLessThanOrEqual(11.1);
    expect(pair.board.endedSeconds - before).toBeLessThanOrEqual(30.1);
  });

  test("is found by a host that waits for acknowledgements in the same time", () => {
    const pair = openPair();
    pair.passes = () => false;
    pair.send("host", pattern(5000));
    const before = pair.now;
    pair.pass(40);
    expect(pair.host.events.at(-1)).toBe("silent");
    expect(pair.host.endedSeconds - before).toBeLessThanOrEqual(11.5);
  });

  test("costs no session when it lasts 9 s", () => {
    const pair = openPair();
    pair.passes = () => false;
    pair.send("host", pattern(5000));
    pair.pass(9);
    pair.passes = () => true;
    pair.pass(5);
    expect(pair.board.delivered).toEqual(pattern(5000));
  });

  test("is told from a peer that speaks and acknowledges nothing, which is given up within 22 s", () => {
    const pair = openPair();
    pair.passes = (frame, from) => from === "board" || frame.kind !== "data";
    pair.send("host", pattern(50));
    const before = pair.now;
    const chat = (): void => {
      pair.pass(0.5);
      pair.send("board", Uint8Array.of(1));
    };
    for (let times = 0; times < 60 && pair.host.state.kind === "open"; times++) chat();
    expect(pair.host.events.at(-1)).toBe("noProgress");
    expect(pair.host.endedSeconds - before).toBeLessThanOrEqual(22);
  });

  test("does not cost a host its session that was itself busy for a minute", () => {
    const pair = openPair();
    pair.host.do({ kind: "time", now: pair.now + 60 }, pair.now + 60);
    expect(pair.host.state).toMatchObject({ kind: "open", pings: 1 });
  });
});

test("a frame that acknowledges what was never sent is not believed", () => {
  const pair = openPair(small, small);
  const frame = {
    kind: "data",
    session: 1,
    sequence: 0,
    acknowledgement: 9,
    window: 4,
    payload: pattern(5),
  } as const;
  pair.host.do({ kind: "frame", frame, now: pair.now }, pair.now);
  expect([pair.host.delivered.length, pair.host.counters.badAcknowledgement]).toEqual([0, 1]);
});
