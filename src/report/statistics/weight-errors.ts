/** Programming error of weights: the net conductance of their devices at the first readout less what they were meant to be. */

import { cellOutcomes } from "../../chip/outcome.ts";
import { cellOfWeight, deviceSign } from "../../chip/weight-block.ts";
import { type LevelError, levelOf, Moments } from "./level-errors.ts";
import type { DeviceStatistic, TileData } from "./tile-data.ts";

const converged = cellOutcomes.indexOf("converged");

/** Weights whose devices are in several tiles, until all of these have come. */
interface Pending {
  devices: number;
  readonly net: Float64Array;
  /** Sum of the targets of the devices, with their signs: what stands for the targets of weights in older stores. */
  readonly wanted: Float64Array;
  readonly converged: Uint8Array;
}

export class WeightErrors implements DeviceStatistic {
  /** Largest net conductance of a weight, S; 1 on the scale of the levels. */
  readonly largestSiemens: number;
  readonly #devicesPerWeight: 2 | 4;
  readonly #pending = new Map<string, Pending>();
  readonly #all = new Moments();
  readonly #converged = new Moments();

  constructor(gmaxSiemens: number, devicesPerWeight: 2 | 4) {
    this.largestSiemens = (gmaxSiemens * devicesPerWeight) / 2;
    this.#devicesPerWeight = devicesPerWeight;
  }

  add(data: TileData): void {
    const { tile, cells } = data;
    const key = `${tile.layer}:${tile.firstRow}:${tile.firstColumn}`;
    const pending = this.#pending.get(key) ?? emptyPending(tile.rows * tile.columns);
    this.#addDevices(pending, data);
    if (pending.devices < this.#devicesPerWeight) {
      this.#pending.set(key, pending);
      return;
    }
    this.#pending.delete(key);
    this.#judge(pending, cells.weightTargetSiemens ?? pending.wanted);
  }

  /** `devices` counts weights; `g` is relative to the largest weight. An error is positive when it leads away from zero. */
  all(): LevelError[] {
    return this.#all.levels();
  }

  /** Those of whose devices each converged. */
  converged(): LevelError[] {
    return this.#converged.levels();
  }

  #addDevices(pending: Pending, { tile, cells, readings }: TileData): void {
    const first = readings[0]?.siemens;
    if (first === undefined) return;
    for (const [slot, device] of tile.devices.entries()) {
      const sign = deviceSign({ devicesPerWeight: this.#devicesPerWeight }, device);
      for (let weight = 0; weight < pending.net.length; weight++) {
        const cell = cellOfWeight(tile, weight, slot);
        pending.net[weight]! += sign * first[cell]!;
        pending.wanted[weight]! += sign * cells.targetSiemens[cell]!;
        if (cells.outcomes[cell] !== converged) pending.converged[weight] = 0;
      }
    }
    pending.devices += tile.devices.length;
  }

  #judge(pending: Pending, targets: ArrayLike<number>): void {
    for (let weight = 0; weight < pending.net.length; weight++) {
      const target = targets[weight]!;
      const level = levelOf(Math.abs(target), this.largestSiemens);
      const error = (target < 0 ? -1 : 1) * (pending.net[weight]! - target);
      this.#all.add(level, error);
      if (pending.converged[weight] !== 0) this.#converged.add(level, error);
    }
  }
}

const emptyPending = (weights: number): Pending => ({
  devices: 0,
  net: new Float64Array(weights),
  wanted: new Float64Array(weights),
  converged: new Uint8Array(weights).fill(1),
});
