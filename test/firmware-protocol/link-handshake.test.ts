import { describe, expect, test } from "vitest";
import type { Frame } from "../../firmware-protocol/frame/frame.ts";
import { listening } from "../../firmware-protocol/link/listening.ts";
import { opening } from "../../firmware-protocol/link/opening.ts";
import {
  decodeOffer,
  decodeTerms,
  encodeHeld,
  encodeOffer,
  encodeTerms,
  isHeld,
  negotiated,
} from "../../firmware-protocol/link/terms.ts";
import { LinkPair, openPair } from "./link-pair.ts";

const own = { payloadBytes: 1024, windowFrames: 16 };
const offer = { lowestVersion: 1, highestVersion: 1, payloadBytes: 1024, windowFrames: 16 };

describe("terms", () => {
  test.each<[string, Partial<typeof offer>, unknown]>([
    ["the same", {}, { version: 1, payloadBytes: 1024, windowFrames: 16 }],
    [
      "a small host",
      { payloadBytes: 64, windowFrames: 1 },
      { version: 1, payloadBytes: 64, windowFrames: 1 },
    ],
    [
      "a large host",
      { payloadBytes: 4096, windowFrames: 64 },
      { version: 1, payloadBytes: 1024, windowFrames: 16 },
    ],
    [
      "a host of later versions, too",
      { highestVersion: 7 },
      { version: 1, payloadBytes: 1024, windowFrames: 16 },
    ],
    ["a host of later versions only", { lowestVersion: 2, highestVersion: 7 }, "version"],
    ["a host of an earlier version", { lowestVersion: 0, highestVersion: 0 }, "version"],
    ["frames that are too short", { payloadBytes: 63 }, "limits"],
    ["no window", { windowFrames: 0 }, "limits"],
  ])("for %s", (_, change, terms) => expect(negotiated({ ...offer, ...change }, own)).toEqual(terms));

  test("come back as they were, and other lengths are none", () => {
    const terms = { version: 1, payloadBytes: 4096, windowFrames: 64 };
    expect(decodeTerms(encodeTerms(terms))).toEqual(terms);
    expect(decodeOffer(encodeOffer(own))).toEqual(offer);
    expect(decodeOffer(Uint8Array.of(...encodeOffer(own), 1, 2, 3))).toEqual(offer);
    expect([decodeOffer(encodeOffer(own).slice(1)), decodeTerms(new Uint8Array(5))]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test("name what is held behind a gap, across the end of the numbers", () => {
    const bitmap = encodeHeld(0xfffe, new Set([0xffff, 1, 7]), 16);
    expect(Array.from({ length: 16 }, (_, i) => i).filter((i) => isHeld(bitmap, i))).toEqual([0, 2, 8]);
    expect(encodeHeld(5, new Set(), 64).length).toBe(0);
  });

  test.each([
    [0, own],
    [2 ** 32, own],
    [1.5, own],
    [1, { payloadBytes: 63, windowFrames: 4 }],
    [1, { payloadBytes: 64, windowFrames: 65 }],
  ])("that are impossible are an error of the program: session %d, %o", (session, limits) => {
    expect(() => opening(session, limits, 0)).toThrow(RangeError);
  });

  test("that are impossible for a board as well", () => {
    expect(() => listening({ payloadBytes: 20_000, windowFrames: 4 })).toThrow(RangeError);
  });
});

describe("a handshake", () => {
  test("takes the smaller of both, for both", () => {
    const pair = openPair({ payloadBytes: 1024, windowFrames: 4 }, { payloadBytes: 100, windowFrames: 64 });
    for (const { state } of [pair.host, pair.board]) {
      expect(state).toMatchObject({
        kind: "open",
        session: 1,
        terms: { payloadBytes: 100, windowFrames: 4 },
      });
    }
  });

  test.each([
    ["open", 0.3],
    ["accept", 0.3],
  ])("survives the loss of the first %s", (kind, seconds) => {
    const pair = new LinkPair();
    let lost = 0;
    pair.passes = (frame) => frame.kind !== kind || lost++ > 0;
    pair.pass(seconds + 0.01);
    expect([pair.host.state.kind, pair.board.state.kind]).toEqual(["open", "open"]);
  });

  test("whose confirmation is lost is confirmed by the first data, or by the keepalive", () => {
    for (const [speaks, seconds] of [
      [true, 0.5],
      [false, 1.1],
    ] as const) {
      const pair = new LinkPair();
      let lost = 0;
      pair.passes = (frame, from) => from === "board" || frame.kind !== "ack" || lost++ > 0;
      pair.pass(0.01);
      expect([pair.host.state.kind, pair.board.state.kind]).toEqual(["open", "listening"]);
      if (speaks) pair.send("host", Uint8Array.of(1));
      pair.pass(seconds);
      expect(pair.board.state.kind).toBe("open");
    }
  });

  test("without an answer fails after 4.5 s and five attempts", () => {
    const pair = new LinkPair();
    pair.passes = () => false;
    pair.pass(4.4);
    expect(pair.host.state.kind).toBe("opening");
    pair.pass(0.2);
    expect(pair.host.events).toEqual(["noAnswer"]);
    expect(pair.host.sent.map(({ kind }) => kind)).toEqual(Array(5).fill("open"));
  });

  test.each(["version", "limits"] as const)("is refused for its %s at once", (reason) => {
    const pair = new LinkPair();
    const bad = reason === "version" ? Uint8Array.of(2, 3, 0, 4, 4) : Uint8Array.of(1, 1, 1, 0, 4);
    pair.passes = (frame, from) => {
      if (from === "host") {
        pair.board.do({ kind: "frame", frame: { ...frame, payload: bad }, now: pair.now }, pair.now);
      }
      return from === "board";
    };
    pair.pass(0.01);
    expect(pair.host.events).toEqual([reason]);
    expect(pair.board.state.kind).toBe("listening");
  });
});

describe("sessions that follow each other", () => {
  test("a host that comes back with another session replaces the old one", () => {
    const pair = openPair();
    const again = new LinkPair(undefined, undefined, 2);
    Object.assign(again, { board: pair.board });
    again.pass(0.01);
    expect(pair.board.events).toEqual(["opened 1", "replaced", "opened 2"]);
    expect(again.host.events).toEqual(["opened 2"]);
  });

  test("an open that was delayed replaces nothing, for nobody confirms it", () => {
    const pair = openPair();
    const late: Frame = { ...pair.host.sent[0]!, session: 77 };
    pair.board.do({ kind: "frame", frame: late, now: pair.now }, pair.now);
    pair.pass(0.01);
    pair.sendAll("host", new Uint8Array(100));
    expect(pair.board.events).toEqual(["opened 1"]);
    expect([pair.board.delivered.length, pair.host.counters.staleSession]).toEqual([100, 1]);
  });

  test("a board that restarted tells the host at its next frame", () => {
    const pair = openPair();
    pair.board.state = listening(own);
    pair.send("host", Uint8Array.of(1));
    pair.pass(0.01);
    expect(pair.host.events.at(-1)).toBe("reset");
    expect(pair.host.endedSeconds).toBeLessThan(0.03);
    expect([pair.board.counters.resetsSent, pair.host.counters.resets]).toEqual([1, 1]);
  });

  test("an idle host notices the restart at its next keepalive", () => {
    const pair = openPair();
    pair.board.state = listening(own);
    pair.pass(1.1);
    expect(pair.host.events.at(-1)).toBe("reset");
  });

  test("frames of an old session do not disturb the new one, and their sender is told", () => {
    const pair = openPair();
    const old: Frame = { ...pair.host.sent.at(-1)!, kind: "data", session: 5, payload: Uint8Array.of(1) };
    pair.board.do({ kind: "frame", frame: old, now: pair.now }, pair.now);
    pair.pass(0.01);
    expect(pair.board.counters.staleSession).toBe(1);
    expect(pair.board.sent.at(-1)).toMatchObject({ kind: "reset", session: 5 });
    expect([pair.host.state.kind, pair.host.counters.staleSession]).toEqual(["open", 1]);
  });

  test("the end of the old session does not withdraw the offer of the new one", () => {
    const pair = openPair();
    const frame = pair.host.sent[0]!;
    const take = (kind: Frame["kind"], session: number): void => {
      pair.board.do({ kind: "frame", frame: { ...frame, kind, session }, now: pair.now }, pair.now);
    };
    take("open", 2);
    take("reset", 1);
    take("ack", 2);
    expect(pair.board.events).toEqual(["opened 1", "reset", "opened 2"]);
  });
});

describe("a close", () => {
  test("is agreed on by both", () => {
    const pair = openPair();
    pair.host.do({ kind: "close", now: pair.now }, pair.now);
    pair.pass(0.01);
    expect([pair.host.events.at(-1), pair.board.events.at(-1)]).toEqual(["closed", "closedByPeer"]);
    expect(pair.board.state.kind).toBe("listening");
  });

  test("whose answer is lost is answered again, though the session is forgotten", () => {
    const pair = openPair();
    let lost = 0;
    pair.passes = ({ kind }) => kind !== "closed" || lost++ > 0;
    pair.host.do({ kind: "close", now: pair.now }, pair.now);
    pair.pass(0.25);
    expect(pair.host.events.at(-1)).toBe("closed");
    expect(pair.board.sent.filter(({ kind }) => kind === "closed").length).toBe(2);
  });

  test("without an answer ends after 0.6 s", () => {
    const pair = openPair();
    pair.passes = () => false;
    const before = pair.now;
    pair.host.do({ kind: "close", now: pair.now }, pair.now);
    pair.pass(1);
    expect(pair.host.events.at(-1)).toBe("closed");
    expect(pair.host.endedSeconds - before).toBeCloseTo(0.6, 1);
  });

  test("by both at once ends for both", () => {
    const pair = openPair();
    for (const side of [pair.host, pair.board]) side.do({ kind: "close", now: pair.now }, pair.now);
    pair.pass(0.05);
    expect([pair.host.state.kind, pair.board.state.kind]).toEqual(["ended", "listening"]);
  });
});
