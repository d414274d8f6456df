/** Every device of every readout: raw code, conductance, time and age. */

import { conductances } from "../chip/readout.ts";
import { cellCount } from "../chip/region.ts";
import type { StoredReadout } from "../store/readout-rows.ts";
import type { Store } from "../store/store.ts";
import { agesIn, type KnownAge } from "./ages.ts";
import {
  type Batch,
  type Column,
  column,
  constant,
  type Dataset,
  once,
  optional,
  selecting,
} from "./dataset.ts";
import { microsiemens, type Part, partsOf, placeColumns, placesOf } from "./places.ts";

const columns: readonly Column[] = [
  selecting(column("readout", "integer", "number of the readout in the store")),
  column("run", "integer", "number of the run that read it"),
  optional("programming", "integer", "number of the programming of the tile that was read"),
  optional("tile", "integer", "number of the tile"),
  ...placeColumns,
  selecting(optional("requested_age_s", "float64", "age that was asked for")),
  optional("age_s", "float64", "true age of the device at its conversion"),
  optional("age_clock", "text", "how the age is known: chip, or host where the board restarted in between"),
  column("chip_time_s", "float64", "chip time of the conversion of the device, from a power-up on"),
  column("host_time_s", "float64", "host time of the readout, since 1970-01-01 UTC"),
  column("averages", "integer", "conversions that are added up"),
  column("read_V", "float32", "read voltage"),
  column("temperature_K", "float32", "temperature of the chip"),
  column("code_sum", "integer", "sum of the raw ADC codes"),
  column("conductance_uS", "float32", "by the calibration of the readout"),
  column("converter_ok", "integer", "0 where the converter of the bit line failed its calibration"),
];

export function readoutsOf(store: Store): Dataset {
  const readouts = store.readouts.list();
  const ageOf = agesIn(store);
  return {
    columns,
    rows: readouts.reduce((sum, { region }) => sum + cellCount(region), 0),
    *batches() {
      for (const readout of readouts) {
        const codes = once(() => store.readouts.codeSums(readout.id));
        for (const part of partsOf(readout.region)) yield batchOf(readout, part, codes, ageOf(readout));
      }
    },
  };
}

function batchOf(
  readout: StoredReadout,
  part: Part,
  codes: () => Uint16Array,
  age: KnownAge | undefined,
): Batch {
  const { averages, calibration, firstSampleSeconds, lastSampleSeconds, region } = readout;
  const stepSeconds = (lastSampleSeconds - firstSampleSeconds) / Math.max(1, cellCount(region) - 1);
  const partSeconds = firstSampleSeconds + part.first * stepSeconds;
  const own = once(() => codes().subarray(part.first, part.first + part.devices));
  const times = (start: number) => () => rising(start, stepSeconds, part.devices);
  return {
    rows: part.devices,
    columns: {
      readout: constant(readout.id),
      run: constant(readout.run),
      programming: constant(readout.programming),
      tile: constant(readout.tile),
      ...placesOf(part),
      requested_age_s: constant(readout.requestedAgeSeconds),
      age_s: age === undefined ? constant(null) : times(partSeconds - age.zeroChipSeconds),
      age_clock: constant(age?.clock ?? null),
      chip_time_s: times(partSeconds),
      host_time_s: constant(readout.wallSeconds),
      averages: constant(averages),
      read_V: constant(readout.readVolts),
      temperature_K: constant(readout.temperatureKelvin),
      code_sum: own,
      conductance_uS: () => microsiemens(conductances(own(), averages, calibration, part.region)),
      converter_ok: () =>
        repeated(calibration.success.subarray(region.column, region.column + region.columns), part),
    },
  };
}

function rising(start: number, step: number, count: number): Float64Array {
  const values = new Float64Array(count);
  for (let index = 0; index < count; index++) values[index] = start + index * step;
  return values;
}

/** The values of the bit lines, once for each word line. */
function repeated(line: Uint8Array, { region, devices }: Part): Uint8Array {
  const values = new Uint8Array(devices);
  for (let row = 0; row < region.rows; row++) values.set(line, row * region.columns);
  return values;
}
