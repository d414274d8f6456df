import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClockKind } from "../../src/chip/clock-kind.ts";
import { clockOf } from "../../src/chip/clock-kind.ts";
import { takeAnchor } from "../../src/chip/take-anchor.ts";
import { type Anchor, Timeline } from "../../src/chip/timeline.ts";

const silicon = clockOf({});
const hour = 3600;
const day = 24 * hour;

/** A board and a host in a world that knows the true time. The host's clocks run as fast as the true time, the chip's drifts. */
class World {
  readonly anchors: Anchor[] = [];
  readonly #drift: number;
  readonly #factor: number;
  #trueSeconds = 0;
  #poweredSince = 0;
  #wallOffset = 1.7e9;
  #bootId = 1;
  #epoch = 1;

  constructor(drift = 0, factor = 1) {
    this.#drift = drift;
    this.#factor = factor;
  }

  pass(seconds: number): this {
    this.#trueSeconds += seconds;
    return this;
  }

  /** The board is off for so long. */
  reboot(offSeconds: number): this {
    this.pass(offSeconds);
    this.#poweredSince = this.#trueSeconds;
    this.#bootId++;
    return this;
  }

  setWall(bySeconds: number): this {
    this.#wallOffset += bySeconds;
    return this;
  }

  newProcess(): this {
    this.#epoch++;
    return this;
  }

  anchor(uncertaintySeconds = 0.01): this {
    this.anchors.push({
      ...this.now(),
      wallSeconds: this.#trueSeconds + this.#wallOffset,
      uncertaintySeconds,
      monotonic: { epoch: String(this.#epoch), seconds: this.#trueSeconds % 1e7 },
    });
    return this;
  }

  now(): { bootId: number; chipSeconds: number; trueSeconds: number } {
    const powered = this.#trueSeconds - this.#poweredSince;
    const chipSeconds = powered * this.#factor * (1 + this.#drift);
    return { bootId: this.#bootId, chipSeconds, trueSeconds: this.#trueSeconds };
  }

  timeline(clock: ClockKind = { ...silicon, factor: this.#factor }): Timeline {
    return new Timeline(this.anchors, clock);
  }
}

describe("within a power-up", () => {
  test("the chip's clock counts alone, whatever the host's clocks say", () => {
    const world = new World().anchor();
    const from = world.pass(10).now();
    world
      .setWall(-day)
      .pass(50)
      .anchor()
      .newProcess()
      .setWall(9 * day);
    const span = world.timeline().between(from, world.pass(40).now());
    expect(span).toEqual({ seconds: 90, uncertaintySeconds: 0, knownBy: "chip-clock" });
  });

  test("no anchor is needed", () => {
    const timeline = new Timeline([], silicon);
    expect(timeline.between({ bootId: 5, chipSeconds: 1 }, { bootId: 5, chipSeconds: 4 })?.seconds).toBe(3);
  });
});

describe("over power-ups of a real board", () => {
  test("a process that watched bridges the gap by its monotonic clock, though the wall clock was set in it", () => {
    const world = new World().anchor();
    const from = world.pass(100).anchor().now();
    world.pass(5).reboot(60).setWall(-day).pass(2).anchor();
    const span = world.timeline().between(from, world.pass(3).now());
    expect(span?.seconds).toBeCloseTo(70, 6);
    expect(span).toMatchObject({ knownBy: "host-clock" });
    expect(span?.uncertaintySeconds).toBeCloseTo(0.02 + 67 * 100e-6, 6);
  });

  test("a new process bridges it by the wall clock, to a second", () => {
    const world = new World().anchor();
    const from = world.pass(100).anchor().now();
    world
      .reboot(2 * hour)
      .newProcess()
      .pass(7)
      .anchor();
    const span = world.timeline().between(from, world.now());
    expect(span?.seconds).toBeCloseTo(2 * hour + 7, 6);
    expect(span?.uncertaintySeconds).toBeGreaterThan(1);
    expect(span?.uncertaintySeconds).toBeLessThan(3);
  });

  test("several gaps add up, with their uncertainties", () => {
    const world = new World().anchor();
    const from = world.pass(day).anchor().now();
    for (let reboot = 0; reboot < 5; reboot++)
      world.reboot(hour).newProcess().pass(30).anchor().pass(day).anchor();
    const to = world.now();
    const span = world.timeline().between(from, to);
    expect(Math.abs((span?.seconds ?? 0) - (to.trueSeconds - from.trueSeconds))).toBeLessThan(1e-3);
    expect(span?.uncertaintySeconds).toBeGreaterThan(5);
    expect(span?.uncertaintySeconds).toBeLessThan(6);
  });

  test("a host that came up with an old clock and was put right costs certainty, not the age", () => {
    const world = new World().anchor();
    const from = world.pass(hour).anchor().now();
    world
      .reboot(day)
      .newProcess()
      .setWall(-0.9 * day)
      .pass(60)
      .anchor();
    world
      .pass(60)
      .setWall(0.9 * day)
      .pass(60)
      .anchor();
    const span = world.timeline().between(from, world.now());
    expect(span?.seconds).toBeCloseTo(day + 180, 3);
    expect(span?.uncertaintySeconds).toBeGreaterThan(0.9 * day);
  });

  test("a wall clock that went back over the gap leaves a lower bound", () => {
    const world = new World().anchor();
    const from = world.pass(hour).anchor().now();
    world
      .reboot(day)
      .newProcess()
      .setWall(-3 * day)
      .pass(60)
      .anchor();
    const span = world.timeline().between(from, world.pass(40).now());
    expect(span).toEqual({ seconds: 100, uncertaintySeconds: Number.POSITIVE_INFINITY, knownBy: "at-least" });
  });

  test("an age is due at a chip time of the present power-up, or was due before it", () => {
    const world = new World().anchor();
    const from = world.pass(100).anchor().now();
    world.reboot(hour).pass(2).anchor();
    const timeline = world.timeline();
    const { bootId } = world.now();
    expect(timeline.chipSecondsAt(from, hour + 500, bootId)).toBeCloseTo(500, 6);
    expect(timeline.chipSecondsAt(from, hour - 60, bootId)).toBeCloseTo(-60, 6);
    expect(timeline.chipSecondsAt(from, 1, 99)).toBeUndefined();
  });

  test("nothing is known of a power-up without an anchor, nor backwards", () => {
    const world = new World().anchor();
    const from = world.now();
    const to = world.reboot(5).anchor().now();
    const timeline = world.timeline();
    expect(timeline.between(from, { bootId: 77, chipSeconds: 1 })).toBeUndefined();
    expect(timeline.between({ bootId: 77, chipSeconds: 1 }, to)).toBeUndefined();
    expect(timeline.between(to, from)).toBeUndefined();
  });

  test("a board that has the same boot id at every power-up is found out", () => {
    const world = new World().anchor().pass(50).anchor();
    const [, second] = world.anchors;
    world.reboot(hour).pass(5).anchor();
    const anchors = world.anchors.map((anchor) => ({ ...anchor, bootId: 1 }));
    const timeline = new Timeline(anchors, silicon);
    expect(timeline.between({ bootId: 1, chipSeconds: second!.chipSeconds }, anchors[2]!)).toBeUndefined();
  });
});

describe("two clocks that drift apart", () => {
  test("their rate is measured over a day and used for the gaps", () => {
    const world = new World(30e-6).anchor();
    const from = world.pass(day).anchor().now();
    world
      .reboot(30 * day)
      .newProcess()
      .anchor();
    const span = world.timeline().between(from, world.now());
    expect(span?.seconds).toBeCloseTo(30 * day * (1 + 30e-6), 1);
    expect(span?.uncertaintySeconds).toBeLessThan(2.5);
  });

  test("a drift that no crystal has is doubt about the host's clock", () => {
    const world = new World(400e-6).anchor();
    const from = world.pass(day).anchor().now();
    world
      .reboot(10 * day)
      .newProcess()
      .anchor();
    const span = world.timeline().between(from, world.now());
    expect(span?.seconds).toBeCloseTo(10 * day, 6);
    expect(span?.uncertaintySeconds).toBeGreaterThan(10 * day * 400e-6);
  });
});

describe("clocks of emulators", () => {
  test("one that stands while it is off needs no anchors: chip times of all power-ups are of one clock", () => {
    const clock: ClockKind = { kind: "virtual", factor: 1, offTime: "stands" };
    const span = new Timeline([], clock).between(
      { bootId: 1, chipSeconds: 100 },
      { bootId: 9, chipSeconds: 86_500 },
    );
    expect(span).toEqual({ seconds: 86_400, uncertaintySeconds: 0, knownBy: "chip-clock" });
  });

  test("one that runs 60 times as fast ages 60 times as fast while it is off", () => {
    const world = new World(0, 60).anchor();
    const from = world.pass(10).anchor().now();
    world.reboot(100).pass(1).anchor();
    expect(world.timeline().between(from, world.now())?.seconds).toBeCloseTo(6060, 6);
  });
});

test("whatever happens, the true age lies within the uncertainty that is told", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("pass" as const), seconds: fc.double({ min: 1, max: day, noNaN: true }) }),
    fc.record({
      kind: fc.constant("reboot" as const),
      seconds: fc.double({ min: 0.5, max: day, noNaN: true }),
    }),
    fc.record({ kind: fc.constant("process" as const), seconds: fc.constant(0) }),
  );
  const drift = fc.double({ min: -50e-6, max: 50e-6, noNaN: true });
  const noise = fc.double({ min: 0, max: 0.2, noNaN: true });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), drift, noise, (steps, chipDrift, reading) => {
      const world = new World(chipDrift).anchor(reading);
      const from = world.now();
      for (const { kind, seconds } of steps) {
        if (kind === "pass") world.pass(seconds);
        else if (kind === "reboot") world.anchor(reading).reboot(seconds);
        else world.newProcess();
        world.anchor(reading);
      }
      const to = world.now();
      const span = world.timeline().between(from, to);
      const trueSeconds = (to.trueSeconds - from.trueSeconds) * (1 + chipDrift);
      expect(Math.abs((span?.seconds ?? Number.NaN) - trueSeconds)).toBeLessThanOrEqual(
        (span?.uncertaintySeconds ?? 0) + 1e-6,
      );
    }),
    { seed: 6, numRuns: 300 },
  );
});

test("wall clocks that are set while a process watches, between any anchors, change nothing", () => {
  const steps = fc.array(
    fc.record({
      seconds: fc.double({ min: 1, max: day, noNaN: true }),
      reboots: fc.boolean(),
      set: fc.double({ min: -10 * day, max: 10 * day, noNaN: true }),
    }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const world = new World().anchor();
      const from = world.now();
      for (const { seconds, reboots, set } of all) {
        world.setWall(set);
        if (reboots) world.reboot(seconds);
        else world.pass(seconds);
        world.anchor();
      }
      const to = world.now();
      const span = world.timeline().between(from, to);
      const error = Math.abs((span?.seconds ?? Number.NaN) - (to.trueSeconds - from.trueSeconds));
      expect(error).toBeLessThanOrEqual((span?.uncertaintySeconds ?? 0) + 1e-6);
      expect(span?.knownBy).not.toBe("at-least");
    }),
    { seed: 7, numRuns: 200 },
  );
});

describe("taking an anchor", () => {
  const host = (seconds: number[]) => ({
    monotonicSeconds: () => seconds.shift() ?? Number.NaN,
    wallSeconds: () => 1000,
  });

  test("puts the chip's answer in the middle of question and answer", async () => {
    const board = { now: async () => 42, currentBootId: async () => 7 };
    expect(await takeAnchor(board, host([10, 14]), "me")).toEqual({
      bootId: 7,
      chipSeconds: 42,
      wallSeconds: 998,
      uncertaintySeconds: 2,
      monotonic: { epoch: "me", seconds: 12 },
    });
  });

  test("asks again when the board restarted in between", async () => {
    const boots = [1, 2, 2, 2];
    const times = [99, 0.5];
    const board = { now: async () => times.shift() ?? 0, currentBootId: async () => boots.shift() ?? 0 };
    const anchor = await takeAnchor(board, host([1, 1, 2, 2]), "me");
    expect(anchor).toMatchObject({ bootId: 2, chipSeconds: 0.5 });
  });

  test("gives up on a board that restarts all the time", async () => {
    let boot = 0;
    const board = { now: async () => 0, currentBootId: async () => boot++ };
    await expect(takeAnchor(board, host([]), "me")).rejects.toMatchObject({ code: "BOARD_RESTARTED" });
  });
});
