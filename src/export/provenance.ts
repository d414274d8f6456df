/** Where an exported table comes from, in one JSON document. */

import { basename } from "node:path";
import type { Store } from "../store/store.ts";
import type { Dataset } from "./dataset.ts";

export interface ExportedBy {
  readonly toolVersion: string;
  /** Since 1970-01-01 UTC. */
  readonly wallSeconds: number;
}

export function provenanceOf(store: Store, what: string, { columns, rows }: Dataset, by: ExportedBy): string {
  const chip = store.chips.latest();
  const network = store.networks.find();
  return JSON.stringify({
    tool: "pcmlab",
    toolVersion: by.toolVersion,
    exportedUtc: utc(by.wallSeconds),
    store: basename(store.path),
    what,
    rows,
    columns: Object.fromEntries(columns.map(({ name, about }) => [name, about])),
    chip: chip?.descriptor ?? null,
    network:
      network === undefined
        ? null
        : {
            name: network.name,
            sha256: network.sha256,
            options: network.options,
            gmax_uS: network.gmaxSiemens * 1e6,
          },
    calibrations: store.calibrations.list().map(({ id, run, wallSeconds, temperatureKelvin }) => ({
      ...{ id, run, measuredUtc: utc(wallSeconds), temperature_K: temperatureKelvin },
    })),
    runs: store.runs.list().map(({ startedWallSeconds, endedWallSeconds, chip: _, ...run }) => ({
      ...run,
      startedUtc: utc(startedWallSeconds),
      endedUtc: endedWallSeconds === null ? null : utc(endedWallSeconds),
    })),
  });
}

const utc = (wallSeconds: number): string => new Date(wallSeconds * 1000).toISOString();
