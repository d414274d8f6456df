/** Devices as rows: what `pcmlab store query` adds to SQL, since the store keeps them in BLOBs. */

import { cellOutcomes } from "../chip/outcome.ts";
import { conductances } from "../chip/readout.ts";
import { LabError } from "../core/errors.ts";
import { readoutId } from "./identity.ts";
import type { ProgrammingCells } from "./programming-cells.ts";
import type { StoredReadout } from "./readout-rows.ts";
import type { Store } from "./store.ts";

/** As better-sqlite3 takes it. */
export interface VirtualTable {
  readonly columns: string[];
  readonly parameters: string[];
  readonly rows: (...parameters: unknown[]) => Generator<unknown[]>;
}

/** Columns of a table-valued function and what they say, for the documentation. */
export interface TableFunction {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly about: string;
  readonly columns: readonly (readonly [name: string, about: string])[];
}

export const cellsFunction: TableFunction = {
  name: "cells",
  parameters: ["readout"],
  about: "Every device of a readout, row by row. Checksums are verified: damaged codes end the query.",
  columns: [
    ["array_index", "into the descriptor's arrays"],
    ["row", "word line"],
    ["column", "bit line"],
    ["code_sum", "sum of the ADC codes of all averages"],
    ["siemens", "conductance by the calibration of the readout"],
    ["sample_chip", "chip seconds of the conversion of this device"],
    ["target_siemens", "what it was aimed at; null for a readout that is not of a programmed tile"],
    [
      "outcome",
      "of its programming: converged, exhausted, stuck-low, stuck-high, skipped, unknown; null as above",
    ],
  ],
};

export const traceFunction: TableFunction = {
  name: "trace",
  parameters: ["in_array", "at_row", "at_column"],
  about: "One device in every readout that holds it, oldest first.",
  columns: [
    ["readout", "its row in readouts"],
    ["requested_age", "seconds since the end of programming that were asked for, null when none were"],
    ["sample_chip", "chip seconds of the conversion of this device"],
    ["read_wall", "seconds since 1970-01-01 UTC on the host"],
    ["code_sum", "sum of the ADC codes of all averages"],
    ["siemens", "conductance by the calibration of the readout"],
    ["temperature_kelvin", "of the chip"],
  ],
};

export const tableFunctions: readonly TableFunction[] = [cellsFunction, traceFunction];

export const cellsTable = (store: Store): VirtualTable => ({
  columns: cellsFunction.columns.map(([name]) => name),
  parameters: [...cellsFunction.parameters],
  *rows(readout: unknown) {
    yield* cellsOf(store, readoutOf(store, readout));
  },
});

export const traceTable = (store: Store): VirtualTable => ({
  columns: traceFunction.columns.map(([name]) => name),
  parameters: [...traceFunction.parameters],
  *rows(array: unknown, row: unknown, column: unknown) {
    for (const { readout, codeSum, siemens, sampleSeconds } of store.readouts.trace(
      Number(array),
      Number(row),
      Number(column),
    )) {
      const { id, requestedAgeSeconds, wallSeconds, temperatureKelvin } = readout;
      yield [id, requestedAgeSeconds, sampleSeconds, wallSeconds, codeSum, siemens, temperatureKelvin];
    }
  },
});

function* cellsOf(store: Store, readout: StoredReadout): Generator<unknown[]> {
  const { region, averages, calibration, firstSampleSeconds, lastSampleSeconds } = readout;
  const codeSums = store.readouts.codeSums(readout.id);
  const siemens = conductances(codeSums, averages, calibration, region);
  const cells = readout.programming === null ? undefined : store.programmings.cells(readout.programming);
  const stepSeconds = (lastSampleSeconds - firstSampleSeconds) / Math.max(1, codeSums.length - 1);
  for (const [cell, codeSum] of codeSums.entries()) {
    const row = region.row + Math.floor(cell / region.columns);
    const column = region.column + (cell % region.columns);
    const sampleSeconds = firstSampleSeconds + cell * stepSeconds;
    yield [
      region.array,
      row,
      column,
      codeSum,
      siemens[cell] ?? null,
      sampleSeconds,
      ...programmed(cells, cell),
    ];
  }
}

function programmed(cells: ProgrammingCells | undefined, cell: number): [number | null, string | null] {
  if (cells === undefined) return [null, null];
  return [cells.targetSiemens[cell] ?? null, cellOutcomes[cells.outcomes[cell] ?? -1] ?? null];
}

/** @throws LabError USAGE when there is no such readout. */
function readoutOf(store: Store, wanted: unknown): StoredReadout {
  const readout = typeof wanted === "number" ? store.readouts.find(readoutId(wanted)) : undefined;
  if (readout !== undefined) return readout;
  const what =
    wanted === undefined ? "cells needs a readout, as in cells(1)" : `there is no readout ${String(wanted)}`;
  throw new LabError("USAGE", what, {
    next: "see which there are: SELECT * FROM v_readouts",
  });
}
