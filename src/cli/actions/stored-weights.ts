/** Effective weights of every layer from the readouts of a store. */

import { type ConverterCalibration, conductances } from "../../chip/readout.ts";
import { LabError } from "../../core/errors.ts";
import type { LayerWeights } from "../../inference/compensation.ts";
import { weightsFromTiles } from "../../network/effective-weights.ts";
import type { Network } from "../../network/layer.ts";
import type { ReadoutId } from "../../store/identity.ts";
import type { Store } from "../../store/store.ts";

export interface StoredWeights {
  readonly ageSeconds: number;
  /** rows x columns of each layer, row by row, in units of the network's weights. */
  readonly weights: LayerWeights;
  /** The raw readings that they came from. */
  readonly readouts: readonly ReadoutId[];
  /** The calibrations of the converters that conductances were derived with, each once. */
  readonly calibrations: readonly string[];
}

/**
 * @param other derives conductances from the raw codes again; without it each readout keeps the calibration that it was read with.
 * @throws LabError STORE_CONTENT when a layer was not read at that age, STORE when a reading is damaged.
 */
export function weightsAt(
  store: Store,
  network: Network,
  ageSeconds: number,
  other?: ConverterCalibration,
): StoredWeights {
  const { tiles, layers } = store.networks.get();
  const readouts = store.readouts.atAge(ageSeconds);
  const byTile = new Map(readouts.map((readout) => [readout.tile, readout]));
  const weights = network.layers.map((layer, index) => {
    const own = tiles.filter((tile) => tile.layer === index);
    const read = own.map((tile) => {
      const readout = byTile.get(tile.id);
      if (readout !== undefined) return readout;
      throw new LabError("STORE_CONTENT", `layer "${layer.name}" was not read at ${ageSeconds} s`, {
        next: `read it: pcmlab read --chip PORT --store ${store.path} --at ${ageSeconds}s`,
      });
    });
    const measured = read.map((readout) =>
      conductances(
        store.readouts.codeSums(readout.id),
        readout.averages,
        other ?? readout.calibration,
        readout.region,
      ),
    );
    return weightsFromTiles(layer, own, measured, layers[index]?.siemensPerWeight ?? new Float64Array());
  });
  const names = readouts.map(({ calibration }) => (other ?? calibration).name);
  return { ageSeconds, weights, readouts: readouts.map(({ id }) => id), calibrations: [...new Set(names)] };
}
