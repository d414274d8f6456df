/** One chip out of a store: what its devices should hold, held after programming, and were read to hold at the age that is looked at. */

import { z } from "zod";
import type { Descriptor } from "../../chip/descriptor.ts";
import { type ConverterCalibration, conductances } from "../../chip/readout.ts";
import { LabError } from "../../core/errors.ts";
import { formatDuration } from "../../core/units.ts";
import {
  type Conductances,
  type DeviceHistory,
  idealConductances,
  meanConductances,
  type PlacedLayers,
} from "../../inference/validation/array-states.ts";
import type { Network } from "../../network/layer.ts";
import { readNetwork } from "../../network/read.ts";
import type { StoredNetwork } from "../../store/networks.ts";
import type { StoredLayer, StoredTile } from "../../store/placement.ts";
import type { StoredReadout } from "../../store/readout-rows.ts";
import type { Store } from "../../store/store.ts";
import { asStored } from "../actions/as-stored.ts";
import { derivation } from "../actions/choose-calibration.ts";
import type { CalibrationChoice } from "../calibration-choice.ts";
import { levelsOf } from "./levels.ts";

export interface PlacedTiles extends PlacedLayers {
  readonly tiles: readonly (readonly StoredTile[])[];
}

export interface ChipInstance {
  readonly name: string;
  /** Of the store. */
  readonly path: string;
  readonly stored: StoredNetwork;
  readonly network: Network;
  /** Undefined where the store knows no chip. */
  readonly descriptor: Descriptor | undefined;
  readonly placed: PlacedTiles;
  readonly history: DeviceHistory;
  /** All complete ones at the age, oldest first; the last one is that of the history. */
  readonly readings: readonly Conductances[];
  readonly levels: ReturnType<typeof levelsOf>;
}

const optionsSchema = z.object({
  bias: z.enum(["array", "digital"]),
  devices: z.union([z.literal(2), z.literal(4)]),
});

/**
 * @param calibration derives conductances again; each readout keeps its own when undefined.
 * @throws LabError STORE_CONTENT when a layer was not programmed, or not read at that age.
 */
export function instanceOf(
  store: Store,
  name: string,
  ageSeconds: number,
  calibration: CalibrationChoice | undefined,
): ChipInstance {
  const stored = store.networks.get();
  const options = asStored(optionsSchema, stored.options, "the mapping of the network", store);
  const network = readNetwork(store.networks.onnx(stored.id), { bias: options.bias });
  const placed = placedIn(stored, options.devices);
  const other = derivation(store, calibration);
  const [referenceAge = ageSeconds] = store.readouts.completeAges();
  const readings = readingsAt(store, placed, ageSeconds, other);
  const read = readings.at(-1);
  if (read === undefined) throw notRead(store, ageSeconds);
  const aged = meanConductances(readings);
  const programmed =
    referenceAge === ageSeconds ? aged : readingsAt(store, placed, referenceAge, other).at(-1);
  const targets = idealConductances(network, placed);
  return {
    ...{ name, path: store.path, stored, network, placed, readings },
    descriptor: store.chips.latest()?.descriptor,
    history: { targets, programmed: programmed ?? aged, aged, read },
    levels: levelsOf(store, placed, read, stored.gmaxSiemens),
  };
}

function placedIn({ layers, tiles, gmaxSiemens }: StoredNetwork, devicesPerWeight: 2 | 4): PlacedTiles {
  return {
    tiles: layers.map(({ index }) => tiles.filter(({ layer }) => layer === index)),
    mappings: layers.map(({ siemensPerWeight, clipping }: StoredLayer) => ({
      ...{ siemensPerWeight, clipping, gmaxSiemens, devicesPerWeight },
    })),
  };
}

/** As many as every tile has of its present programming, the newest ones. */
function readingsAt(
  store: Store,
  { tiles }: PlacedTiles,
  ageSeconds: number,
  other: ConverterCalibration | undefined,
): Conductances[] {
  const programmings = new Map(store.programmings.current().map(({ tile, id }) => [tile, id]));
  const readouts = tiles.map((own) =>
    own.map(({ id }) => {
      const programming = programmings.get(id);
      const all = programming === undefined ? [] : store.readouts.ofProgramming(programming);
      return all.filter(({ requestedAgeSeconds }) => requestedAgeSeconds === ageSeconds);
    }),
  );
  const complete = readouts.flat().reduce((least, { length }) => Math.min(least, length), mostReadings);
  return Array.from({ length: complete }, (_, reading) =>
    readouts.map((own) => own.map((all) => siemensOf(store, all.at(reading - complete), other))),
  );
}

/** More of them tell nothing more, and all of a campaign would not fit into memory. */
const mostReadings = 16;

function siemensOf(
  store: Store,
  readout: StoredReadout | undefined,
  other: ConverterCalibration | undefined,
): Float32Array {
  if (readout === undefined) throw new RangeError("a tile has fewer readouts than were counted");
  const { id, averages, calibration, region } = readout;
  return conductances(store.readouts.codeSums(id), averages, other ?? calibration, region);
}

/**
 * The age that is asked for, or the latest one.
 * @throws LabError STORE_CONTENT when the store was not read then.
 */
export function validatedAge(store: Store, wanted: number | undefined): number {
  const ages = store.readouts.completeAges();
  const latest = ages.at(-1);
  if (latest === undefined || (wanted !== undefined && !ages.includes(wanted))) throw notRead(store, wanted);
  return wanted ?? latest;
}

function notRead(store: Store, wanted: number | undefined): LabError {
  const { name } = store.networks.get();
  const ages = store.readouts.completeAges().map(formatDuration);
  const when = wanted === undefined ? "" : ` at ${formatDuration(wanted)}`;
  const known = ages.length === 0 ? "" : `; it was read at ${ages.join(", ")}`;
  return new LabError("STORE_CONTENT", `${store.path} holds no complete readout of ${name}${when}${known}`, {
    next: `read the chip: pcmlab read --chip PORT --store ${store.path} --at ${wanted === undefined ? "25s" : `${wanted}s`}`,
  });
}
