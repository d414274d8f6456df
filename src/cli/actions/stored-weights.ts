/** Effective weights of every layer from the readouts of a store. */

import { type ConverterCalibration, conductances } from "../../chip/readout.ts";
import { LabError } from "../../core/errors.ts";
import type { LayerArray } from "../../inference/array-model/model.ts";
import type { LayerWeights } from "../../inference/compensation.ts";
import { weightsFromTiles } from "../../network/effective-weights.ts";
import type { Network } from "../../network/layer.ts";
import type { ReadoutId } from "../../store/identity.ts";
import type { Store } from "../../store/store.ts";

export interface StoredWeights {
  readonly ageSeconds: number;
  /** rows x columns of each layer, row by row, in units of the network's weights. */
  readonly weights: LayerWeights;
  /** Of each layer: the conductances that the weights stand for, where they are. */
  readonly arrays: readonly LayerArray[];
  /** The raw readings that they came from. */
  readonly readouts: readonly ReadoutId[];
  /** The calibrations of the converters that conductances were derived with, each once. */
  readonly calibrations: readonly string[];
}

/**
 * @param other derives conductances from the raw codes again; without it each readout keeps the calibration that it was read with.
 * @throws LabError STORE_CONTENT when a layer was not read at that age, STORE when a reading is damaged.
 */
export const weightsAt = (
  store: Store,
  network: Network,
  ageSeconds: number,
  other?: ConverterCalibration,
): StoredWeights => weightsOf(store, network, ageSeconds, store.readouts.atAge(ageSeconds), other);

/**
 * The weights that drift compensation compares with.
 * @param ageSeconds the first that was read; at 0, late verifications are looked behind. @param other @throws as `weightsAt`.
 */
export const referenceWeights = (
  store: Store,
  network: Network,
  ageSeconds: number,
  other?: ConverterCalibration,
): StoredWeights =>
  ageSeconds === 0
    ? weightsOf(store, network, 0, store.readouts.reference(), other)
    : weightsAt(store, network, ageSeconds, other);

function weightsOf(
  store: Store,
  network: Network,
  ageSeconds: number,
  readouts: ReturnType<Store["readouts"]["atAge"]>,
  other: ConverterCalibration | undefined,
): StoredWeights {
  const { tiles, layers } = store.networks.get();
  const byTile = new Map(readouts.map((readout) => [readout.tile, readout]));
  const arrays = network.layers.map((layer, index): LayerArray => {
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
    const siemensPerWeight = layers[index]?.siemensPerWeight ?? new Float64Array();
    return { tiles: own, conductances: measured, siemensPerWeight };
  });
  const weights = network.layers.map((layer, index) => {
    const {
      tiles: own = [],
      conductances: read = [],
      siemensPerWeight = new Float64Array(),
    } = arrays[index] ?? {};
    return weightsFromTiles(layer, own, read, siemensPerWeight);
  });
  const names = readouts.map(({ calibration }) => (other ?? calibration).name);
  return {
    ageSeconds,
    weights,
    arrays,
    readouts: readouts.map(({ id }) => id),
    calibrations: [...new Set(names)],
  };
}
