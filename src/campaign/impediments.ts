/** What kept a campaign from reading, and for how long: the reason that a slot is late or missed. */

import { formatDuration } from "../core/units.ts";

export interface Impediment {
  /** Seconds of the timeline. */
  readonly fromSeconds: number;
  /** Infinity while it lasts. */
  readonly untilSeconds: number;
  readonly reason: string;
}

/** Older ones have nothing to do with slots that are still open. */
const maxKept = 100;

export class Impediments {
  #kept: readonly Impediment[] = [];

  add(impediment: Impediment): void {
    this.#kept = [...this.#kept, impediment].slice(-maxKept);
  }

  begin(fromSeconds: number, reason: string): void {
    this.add({ fromSeconds, untilSeconds: Number.POSITIVE_INFINITY, reason });
  }

  /** Of all that last. */
  end(atSeconds: number): void {
    this.#kept = this.#kept.map((one) =>
      one.untilSeconds === Number.POSITIVE_INFINITY ? { ...one, untilSeconds: atSeconds } : one,
    );
  }

  /** Why a slot was overtaken by the next one of its subject. */
  missedReason(dueSeconds: number, bySeconds: number): string {
    return (
      longestBetween(this.#kept, dueSeconds, bySeconds) ??
      "other readings took until the next one of it was due"
    );
  }

  /** Why a slot was read so much later than it was due. */
  lateReason(dueSeconds: number, startedSeconds: number): string {
    const why = longestBetween(this.#kept, dueSeconds, startedSeconds) ?? "other readings took longer";
    return `${formatDuration(startedSeconds - dueSeconds)} late: ${why}`;
  }
}

/** The reason of the one that lasted longest between the two times; undefined when there was none. */
export function longestBetween(
  impediments: readonly Impediment[],
  fromSeconds: number,
  untilSeconds: number,
): string | undefined {
  const overlap = (one: Impediment): number =>
    Math.min(one.untilSeconds, untilSeconds) - Math.max(one.fromSeconds, fromSeconds);
  return impediments.filter((one) => overlap(one) > 0).sort((a, b) => overlap(b) - overlap(a))[0]?.reason;
}
