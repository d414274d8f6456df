/** Writes a table of a store to a file for other programs, batch by batch. */

import { LabError } from "../core/errors.ts";
import type { Store } from "../store/store.ts";
import { writeCsv } from "./csv.ts";
import type { Dataset } from "./dataset.ts";
import { fitsOf, levelsOf } from "./fits.ts";
import { writeNpz } from "./npz.ts";
import { writeParquet } from "./parquet.ts";
import type { Pause } from "./pause.ts";
import { mvmInputsOf, mvmOutputsOf } from "./probes.ts";
import { type ExportedBy, provenanceOf } from "./provenance.ts";
import { readoutsOf } from "./readouts.ts";
import { resultsOf } from "./results.ts";
import { targetsOf } from "./targets.ts";
import { temperaturesOf } from "./temperatures.ts";
import { WholeFile } from "./whole-file.ts";

export const formats = ["parquet", "npz", "csv"] as const;
export type Format = (typeof formats)[number];

const datasets = {
  readouts: readoutsOf,
  targets: targetsOf,
  fits: fitsOf,
  levels: levelsOf,
  results: resultsOf,
  temperatures: temperaturesOf,
  "mvm-inputs": mvmInputsOf,
  "mvm-outputs": mvmOutputsOf,
} as const;

export type What = keyof typeof datasets;

const isWhat = (word: string): word is What => word in datasets;
export const whats: readonly What[] = Object.keys(datasets).filter(isWhat);

/** What has to be run first, for a table that is empty. */
const origins: Readonly<Record<What, string>> = {
  readouts: "pcmlab read or pcmlab campaign start",
  targets: "pcmlab program",
  fits: "pcmlab drift --store FILE",
  levels: "pcmlab drift --store FILE",
  results: "pcmlab infer",
  temperatures: "pcmlab campaign start",
  "mvm-inputs": "pcmlab campaign start",
  "mvm-outputs": "pcmlab campaign start",
};

export interface Exported {
  readonly rows: number;
  readonly columns: readonly string[];
  readonly bytes: number;
}

export interface ExportRequest {
  readonly what: What;
  readonly format: Format;
  readonly path: string;
  readonly by: ExportedBy;
  /** Called with the rows of each group of batches, and for NPZ of each column of each group; the export fails when it does. */
  readonly pause: Pause;
}

/** As `datasetOf`, and without a row where the store has none. */
export const perhapsEmpty = (store: Store, what: What): Dataset => datasets[what](store);

/** @throws LabError STORE_CONTENT when the store has none of them. */
export function datasetOf(store: Store, what: What): Dataset {
  const dataset = perhapsEmpty(store, what);
  if (dataset.rows > 0) return dataset;
  throw new LabError("STORE_CONTENT", `${store.path} holds no ${what}`, {
    next: `make them first: ${origins[what]}`,
  });
}

/**
 * Either the whole file is there afterwards, or what was there before; CSV has its provenance in a second file, `.json` after the name.
 * @throws LabError ENVIRONMENT when the disk is full or the file cannot be written, STORE when the store is damaged.
 */
export async function exportTable(store: Store, dataset: Dataset, request: ExportRequest): Promise<Exported> {
  const { what, path, by, pause } = request;
  const provenance = provenanceOf(store, what, dataset, by);
  const file = new WholeFile(path);
  try {
    if (request.format === "parquet") await writeParquet(dataset, provenance, file, pause);
    else if (request.format === "npz") await writeNpz(dataset, provenance, file, pause);
    else await writeCsv(dataset, file, pause);
    if (request.format === "csv") keepText(`${path}.json`, `${provenance}\n`);
    file.keep();
    return { rows: dataset.rows, columns: dataset.columns.map(({ name }) => name), bytes: file.bytes };
  } catch (failure) {
    file.abandon();
    throw failure;
  }
}

function keepText(path: string, text: string): void {
  const file = new WholeFile(path);
  try {
    file.write(new TextEncoder().encode(text));
    file.keep();
  } catch (failure) {
    file.abandon();
    throw failure;
  }
}
