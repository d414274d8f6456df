/** How the time of an emulated chip passes, while it is on and while it was off. */

import type { ChipState } from "../../../mocks/array/state.ts";
import type { ChipIdentity } from "../../../mocks/host/power-up.ts";
import { LabError } from "../../core/errors.ts";
import type { Context } from "../context.ts";

const fastestFactor = 1e6;

/** Chip seconds in a second; undefined for a virtual clock. @throws LabError USAGE when the word is not known. */
export function factorOf(time: string): number | undefined {
  if (time === "virtual") return undefined;
  const factor = time === "wall" ? 1 : Number(/^(\d+\.?\d*)x$/.exec(time)?.[1] ?? Number.NaN);
  if (factor > 0 && factor <= fastestFactor) return factor;
  throw new LabError("USAGE", `--time is "${time}"`, {
    next: `write virtual, wall, or a factor up to ${fastestFactor} like 60x`,
  });
}

/**
 * Chip time for which the chip was off, like a real board.
 * @throws LabError USAGE with a virtual clock, whose time does not pass by itself, and for a state that does not say when it was saved.
 */
export function offSecondsOf(
  origin: ChipIdentity | ChipState,
  factor: number | undefined,
  { clock, output }: Context,
): number {
  if (factor === undefined)
    throw new LabError("USAGE", "--off-time passes, and --time virtual passes on request only", {
      next: "give --time wall or a factor, or move the virtual clock on after the start",
    });
  if (!("arrays" in origin)) return 0;
  if (origin.savedWallSeconds === undefined)
    throw new LabError("USAGE", "the saved chip does not say when it was saved", {
      next: "load it with --off-time stands and save it once",
    });
  const seconds = (clock.wallSeconds() - origin.savedWallSeconds) * factor;
  if (seconds < 0) output.warn("the chip was saved in the future: the clock of this machine was set back");
  return Math.max(0, seconds);
}
