/** The levels of all subjects together, and which of them each device belongs to. */

import { noKind } from "../../../calibration/drift/kinds.ts";
import { levelsOf, tenthsOf } from "../../../calibration/drift/levels.ts";
import type { Region } from "../../chip/region.ts";
import type { Store } from "../../store/store.ts";
import { type Derivation, readingsOf, type SubjectCodes } from "./load-readings.ts";
import { type DriftSubject, type ProgrammedRegion, programmedCells, programmedRegions } from "./subjects.ts";

export interface Level {
  /** Target; of devices that nobody programmed, the conductance (S) that they are near. */
  readonly siemens: number;
  readonly programmed: boolean;
}

export interface SubjectLevels {
  readonly all: readonly Level[];
  /** The number of the level of each device of a subject, `noKind` for none. @throws LabError STORE when targets are damaged. */
  kindsOf(codes: SubjectCodes): Uint8Array;
}

export interface LevelOptions {
  /** Conductance of the largest weight, and of the converter's range (S). */
  readonly largestSiemens: number;
  readonly fullScaleSiemens: number;
  readonly derivation: Derivation;
}

/** By target; devices that nobody programmed by the conductance that they were first read with. @throws LabError STORE when targets are damaged. */
export function levelsOfSubjects(
  store: Store,
  subjects: readonly DriftSubject[],
  { largestSiemens, fullScaleSiemens, derivation }: LevelOptions,
): SubjectLevels {
  const programmings = subjects.flatMap(({ programming }) => programming ?? []);
  const targets = levelsOf(
    (function* () {
      for (const programming of programmings) yield programmedCells(store, programming).targetSiemens;
    })(),
    largestSiemens,
  );
  const found = tenthsOf(fullScaleSiemens);
  const own = programmings.length < subjects.length ? found.siemens : [];
  const tiles = programmedRegions(store);
  return {
    all: [
      ...targets.siemens.map((siemens) => ({ siemens, programmed: true })),
      ...own.map((siemens) => ({ siemens, programmed: false })),
    ],
    kindsOf(codes) {
      const { programming, region, reads } = codes.subject;
      if (programming !== undefined)
        return targets.kindsOf(programmedCells(store, programming).targetSiemens);
      const first = { ...codes, subject: { ...codes.subject, reads: reads.slice(0, 1) } };
      const { siemens } = readingsOf(first, 0, region.rows, derivation);
      const kinds = found.kindsOf(siemens).map((kind) => kind + targets.siemens.length);
      for (const tile of tiles) leaveOut(kinds, region, tile.region);
      return kinds;
    },
  };
}

/** In place: the cells of a tile within a region belong to the tile. */
function leaveOut(kinds: Uint8Array, region: Region, tile: ProgrammedRegion["region"]): void {
  if (tile.array !== region.array) return;
  const firstColumn = Math.max(region.column, tile.column) - region.column;
  const lastColumn = Math.min(region.column + region.columns, tile.column + tile.columns) - region.column;
  const firstRow = Math.max(region.row, tile.row) - region.row;
  const lastRow = Math.min(region.row + region.rows, tile.row + tile.rows) - region.row;
  for (let row = firstRow; row < lastRow && firstColumn < lastColumn; row++)
    kinds.fill(noKind, row * region.columns + firstColumn, row * region.columns + lastColumn);
}
