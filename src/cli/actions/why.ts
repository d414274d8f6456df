/** Says where a result came from. */

import { openStore } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { findResult, lineageOf, nameOf } from "../why/lineage.ts";
import { lineageText } from "../why/lineage-text.ts";

export interface WhyArguments {
  /** Number of the result, `latest`, or what it is of: `1d:gdc`, `digital`. */
  readonly result: string;
  readonly store: string;
  readonly tiles: boolean;
}

/** @throws LabError STORE, STORE_CONTENT, USAGE. */
export function why(args: WhyArguments, context: Context): void {
  const store = openStore(args.store, { mode: "read" });
  try {
    const lineage = lineageOf(store, findResult(store, args.result));
    const { result, run, tiles, runs, calibrations } = lineage;
    const network = store.networks.find();
    context.output.result(
      {
        result: { ...result, name: nameOf(result) },
        run: run ?? null,
        network: network && { name: network.name, sha256: network.sha256, options: network.options },
        calibrations: store.calibrations.list().filter(({ id }) => calibrations.includes(id)),
        runs,
        tiles: tiles.map(({ tile, layer, readout, programming, ageSeconds, isPast }) => ({
          ...{ tile: tile.id, layer, region: tile.region, ageSeconds: ageSeconds ?? null, isPast },
          readout: { ...readout, calibration: readout.calibration.name },
          programming: programming ?? null,
        })),
      },
      lineageText(store, lineage, args.tiles),
    );
  } finally {
    store.close();
  }
}
