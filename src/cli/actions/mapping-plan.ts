/** Weights to places and conductances, decided before the first pulse: options, marks, placement, scales. */

import type { Descriptor } from "../../chip/descriptor.ts";
import type { ConverterCalibration } from "../../chip/readout.ts";
import { LabError } from "../../core/errors.ts";
import { microsiemens, parseQuantity } from "../../core/units.ts";
import { marksUnder } from "../../network/known-bad.ts";
import { type AnalogLayer, weightCount } from "../../network/layer.ts";
import { type LayerMapping, mapLayer } from "../../network/mapping.ts";
import type { Mark } from "../../network/marks.ts";
import { type Placement, placeNetwork } from "../../network/placement.ts";
import { type Harm, harmOf, withRowOrders } from "../../network/row-order.ts";
import { parseScale, scaleText } from "../../network/scale.ts";
import { type Layout, usualLayout } from "../../network/sites.ts";
import type { StoredLayer } from "../../store/placement.ts";
import { marksToAvoid } from "./avoided.ts";

export interface MappingArguments {
  readonly gmax: string;
  readonly bias: "array" | "digital";
  readonly scale: string;
  readonly devices: 2 | 4;
  /** The chip's usual one when not given. */
  readonly layout?: Layout | undefined;
  /** Lists of marked devices, and stores of the same chip. */
  readonly avoid?: readonly string[] | undefined;
}

export interface MappingPlan {
  readonly gmaxSiemens: number;
  /** As they are stored with the network. */
  readonly options: object;
  /** One a layer. */
  readonly mappings: readonly LayerMapping[];
  readonly placement: Placement;
  readonly summary: MappingSummary;
  /** Those under the network, which stay as they are. */
  readonly marks: readonly Mark[];
}

/** What the mapping costs, for people and records. */
export interface MappingSummary {
  readonly scale: string;
  readonly devicesPerWeight: 2 | 4;
  readonly layout: Layout;
  readonly clippedWeights: number;
  readonly clippedShare: number;
  /** The largest change of a weight by clipping, in units of its layer's largest weight. */
  readonly largestClipError: number;
  readonly avoidedLines: number;
  /** How the stuck devices that were given would meet their targets with every weight row in its own place, and how they do. */
  readonly stuckBefore: Harm;
  readonly stuck: Harm;
}

/**
 * @param calibration bit lines that failed it are avoided.
 * @throws LabError USAGE for options that are unknown or contradict each other or the chip, LIMIT for a gmax that it cannot read,
 * DOES_NOT_FIT, BAD_DATA and STORE_CONTENT for files of `avoid` that are not about this chip.
 */
export async function planMapping(
  args: MappingArguments,
  layers: readonly AnalogLayer[],
  descriptor: Descriptor,
  calibration: ConverterCalibration,
): Promise<MappingPlan> {
  const gmaxSiemens = readableGmax(args.gmax, descriptor);
  const { devices: devicesPerWeight } = args;
  const scale = parseScale(args.scale);
  const layout = args.layout ?? usualLayout(descriptor, devicesPerWeight);
  const marks = await marksToAvoid(args.avoid ?? [], descriptor, calibration);
  const mappings = layers.map((layer) => mapLayer(layer, { scale, gmaxSiemens, devicesPerWeight }));
  const placed = placeNetwork(layers, descriptor, { devicesPerWeight, layout, avoid: marks });
  const tiles = withRowOrders(placed.tiles, layers, mappings, marks);
  return {
    gmaxSiemens,
    options: { bias: args.bias, scale: scaleText(scale), devices: devicesPerWeight, layout },
    mappings,
    placement: { ...placed, tiles },
    summary: {
      ...{ scale: scaleText(scale), devicesPerWeight, layout },
      ...clippingOf(layers, mappings),
      avoidedLines: marks.filter(({ kind }) => kind !== "device").length,
      stuckBefore: harmOf(placed.tiles, layers, mappings, marks),
      stuck: harmOf(tiles, layers, mappings, marks),
    },
    marks: marksUnder(
      tiles.map(({ region }) => region),
      marks,
    ),
  };
}

/** The layers as they are stored. */
export const storedLayersOf = (
  layers: readonly AnalogLayer[],
  mappings: readonly LayerMapping[],
): StoredLayer[] =>
  layers.map(({ name, kind, rows, columns, biasInArray }, index) => {
    const { siemensPerWeight, clipping } = mappingOf(mappings, index);
    return { index, name, kind, rows, columns, siemensPerWeight, clipping, hasBiasRow: biasInArray };
  });

/** @throws RangeError when there is no such layer. */
export function mappingOf(mappings: readonly LayerMapping[], layer: number): LayerMapping {
  const mapping = mappings[layer];
  if (mapping === undefined) throw new RangeError(`there is no layer ${layer}`);
  return mapping;
}

/** Lines of the printed summary; none for what did not happen. */
export function mappingLines({ clippedWeights, clippedShare, ...rest }: MappingSummary): string[] {
  const { largestClipError, avoidedLines, stuckBefore, stuck, scale } = rest;
  const percent = (share: number): string => `${(100 * share).toPrecision(2)} %`;
  const clipped = `${clippedWeights} weights (${percent(clippedShare)}) by the scale ${scale}, at most by ${percent(largestClipError)} of their layer's largest`;
  const lines = `${avoidedLines} whole lines`;
  const devices = `${stuckBefore.harmfulDevices - stuck.harmfulDevices} of ${stuckBefore.harmfulDevices} stuck devices that would have missed their targets; ${stuck.markedDevices} lie under the network`;
  return [
    ...(clippedWeights === 0 ? [] : [`clipped     ${clipped}`]),
    ...(avoidedLines === 0 ? [] : [`avoided     ${lines}`]),
    ...(stuckBefore.harmfulDevices === 0 ? [] : [`avoided     ${devices}`]),
  ];
}

function clippingOf(layers: readonly AnalogLayer[], mappings: readonly LayerMapping[]) {
  const clippedWeights = mappings.reduce((sum, { clipping }) => sum + clipping.weights, 0);
  const errors = layers.map(({ weights }, index) => {
    const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
    return largest === 0 ? 0 : mappingOf(mappings, index).clipping.largestError / largest;
  });
  const clippedShare = clippedWeights / Math.max(1, weightCount(layers));
  return { clippedWeights, clippedShare, largestClipError: Math.max(0, ...errors) };
}

/** @throws LabError USAGE for no conductance, LIMIT for one that the chip cannot read. */
export function readableGmax(text: string, { read }: Descriptor): number {
  const gmaxSiemens = parseQuantity(text, "S");
  if (gmaxSiemens > 0 && gmaxSiemens <= read.fullScaleSiemens) return gmaxSiemens;
  const limit = microsiemens(read.fullScaleSiemens);
  throw new LabError(
    "LIMIT",
    `--gmax is ${Number(microsiemens(gmaxSiemens).toPrecision(6))} µS, the chip reads 0 to ${limit} µS`,
    {
      next: `choose a --gmax up to ${limit}uS`,
    },
  );
}
