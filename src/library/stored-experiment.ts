/** What a store holds, for reading. docs/reference/store.md has the tables themselves. */

import type { Descriptor } from "../chip/descriptor.ts";
import { conductances } from "../chip/readout.ts";
import type { Region } from "../chip/region.ts";
import { weightsAt } from "../cli/actions/stored-weights.ts";
import { LabError } from "../core/errors.ts";
import { readNetwork } from "../network/read.ts";
import { openStore as open, type Store } from "../store/store.ts";
import type { TimedAccuracy } from "./inference.ts";

export interface StoredExperiment {
  readonly path: string;
  /** Of the chip that was connected last; undefined before the first. */
  readonly chip: Descriptor | undefined;
  /** Undefined before one was programmed. */
  readonly network: ExperimentNetwork | undefined;
  /** Ages (s), rising, at which all devices were read; 0 is right after programming. */
  agesSeconds(): number[];
  /**
   * The devices of every tile at an age.
   * @throws LabError STORE_CONTENT for an age at which not all were read, STORE when a reading is damaged.
   */
  devices(ageSeconds: number): TileDevices[];
  /** Weights of every layer at an age: rows x columns, row by row, in the unit of the network. @throws as `devices`. */
  weights(ageSeconds: number): readonly Float32Array[];
  /** The latest accuracy of each age and compensation; the digital baseline has the age null and the compensation "digital". */
  accuracies(): StoredAccuracy[];
  close(): void;
}

export interface ExperimentNetwork {
  readonly name: string;
  /** In the order of execution; rows are inputs (a bias row included), columns outputs. */
  readonly layers: readonly { readonly name: string; readonly rows: number; readonly columns: number }[];
  readonly gmaxSiemens: number;
}

/** Arrays have one value a device, row by row of the region. */
export interface TileDevices {
  /** Index into the layers. */
  readonly layer: number;
  readonly region: Region;
  readonly targetSiemens: Float32Array;
  readonly siemens: Float32Array;
  /** Indices into `cellOutcomes`. */
  readonly outcomes: Uint8Array;
}

export interface StoredAccuracy extends Omit<TimedAccuracy, "ageSeconds"> {
  readonly ageSeconds: number | null;
}

/**
 * Opens a store for reading, also while another program writes to it.
 * @throws LabError STORE when there is none, or none that this version understands.
 */
export function openStore(path: string): StoredExperiment {
  const store = open(path, { mode: "read" });
  return {
    path,
    chip: store.chips.latest()?.descriptor,
    network: networkOf(store),
    agesSeconds: () => store.readouts.completeAges(),
    devices: (ageSeconds) => devicesAt(store, ageSeconds),
    weights: (ageSeconds) => weightsOf(store, ageSeconds),
    accuracies: () => accuraciesOf(store),
    close: () => store.close(),
  };
}

function networkOf(store: Store): ExperimentNetwork | undefined {
  const found = store.networks.find();
  if (found === undefined) return undefined;
  const layers = found.layers.map(({ name, rows, columns }) => ({ name, rows, columns }));
  return { name: found.name, layers, gmaxSiemens: found.gmaxSiemens };
}

function devicesAt(store: Store, ageSeconds: number): TileDevices[] {
  assertRead(store, ageSeconds);
  const tiles = new Map(store.networks.get().tiles.map((tile) => [tile.id, tile]));
  const programmings = new Map(store.programmings.current().map(({ tile, id }) => [tile, id]));
  return store.readouts.atAge(ageSeconds).flatMap(({ id, tile, region, averages, calibration }) => {
    const [place, programming] = [tiles.get(tile), programmings.get(tile)];
    if (place === undefined || programming === undefined) return [];
    const { targetSiemens, outcomes } = store.programmings.cells(programming);
    const siemens = conductances(store.readouts.codeSums(id), averages, calibration, region);
    return [{ layer: place.layer, region, targetSiemens, siemens, outcomes }];
  });
}

function weightsOf(store: Store, ageSeconds: number): readonly Float32Array[] {
  assertRead(store, ageSeconds);
  const { id, options } = store.networks.get();
  const bias = options.bias === "digital" ? "digital" : "array";
  const network = readNetwork(store.networks.onnx(id), { bias });
  return weightsAt(store, network, ageSeconds).weights;
}

function assertRead(store: Store, ageSeconds: number): void {
  const ages = store.readouts.completeAges();
  if (ages.includes(ageSeconds)) return;
  const known = ages.length === 0 ? "it was not read yet" : `it was read at ${ages.join(", ")} s`;
  throw new LabError(
    "STORE_CONTENT",
    `${store.path} has no readings of all devices at ${ageSeconds} s: ${known}`,
    {
      next: "choose one of its ages, or read the network then",
    },
  );
}

const accuraciesOf = (store: Store): StoredAccuracy[] =>
  store.results.latest().map(({ ageSeconds, compensation, images, correct, interval }) => ({
    ageSeconds,
    compensation,
    images,
    correct,
    accuracy: correct / images,
    interval,
  }));
