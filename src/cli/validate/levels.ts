/** What devices were read to hold, by the level of their targets, beside the published spread of programming. */

import { cellOutcomes } from "../../chip/outcome.ts";
import type { Conductances } from "../../inference/validation/array-states.ts";
import { levelOf, Moments, publishedSigma } from "../../report/statistics/level-errors.ts";
import type { Store } from "../../store/store.ts";
import type { ValidatedLevel } from "../../store/validation-document.ts";
import type { PlacedTiles } from "./instance.ts";

export interface LevelsAndError {
  readonly levels: readonly ValidatedLevel[];
  /** rms of reading less target (S), and devices that were programmed. */
  readonly errorSiemens: number;
  /** Of all devices, in the order of the tiles: what the published law of read noise is taken at. */
  readonly targets: readonly Float32Array[];
}

/** Of the devices that were programmed, whatever came of it; targets are those of the algorithm. */
export function levelsOf(
  store: Store,
  { tiles }: PlacedTiles,
  read: Conductances,
  gmaxSiemens: number,
): LevelsAndError {
  const programmings = new Map(store.programmings.current().map(({ tile, id }) => [tile, id]));
  const errors = new Moments();
  const values = new Moments();
  const targets: Float32Array[] = [];
  let [squares, devices] = [0, 0];
  tiles.forEach((own, layer) => {
    own.forEach(({ id }, index) => {
      const programming = programmings.get(id);
      if (programming === undefined) return;
      const { targetSiemens, outcomes } = store.programmings.cells(programming);
      const siemens = read[layer]![index]!;
      targets.push(targetSiemens);
      for (let cell = 0; cell < siemens.length; cell++) {
        if (outcomes[cell] === skipped) continue;
        const target = targetSiemens[cell]!;
        const level = levelOf(target, gmaxSiemens);
        errors.add(level, siemens[cell]! - target);
        values.add(level, siemens[cell]!);
        squares += (siemens[cell]! - target) ** 2;
        devices++;
      }
    });
  });
  const means = new Map(values.levels().map(({ g, meanSiemens }) => [g, meanSiemens]));
  const levels = errors.levels().map(
    (error): ValidatedLevel => ({
      targetSiemens: Number((error.g * gmaxSiemens).toPrecision(12)),
      devices: error.devices,
      meanSiemens: means.get(error.g) ?? Number.NaN,
      biasSiemens: error.meanSiemens,
      sigmaSiemens: error.sigmaSiemens,
      publishedSigmaSiemens: publishedSigma(error.g, gmaxSiemens),
    }),
  );
  return { levels, errorSiemens: Math.sqrt(squares / Math.max(1, devices)), targets };
}

const skipped = cellOutcomes.indexOf("skipped");

/** Largest relative noise, the time of one reading (s), and that from programming to age 0 (s) of PCMLikeNoiseModel (FACTS 7.1). */
const mostNoise = 0.2;
const readSeconds = 250e-9;
const programmedSeconds = 20;

/**
 * Accumulated 1/f noise (S, rms over all devices) of a reading at an age by the published model:
 * G min(0.0088 / g^0.65, 0.2) sqrt(ln((t + t_read) / 2 t_read)), g = G / Gmax, t = age + 20 s (FACTS 7.1).
 */
export function publishedReadNoise(
  targets: readonly Float32Array[],
  gmaxSiemens: number,
  ageSeconds: number,
): number {
  const growth = Math.log((ageSeconds + programmedSeconds + readSeconds) / (2 * readSeconds));
  let [squares, devices] = [0, 0];
  for (const cells of targets) {
    devices += cells.length;
    for (const siemens of cells) {
      const relative = Math.min(mostNoise, 0.0088 / Math.max((siemens / gmaxSiemens) ** 0.65, 1e-3));
      squares += (siemens * relative) ** 2 * growth;
    }
  }
  return Math.sqrt(squares / Math.max(1, devices));
}
