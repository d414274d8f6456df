/**
 * Weights to conductances: a weight w of column j is the net conductance beta_j w of the devices that count for it minus
 * those against it (Joshi et al. 2020; aihwkit SinglePairConductanceConverter with g_min = 0).
 */

import { deviceSign } from "../chip/weight-block.ts";
import { LabError } from "../core/errors.ts";
import { microsiemens } from "../core/units.ts";
import type { AnalogLayer } from "./layer.ts";
import type { Tile } from "./placement.ts";
import { referenceMagnitudes, type Scale } from "./scale.ts";

/** What one weight can hold. */
export interface WeightLimits {
  /** Largest conductance that is asked of a device. */
  readonly gmaxSiemens: number;
  /** Half of them count for the weight, half against it: two of each polarity hold up to 2 gmax (FACTS 8.2). */
  readonly devicesPerWeight: 2 | 4;
}

export interface MappingOptions extends WeightLimits {
  readonly scale: Scale;
}

/** How a layer's weights become conductances. */
export interface LayerMapping extends WeightLimits {
  /** beta: net conductance of one unit of weight in each column (S); 1 for a column of zeros, whose targets are 0 anyway. */
  readonly siemensPerWeight: Float64Array;
  readonly clipping: Clipping;
}

export interface Clipping {
  /** Weights beyond what the devices hold. */
  readonly weights: number;
  /** By how much the worst of them is changed, in units of weight. */
  readonly largestError: number;
}

/** The rectangle of a layer's weight matrix that a tile or a block holds. */
export type WeightRectangle = Pick<Tile, "firstRow" | "firstColumn" | "rows" | "columns" | "rowOrder">;

/** Largest net conductance of a weight, S. */
export const largestNetSiemens = ({ gmaxSiemens, devicesPerWeight }: WeightLimits): number =>
  (gmaxSiemens * devicesPerWeight) / 2;

/** @throws LabError USAGE for an impossible percentile. */
export function mapLayer(
  layer: AnalogLayer,
  { scale, gmaxSiemens, devicesPerWeight }: MappingOptions,
): LayerMapping {
  const limits = { gmaxSiemens, devicesPerWeight };
  const references = referenceMagnitudes(layer, scale);
  const largest = largestNetSiemens(limits);
  const siemensPerWeight = references.map((reference) => (reference === 0 ? 1 : largest / reference));
  return { ...limits, siemensPerWeight, clipping: clippingOf(layer, references) };
}

function clippingOf({ weights, columns }: AnalogLayer, references: Float64Array): Clipping {
  let count = 0;
  let largestError = 0;
  for (let index = 0; index < weights.length; index++) {
    const beyond = Math.abs(weights[index]!) - references[index % columns]!;
    if (beyond > 0) count++;
    largestError = Math.max(largestError, beyond);
  }
  return { weights: count, largestError };
}

/** The weight row that word line `line` of a rectangle holds. */
export const weightRowOf = ({ firstRow, rowOrder }: WeightRectangle, line: number): number =>
  firstRow + (rowOrder?.[line] ?? line);

/**
 * Signed net conductances (S) of the weights of a rectangle, word line by word line; those beyond what the devices hold are clipped.
 * @throws LabError LIMIT for a weight that is not a number.
 */
export function netTargets(
  layer: AnalogLayer,
  rectangle: WeightRectangle,
  mapping: LayerMapping,
): Float32Array {
  const { firstColumn, rows, columns } = rectangle;
  const largest = largestNetSiemens(mapping);
  const targets = new Float32Array(rows * columns);
  let weight = 0;
  for (let line = 0; line < rows; line++) {
    const row = weightRowOf(rectangle, line) * layer.columns;
    for (let column = firstColumn; column < firstColumn + columns; column++) {
      const target = mapping.siemensPerWeight[column]! * layer.weights[row + column]!;
      targets[weight++] = Math.max(-largest, Math.min(largest, target));
    }
  }
  assertWithin(targets, mapping);
  return targets;
}

/**
 * The naive targets (S) of some devices of each weight, weight by weight: one polarity holds the net conductance, its first device
 * as much of it as gmax allows before the second gets the rest (Max-fill, FACTS 8.2), the other polarity holds nothing.
 * @param net signed net conductances in S.
 * @throws LabError LIMIT for net conductances that are not numbers or beyond what the devices hold.
 */
export function deviceTargets(
  net: Float32Array,
  devices: readonly number[],
  limits: WeightLimits,
): Float32Array {
  assertWithin(net, limits);
  const { gmaxSiemens, devicesPerWeight } = limits;
  const targets = new Float32Array(net.length * devices.length);
  let cell = 0;
  for (const value of net) {
    for (const device of devices) {
      const before = (device % (devicesPerWeight / 2)) * gmaxSiemens;
      const own = deviceSign(limits, device) * value - before;
      targets[cell++] = Math.min(gmaxSiemens, Math.max(0, own));
    }
  }
  return targets;
}

/**
 * Naive target conductances (S) of the cells of a tile's region, row by row.
 * @throws LabError LIMIT for a weight that is not a number.
 */
export const tileTargets = (layer: AnalogLayer, tile: Tile, mapping: LayerMapping): Float32Array =>
  deviceTargets(netTargets(layer, tile, mapping), tile.devices, mapping);

function assertWithin(net: Float32Array, limits: WeightLimits): void {
  // Rounded as the targets are.
  const largest = Math.fround(largestNetSiemens(limits));
  const at = net.findIndex((value) => !(Math.abs(value) <= largest));
  if (at < 0) return;
  const devices = `${limits.devicesPerWeight} devices of at most ${microsiemens(limits.gmaxSiemens)} µS`;
  throw new LabError(
    "LIMIT",
    `weight ${at} of its rectangle has the target ${net[at]} S: ${devices} hold it`,
    {
      next: "nothing was sent; check the weights, and that the scale was made for this --gmax and these devices",
    },
  );
}
