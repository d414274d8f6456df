/**
 * One timeline for a campaign, in seconds of the chip: the chip clock of the power-up in which it was planned, and what follows from
 * the clocks of the host when the board has lost its power since.
 */

import type { ClockKind } from "../chip/clock-kind.ts";
import { type Anchor, Timeline } from "../chip/timeline.ts";
import type { Clock } from "../core/clock.ts";
import { LabError } from "../core/errors.ts";
import type { Boot } from "../store/campaign-rows.ts";

/** The power-up in which a campaign is planned: its chip clock is the timeline. */
export const firstBoot = ({ bootId, chipSeconds, wallSeconds }: Anchor): Boot => ({
  bootId,
  offsetSeconds: 0,
  knownBy: "chip",
  uncertaintySeconds: 0,
  anchorSeconds: chipSeconds,
  anchorWallSeconds: wallSeconds,
});

/** What another process knew of a power-up last. */
export const anchorOf = ({ bootId, offsetSeconds, anchorSeconds, anchorWallSeconds }: Boot): Anchor => ({
  bootId,
  chipSeconds: anchorSeconds - offsetSeconds,
  wallSeconds: anchorWallSeconds,
  uncertaintySeconds: 0,
});

/**
 * The power-up of an anchor, which may be the one before.
 * @param last the anchor before, of `before`. @throws LabError BOARD_RESTARTED when the clocks do not say what passed in between.
 */
export function bootAt(before: Boot, last: Anchor, anchor: Anchor, clock: ClockKind): Boot {
  if (anchor.bootId === before.bootId) return anchored(before, anchor);
  const span = new Timeline([last, anchor], clock).between(last, anchor);
  if (span === undefined)
    throw new LabError("BOARD_RESTARTED", "the board restarted, and its clock does not say since when", {
      next: "look at it with `pcmlab identify`",
    });
  const anchorSeconds = last.chipSeconds + before.offsetSeconds + span.seconds;
  const known =
    span.knownBy === "chip-clock"
      ? { knownBy: before.knownBy, uncertaintySeconds: before.uncertaintySeconds }
      : {
          knownBy: "wall" as const,
          uncertaintySeconds: added(before.uncertaintySeconds, span.uncertaintySeconds),
        };
  return {
    bootId: anchor.bootId,
    offsetSeconds: anchorSeconds - anchor.chipSeconds,
    ...known,
    anchorSeconds,
    anchorWallSeconds: anchor.wallSeconds,
  };
}

const added = (a: number | null, b: number): number | null =>
  a === null || b === Number.POSITIVE_INFINITY ? null : a + b;

/** The same power-up, looked at again. */
export const anchored = (boot: Boot, { chipSeconds, wallSeconds }: Omit<Anchor, "bootId">): Boot => ({
  ...boot,
  anchorSeconds: chipSeconds + boot.offsetSeconds,
  anchorWallSeconds: wallSeconds,
});

/** What the timeline says while nobody can ask the board, from the latest look at it. */
export function withoutBoard(
  { offsetSeconds }: Boot,
  { chipSeconds, wallSeconds, monotonic }: Anchor,
  { kind, factor }: ClockKind,
  clock: Clock,
): number {
  const passed =
    monotonic === undefined
      ? clock.wallSeconds() - wallSeconds
      : clock.monotonicSeconds() - monotonic.seconds;
  return chipSeconds + offsetSeconds + (kind === "real" ? Math.max(0, passed) * factor : 0);
}
