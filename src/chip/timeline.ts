/**
 * The time of a chip over several power-ups of its board.
 *
 * The chip's clock begins at 0 at every power-up, and its devices go on ageing meanwhile. What passed in between is known by the
 * clocks of the host alone, from anchors: moments at which both were looked at. Within a power-up the chip's clock counts and nothing
 * else. A gap is bridged by the monotonic clock of the host where one process saw both its ends, else by the wall clock, which
 * people and NTP set: that it was set within a power-up is found out by the chip's clock.
 */

import type { ClockKind } from "./clock-kind.ts";

/** A moment at which the clocks of chip and host were looked at. */
export interface Anchor {
  readonly bootId: number;
  readonly chipSeconds: number;
  /** Of the host, since 1970, in the middle between question and answer. */
  readonly wallSeconds: number;
  /** Half of the time from question to answer. */
  readonly uncertaintySeconds: number;
  /** Of a clock that nobody sets. Two of them belong together when their epoch is the same, which is one process. */
  readonly monotonic?: { readonly epoch: string; readonly seconds: number } | undefined;
}

/** A time stamp of the board. */
export type Instant = Pick<Anchor, "bootId" | "chipSeconds">;

/** From the best knowledge to the least. `at-least`: the host's clock contradicts itself, and only a lower bound is known. */
const knowledge = ["chip-clock", "host-clock", "at-least"] as const;

export interface Span {
  /** Chip seconds. */
  readonly seconds: number;
  /** The true value is within so much of it; Infinity where only a lower bound is known. */
  readonly uncertaintySeconds: number;
  readonly knownBy: (typeof knowledge)[number];
}

export interface TimelineOptions {
  /** How far the clocks of chip and host may run apart, relative, unless their anchors show it. */
  readonly maxDrift?: number;
  /** How far off a wall clock may be that one process did not watch all the time (s). */
  readonly wallUncertaintySeconds?: number;
}

/** Two crystals of 50 ppm. */
const usualDrift = 100e-6;
/** What NTP leaves a host that was just started. */
const usualWallUncertainty = 1;
/** Wall clocks are told in whole milliseconds. */
const wallResolutionSeconds = 1e-3;
/** NTP slews a wall clock by up to 500 ppm without setting it (RFC 5905, 11.3, and the kernel's limit). */
const fastestSlew = 500e-6;

/** Chip seconds in a host second. */
interface Rate {
  readonly chipPerHost: number;
  /** Relative. */
  readonly uncertainty: number;
}

/** What tells a wall clock that was set from one that only runs faster or slower. */
interface Pace {
  readonly factor: number;
  /** Relative. */
  readonly slack: number;
}

export class Timeline {
  readonly #clock: ClockKind;
  readonly #wallUncertainty: number;
  /** Anchors of one power-up each. */
  readonly #boots: readonly (readonly Anchor[])[];
  readonly #pace: Pace;
  readonly #rate: Rate;

  /** @param anchors in the order in which they were taken. */
  constructor(
    anchors: readonly Anchor[],
    clock: ClockKind,
    { maxDrift = usualDrift, wallUncertaintySeconds = usualWallUncertainty }: TimelineOptions = {},
  ) {
    this.#clock = clock;
    this.#wallUncertainty = wallUncertaintySeconds;
    this.#boots = split(anchors, (a, b) => a.bootId !== b.bootId || b.chipSeconds < a.chipSeconds);
    this.#pace = { factor: clock.factor, slack: fastestSlew + maxDrift };
    this.#rate = rateOf(this.#boots, this.#pace, maxDrift);
  }

  /**
   * The time from one stamp to another. Undefined where `to` is of an earlier power-up, a power-up has no anchor, or two have the same
   * boot id.
   */
  between(from: Instant, to: Instant): Span | undefined {
    const straight = byChip(to.chipSeconds - from.chipSeconds);
    if (this.#clock.offTime === "stands") return straight;
    const [first, ...firstTwin] = this.#indicesOf(from.bootId);
    if (from.bootId === to.bootId) return firstTwin.length === 0 ? straight : undefined;
    const [last, ...lastTwin] = this.#indicesOf(to.bootId);
    const isClear = firstTwin.length === 0 && lastTwin.length === 0;
    if (first === undefined || last === undefined || !isClear || first > last) return undefined;
    return this.#gaps(first, last).reduce(sum, straight);
  }

  /** The chip time of a power-up at which something of `from` has an age; below 0 where it had it before. Undefined as `between`. */
  chipSecondsAt(from: Instant, ageSeconds: number, bootId: number): number | undefined {
    const span = this.between(from, { bootId, chipSeconds: 0 });
    return span === undefined ? undefined : ageSeconds - span.seconds;
  }

  #indicesOf(bootId: number): number[] {
    return this.#boots.flatMap(([anchor], index) => (anchor?.bootId === bootId ? [index] : []));
  }

  /** What the time from a boot to a later one is longer than the difference of their chip times. */
  #gaps(first: number, last: number): Span[] {
    const boots = this.#boots.slice(first, last + 1);
    return boots.slice(1).map((boot, n) => this.#gap(boots[n] ?? [], boot));
  }

  #gap(before: readonly Anchor[], after: readonly Anchor[]): Span {
    const [from, to] = [before.at(-1), after[0]];
    if (from === undefined || to === undefined) throw new RangeError("a power-up without an anchor");
    const { chipPerHost, uncertainty } = this.#rate;
    const host = this.#hostSpan(from, to, after);
    const seconds = host.seconds * chipPerHost;
    const uncertaintySeconds = host.uncertaintySeconds * chipPerHost + Math.abs(seconds) * uncertainty;
    const offset = from.chipSeconds - to.chipSeconds;
    // So long has the board had its power again.
    if (seconds + uncertaintySeconds < to.chipSeconds)
      return { seconds: from.chipSeconds, uncertaintySeconds: Number.POSITIVE_INFINITY, knownBy: "at-least" };
    return { seconds: seconds + offset, uncertaintySeconds, knownBy: "host-clock" };
  }

  /** Host seconds from an anchor to the first one of the next power-up. */
  #hostSpan(from: Anchor, to: Anchor, after: readonly Anchor[]): Omit<Span, "knownBy"> {
    const readings = from.uncertaintySeconds + to.uncertaintySeconds;
    const watched = monotonicSeconds(from, to);
    if (watched !== undefined) return { seconds: watched, uncertaintySeconds: readings };
    // A clock that is set soon after a host came up is put right, as a rule; that it was right before cannot be excluded.
    const set = stepsIn(after, this.#pace);
    return {
      seconds: to.wallSeconds - from.wallSeconds + set,
      uncertaintySeconds: readings + this.#wallUncertainty + Math.abs(set),
    };
  }
}

const byChip = (seconds: number): Span => ({ seconds, uncertaintySeconds: 0, knownBy: "chip-clock" });

const sum = (a: Span, b: Span): Span => ({
  seconds: a.seconds + b.seconds,
  uncertaintySeconds: a.uncertaintySeconds + b.uncertaintySeconds,
  knownBy: knowledge[Math.max(knowledge.indexOf(a.knownBy), knowledge.indexOf(b.knownBy))] ?? "at-least",
});

/** Undefined where no process saw both. */
function monotonicSeconds(a: Anchor, b: Anchor): number | undefined {
  if (a.monotonic === undefined || a.monotonic.epoch !== b.monotonic?.epoch) return undefined;
  return b.monotonic.seconds - a.monotonic.seconds;
}

/** By how much the wall clock was set between two anchors of one power-up (s); 0 where it only ran faster or slower. */
function stepBetween(a: Anchor, b: Anchor, { factor, slack }: Pace): number {
  const passed = monotonicSeconds(a, b) ?? (b.chipSeconds - a.chipSeconds) / factor;
  const step = b.wallSeconds - a.wallSeconds - passed;
  const readings = a.uncertaintySeconds + b.uncertaintySeconds + wallResolutionSeconds;
  return Math.abs(step) > readings + slack * passed ? step : 0;
}

const stepsIn = (anchors: readonly Anchor[], pace: Pace): number =>
  anchors.slice(1).reduce((steps, b, n) => steps + stepBetween(anchors[n] ?? b, b, pace), 0);

/** The measured rate where the anchors tell it better than `maxDrift`, and it is credible. */
function rateOf(boots: readonly (readonly Anchor[])[], pace: Pace, maxDrift: number): Rate {
  const { factor } = pace;
  let chip = 0;
  let host = 0;
  let error = 0;
  for (const stretch of boots.flatMap((boot) => split(boot, (a, b) => stepBetween(a, b, pace) !== 0))) {
    const [a, b] = [stretch[0], stretch.at(-1)];
    if (a === undefined || b === undefined || a === b) continue;
    const watched = monotonicSeconds(a, b);
    chip += b.chipSeconds - a.chipSeconds;
    host += watched ?? b.wallSeconds - a.wallSeconds;
    error +=
      a.uncertaintySeconds + b.uncertaintySeconds + (watched === undefined ? wallResolutionSeconds : 0);
  }
  if (host <= 0 || error / host >= maxDrift) return { chipPerHost: factor, uncertainty: maxDrift };
  const drift = chip / (host * factor) - 1;
  if (Math.abs(drift) > maxDrift) return { chipPerHost: factor, uncertainty: Math.abs(drift) };
  return { chipPerHost: factor * (1 + drift), uncertainty: error / host };
}

/** Cuts a list wherever two neighbours do not belong together. */
function split<T>(values: readonly T[], isCut: (a: T, b: T) => boolean): T[][] {
  const parts: T[][] = [];
  for (const value of values) {
    const part = parts.at(-1);
    const before = part?.at(-1);
    if (part === undefined || before === undefined || isCut(before, value)) parts.push([value]);
    else part.push(value);
  }
  return parts;
}
