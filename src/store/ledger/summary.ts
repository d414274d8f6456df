/** What a wear ledger says of its chip, for people and machines. */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { CellCounts, type Place } from "./cell-counts.ts";
import { pulsesOf } from "./claim.ts";
import { chipOf, type LedgerChip, type LedgerOwner, openToRead, ownerOf } from "./open.ts";
import { isLedgerName } from "./place.ts";
import { type Counted, readIntents, readWear } from "./tables.ts";

export interface WornCell extends Place {
  /** Pulses that it has felt or may have felt. */
  readonly pulses: number;
  /** Those among them of which nobody knows. */
  readonly unknown: number;
}

export interface WearSummary {
  readonly path: string;
  readonly chip: LedgerChip;
  readonly begunWallSeconds: number;
  /** Who writes, or wrote last. */
  readonly owner: LedgerOwner | undefined;
  readonly pulsedCells: number;
  readonly pulses: number;
  readonly unknownPulses: number;
  /** Trains without a settled fate: under way, or left by a process that was killed; they count as unknown. */
  readonly unsettled: { readonly trains: number; readonly pulses: number };
  /** Most worn first. */
  readonly mostWorn: readonly WornCell[];
}

/** @param most how many cells `mostWorn` holds at most. @throws LabError STORE when the file is no wear ledger or is damaged. */
export function readWearSummary(path: string, most: number): WearSummary {
  const connection = openToRead(path);
  try {
    // One transaction: a process may be folding meanwhile.
    connection.execute("BEGIN");
    const { begunWallSeconds, ...chip } = chipOf(connection);
    const counted: Counted = {
      pulses: new CellCounts(chip.arrays),
      unknown: new CellCounts(chip.arrays),
    };
    readWear(connection, counted);
    const open: number[] = [];
    for (const { claim, fate } of readIntents(connection)) {
      const cells = counted.pulses.locate(claim);
      counted.pulses.add(cells);
      if (fate !== "applied") counted.unknown.add(cells);
      if (fate === null) open.push(pulsesOf(cells));
    }
    return {
      path,
      chip,
      begunWallSeconds,
      owner: ownerOf(connection),
      ...totalsOf(counted, chip, most),
      unsettled: { trains: open.length, pulses: open.reduce((sum, pulses) => sum + pulses, 0) },
    };
  } finally {
    connection.close();
  }
}

/** The ledgers in a folder, by name; none when there is no such folder. */
export function ledgersIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(isLedgerName)
      .sort()
      .map((file) => join(folder, file));
  } catch {
    return [];
  }
}

function totalsOf(counted: Counted, chip: LedgerChip, most: number) {
  let pulsedCells = 0;
  let pulses = 0;
  let unknownPulses = 0;
  const mostWorn: WornCell[] = [];
  counted.pulses.forEach((count, array, cell) => {
    const columns = chip.arrays[array]?.columns ?? 1;
    const place = { array, row: Math.floor(cell / columns), column: cell % columns };
    const unknown = counted.unknown.at(place);
    pulsedCells++;
    pulses += count;
    unknownPulses += unknown;
    insertByPulses(mostWorn, { ...place, pulses: count, unknown }, most);
  });
  return { pulsedCells, pulses, unknownPulses, mostWorn };
}

/** Keeps the list in order and no longer than `most`; of equal cells the first stays first. */
function insertByPulses(list: WornCell[], cell: WornCell, most: number): void {
  if (list.length >= most && cell.pulses <= (list.at(-1)?.pulses ?? Number.POSITIVE_INFINITY)) return;
  const at = list.findIndex(({ pulses }) => pulses < cell.pulses);
  list.splice(at < 0 ? list.length : at, 0, cell);
  if (list.length > most) list.pop();
}
