/** The drift of every device and of every level, by the newest analysis of the store. */

import { cellCount } from "../chip/region.ts";
import {
  type DriftDevices,
  driftMarks,
  driftModels,
  type StoredDriftFit,
  type StoredDriftLevel,
} from "../store/drift-rows.ts";
import type { DriftAnalysisId } from "../store/identity.ts";
import type { Store } from "../store/store.ts";
import {
  type Batch,
  type Column,
  column,
  constant,
  type Dataset,
  once,
  optional,
  smallDataset,
  type Values,
} from "./dataset.ts";
import { microsiemens, type Part, partsOf, placeColumns, placesOf } from "./places.ts";

const columns: readonly Column[] = [
  column("analysis", "integer", "number of the analysis in the store"),
  optional("programming", "integer", "number of the programming of the tile"),
  ...placeColumns,
  column("level", "integer", "number of the level, by rising conductance"),
  column("reference_age_s", "float64", "age that conductances are given for"),
  column("model", "text", `law of drift: one of ${driftModels.join(", ")}`),
  optional("nu", "float32", "drift exponent; at the reference age for floor, before the break for two"),
  optional("nu_error", "float32", "its standard error"),
  optional("nu_half_width", "float32", "half of its 95 % interval"),
  optional("conductance_uS", "float32", "at the reference age"),
  optional("conductance_error_uS", "float32", "its standard error"),
  optional("third", "float32", "share that does not drift (floor), exponent after the break (two)"),
  optional("third_error", "float32", "its standard error"),
  optional(
    "noise_fraction",
    "float32",
    "standard deviation of a reading around the fit, relative to the conductance",
  ),
  column("readings", "integer", "readings that count"),
  column("outlier_readings", "integer", "measured readings that do not belong"),
  ...driftMarks.map((mark) => column(mark, "integer", `1 where the device is marked ${mark}`)),
];

export function fitsOf(store: Store): Dataset {
  const analysis = store.driftFits.latest();
  const fits = analysis === undefined ? [] : store.driftFits.fits(analysis.id);
  return {
    columns,
    rows: fits.reduce((sum, { region }) => sum + cellCount(region), 0),
    *batches() {
      if (analysis === undefined) return;
      const facts = { analysis: constant(analysis.id), reference_age_s: constant(analysis.referenceSeconds) };
      for (const fit of fits) {
        const devices = once(() => store.driftFits.devices(fit.id));
        for (const part of partsOf(fit.region)) yield batchOf(facts, fit, part, devices);
      }
    },
  };
}

function batchOf(
  facts: Readonly<Record<string, () => Values>>,
  { programming }: StoredDriftFit,
  part: Part,
  devices: () => DriftDevices,
): Batch {
  const end = part.first + part.devices;
  const own =
    <Name extends keyof DriftDevices>(name: Name) =>
    () =>
      devices()[name].subarray(part.first, end);
  const floats = (name: "siemens" | "siemensError") => devices()[name].subarray(part.first, end);
  const bits = (bit: number) => () => own("marks")().map((marks) => (marks >> bit) & 1);
  return {
    rows: part.devices,
    columns: {
      ...facts,
      programming: constant(programming),
      ...placesOf(part),
      level: own("levels"),
      model: () => Array.from(own("models")(), (code) => driftModels[code] ?? null),
      nu: own("nu"),
      nu_error: own("nuError"),
      nu_half_width: () => halfWidths(devices(), part),
      conductance_uS: () => microsiemens(floats("siemens")),
      conductance_error_uS: () => microsiemens(floats("siemensError")),
      third: own("third"),
      third_error: own("thirdError"),
      noise_fraction: own("noise"),
      readings: own("readings"),
      outlier_readings: own("outlierReadings"),
      ...Object.fromEntries(driftMarks.map((mark, bit) => [mark, bits(bit)])),
    },
  };
}

const halfWidths = ({ nuError, factor }: DriftDevices, { first, devices }: Part): Float32Array =>
  nuError
    .subarray(first, first + devices)
    .map((error, device) => error * (factor[first + device] ?? Number.NaN));

const levelColumns: readonly Column[] = [
  column("analysis", "integer", "number of the analysis in the store"),
  column("level", "integer", "number of the level, by rising conductance"),
  column(
    "target_uS",
    "float64",
    "target of its devices, or what devices that nobody programmed are grouped by",
  ),
  column("model", "text", `law of drift: one of ${driftModels.join(", ")}`),
  optional("break_age_s", "float64", "age at which the exponent of two changes"),
  column("devices", "integer", "devices of the level"),
  column("fitted", "integer", "sound ones, over which means and spreads are"),
  optional("nu_mean", "float64", "mean drift exponent"),
  optional("nu_mean_half_width", "float64", "half of its 95 % interval"),
  optional("nu_spread", "float64", "standard deviation from device to device, without what noise adds"),
  optional("nu_error", "float64", "rms standard error of the exponent of one device"),
  column("reference_age_s", "float64", "age that conductances are given for"),
  optional("conductance_mean_uS", "float64", "at the reference age"),
  optional("conductance_spread_uS", "float64", "standard deviation over the devices"),
  optional("noise_fraction", "float64", "rms of readings around their fits, relative to the conductance"),
  optional("third_mean", "float64", "mean of third, see fits"),
  column("outlier_readings", "integer", "readings that belong to no fit"),
];

export function levelsOf(store: Store): Dataset {
  const analysis = store.driftFits.latest();
  if (analysis === undefined) return smallDataset(levelColumns, []);
  const { id, referenceSeconds } = analysis;
  return smallDataset(
    levelColumns,
    store.driftFits.levels(id).map((level) => levelRow(id, referenceSeconds, level)),
  );
}

const levelRow = (analysis: DriftAnalysisId, referenceSeconds: number, level: StoredDriftLevel) => ({
  analysis,
  level: level.level,
  target_uS: level.targetSiemens * 1e6,
  model: level.model,
  break_age_s: level.breakSeconds,
  devices: level.devices,
  fitted: level.fitted,
  nu_mean: level.nuMean,
  nu_mean_half_width: level.nuMeanHalfWidth,
  nu_spread: level.nuSpread,
  nu_error: level.nuError,
  reference_age_s: referenceSeconds,
  conductance_mean_uS: level.siemensMean * 1e6,
  conductance_spread_uS: level.siemensSpread * 1e6,
  noise_fraction: level.noise,
  third_mean: level.thirdMean,
  outlier_readings: level.outlierReadings,
});
