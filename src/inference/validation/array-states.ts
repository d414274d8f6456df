/** What the devices of a network hold, ideally and after each of the things that happen to them, as states to run the network in. */

import { weightsFromTiles } from "../../network/effective-weights.ts";
import type { AnalogLayer, Network } from "../../network/layer.ts";
import { type LayerMapping, tileTargets } from "../../network/mapping.ts";
import type { Tile } from "../../network/placement.ts";
import type { LayerWeights } from "../compensation.ts";
import type { Effect } from "./attribution.ts";

/** Conductances (S) by layer and by tile of the layer, each row by row of the tile's region. */
export type Conductances = readonly (readonly Float32Array[])[];

/** What may be modelled of the array's products, in the order in which it comes there. */
export const modelledParts = ["IR drop", "read noise", "converters"] as const;
export type ModelledPart = (typeof modelledParts)[number];

/** Where the layers lie, and how. */
export interface PlacedLayers {
  /** By layer: its tiles. */
  readonly tiles: readonly (readonly Tile[])[];
  /** By layer. */
  readonly mappings: readonly LayerMapping[];
}

/** What is known of the devices of one chip. */
export interface DeviceHistory {
  /** What the mapping asks for, before any algorithm moves targets between the devices of a weight. */
  readonly targets: Conductances;
  /** As soon as programming ended. */
  readonly programmed: Conductances;
  /** At the age that is looked at (`programmed` itself when that is the end of programming), with the noise of readings averaged out as far as there are readings. */
  readonly aged: Conductances;
  /** One reading at that age: what inference has. The same as `aged` when there is only one. */
  readonly read: Conductances;
}

export interface ArrayState {
  /** Undefined for the digital network: its weights are exact. */
  readonly conductances: Conductances | undefined;
  /** Those that compensation compares with. */
  readonly reference: Conductances | undefined;
  /** What is not exact about the products. */
  readonly modelled: readonly ModelledPart[];
}

export const digitalState: ArrayState = {
  conductances: undefined,
  reference: undefined,
  modelled: [],
};

/** In the order in which they come: only those that there are. */
export function arrayEffects(
  history: DeviceHistory,
  modelled: readonly ModelledPart[],
): Effect<ArrayState>[] {
  const { targets, programmed, aged, read } = history;
  const changed = (from: Conductances, to: Conductances) => (state: ArrayState) => ({
    ...state,
    conductances: moved(state.conductances ?? targets, from, to),
  });
  return [
    {
      name: "mapping",
      apply: (state) => ({ ...state, conductances: targets, reference: targets }),
    },
    {
      name: "programming",
      apply: (state) => ({
        ...changed(targets, programmed)(state),
        reference: moved(state.reference ?? targets, targets, programmed),
      }),
    },
    ...(aged === programmed ? [] : [{ name: "drift", apply: changed(programmed, aged) }]),
    ...(read === aged ? [] : [{ name: "reading", apply: changed(aged, read) }]),
    ...modelledParts.filter((part) => modelled.includes(part)).map(modelledEffect),
  ];
}

const modelledEffect = (name: ModelledPart): Effect<ArrayState> => ({
  name,
  apply: (state) => ({ ...state, modelled: [...state.modelled, name] }),
});

/** `base` with the change from one to the other. */
const moved = (base: Conductances, from: Conductances, to: Conductances): Conductances =>
  base === from
    ? to
    : base.map((tiles, layer) =>
        tiles.map((cells, tile) => {
          const [before, after] = [from[layer]?.[tile], to[layer]?.[tile]];
          return cells.map((siemens, cell) => siemens + after![cell]! - before![cell]!);
        }),
      );

/** What an array without errors holds. */
export const idealConductances = (network: Network, { tiles, mappings }: PlacedLayers): Conductances =>
  network.layers.map((layer, index) =>
    tiles[index]!.map((tile) => tileTargets(layer, tile, mappings[index]!)),
  );

/** Effective weights of every layer. @throws TypeError when sizes do not match. */
export const weightsOf = (
  network: Network,
  { tiles, mappings }: PlacedLayers,
  conductances: Conductances,
): LayerWeights =>
  network.layers.map((layer: AnalogLayer, index) =>
    weightsFromTiles(
      layer,
      tiles[index] ?? [],
      conductances[index] ?? [],
      mappings[index]?.siemensPerWeight ?? new Float64Array(),
    ),
  );

/** The mean of several readings. @throws RangeError without any. */
export function meanConductances(readings: readonly Conductances[]): Conductances {
  const [first] = readings;
  if (first === undefined) throw new RangeError("there is no mean of no readings");
  if (readings.length === 1) return first;
  return first.map((tiles, layer) =>
    tiles.map((cells, tile) =>
      cells.map(
        (_, cell) =>
          readings.reduce((sum, reading) => sum + reading[layer]![tile]![cell]!, 0) / readings.length,
      ),
    ),
  );
}

/** Standard deviation (S, rms over devices) of one reading around the mean of all; null with one, which cannot tell. */
export function readingNoise(readings: readonly Conductances[]): number | null {
  if (readings.length < 2) return null;
  const mean = meanConductances(readings);
  let squares = 0;
  let devices = 0;
  for (const reading of readings)
    reading.forEach((tiles, layer) => {
      tiles.forEach((cells, tile) => {
        const centre = mean[layer]![tile]!;
        devices += cells.length / readings.length;
        squares += cells.reduce((sum, siemens, cell) => sum + (siemens - centre[cell]!) ** 2, 0);
      });
    });
  return Math.sqrt(squares / (devices * (readings.length - 1)));
}
