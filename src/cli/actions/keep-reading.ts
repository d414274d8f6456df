/** The readouts of a tile by the run that programs it, and whether the board was the same all the while. */

import type { OpenedChip } from "../../chip/opened-chip.ts";
import { regionText } from "../../chip/region.ts";
import { LabError } from "../../core/errors.ts";
import type { ProgrammingId } from "../../store/identity.ts";
import type { StoredTile } from "../../store/placement.ts";
import type { TileJob } from "./program-tile.ts";

/** Stores a readout of a programmed tile; that right after programming, of age 0, is the reference of drift compensation. */
export async function keepReading(
  { chip, board, reading, calibration, store, run, context }: TileJob,
  { region }: StoredTile,
  programming: ProgrammingId,
  requestedAgeSeconds = 0,
): Promise<void> {
  const readout = await chip.read(region, reading);
  await assertSamePowerUp(board, `${regionText(region)} was read`);
  store.readouts.add({
    programming,
    run,
    requestedAgeSeconds,
    bootId: board.bootId,
    wallSeconds: context.clock.wallSeconds(),
    calibration,
    readout,
  });
}

/** A board may lose its power for a moment without closing the port: the link looks well, and its clock begins anew. */
export async function assertSamePowerUp(board: OpenedChip, doing: string): Promise<void> {
  if ((await board.currentBootId()) === board.bootId) return;
  throw new LabError("BOARD_RESTARTED", `${board.resource}: the board restarted while ${doing}`, {
    next: "check its power supply and cable, then program the rest with `pcmlab resume`: the chip's clock began anew",
  });
}
