/** The drift of one device, reading by reading. */

import { compareModels } from "../../../calibration/drift/compare-models.ts";
import { fitDrift } from "../../../calibration/drift/fit-drift.ts";
import type { DriftFits } from "../../../calibration/drift/fits.ts";
import { devicesByKind } from "../../../calibration/drift/kinds.ts";
import type { DriftModel } from "../../../calibration/drift/models.ts";
import { type SpectralSlope, spectralSlope } from "../../../calibration/drift/noise-spectrum.ts";
import { isMeasured } from "../../../calibration/drift/readings.ts";
import { conductances } from "../../chip/readout.ts";
import { LabError } from "../../core/errors.ts";
import type { TracePoint } from "../../store/readouts.ts";
import type { Store } from "../../store/store.ts";
import { measureSlope, modelFor } from "./comparison.ts";
import { documentOf, textOf } from "./device-text.ts";
import { levelsOfSubjects } from "./levels.ts";
import { agesOf, censor, type Derivation, loadCodes, readingsOf } from "./load-readings.ts";
import type { DriftRequest } from "./request.ts";
import type { DriftSubject } from "./subjects.ts";

/** Devices of the rows around it that say how noisy its like are. */
const neighbours = 16_384;

export interface Place {
  readonly array: number;
  readonly row: number;
  readonly column: number;
}

/** @throws LabError USAGE for a place that is none, STORE_CONTENT for a device that was not read at three ages. */
export function deviceDrift(store: Store, request: DriftRequest, text: string) {
  const place = placeOf(text);
  const subject = request.subjects.find((candidate) => holds(candidate, place));
  if (subject === undefined)
    throw new LabError("STORE_CONTENT", `the device ${text} was not read at three ages`, {
      next: "pcmlab drift --tile shows which tiles were",
    });
  const found = fitAround(store, request, subject, place);
  return { document: documentOf(place, subject, found), text: textOf(place, subject, found) };
}

/** @throws LabError USAGE. */
function placeOf(text: string): Place {
  const [array, row, column, ...rest] = text
    .split(",")
    .map((word) => (word.trim() === "" ? Number.NaN : Number(word)));
  const isNatural = (value: number | undefined): value is number =>
    Number.isInteger(value) && Number(value) >= 0;
  if (isNatural(array) && isNatural(row) && isNatural(column) && rest.length === 0)
    return { array, row, column };
  throw new LabError("USAGE", `--device ${text} is no place of a device`, {
    next: "give array, word line and bit line, such as --device 0,17,203",
  });
}

const holds = ({ region }: DriftSubject, { array, row, column }: Place): boolean =>
  array === region.array &&
  row >= region.row &&
  row < region.row + region.rows &&
  column >= region.column &&
  column < region.column + region.columns;

export interface Reading extends Traced {
  /** Of the fit; null without one. */
  readonly fittedSiemens: number | null;
}

export interface FoundDevice {
  readonly fits: DriftFits;
  readonly device: number;
  readonly model: DriftModel;
  readonly targetSiemens: number;
  readonly readings: readonly Reading[];
  readonly noise: SpectralSlope | undefined;
}

function fitAround(store: Store, request: DriftRequest, subject: DriftSubject, place: Place): FoundDevice {
  const { options, subjects } = request;
  const { region } = subject;
  const { referenceSeconds, derivation } = options;
  const rows = Math.min(region.rows, Math.max(1, Math.floor(neighbours / region.columns)));
  const first = Math.min(place.row - region.row, region.rows - rows);
  const codes = loadCodes(store, subject, derivation);
  const readings = readingsOf(codes, first, rows, derivation);
  const levels = levelsOfSubjects(store, subjects, options);
  const slope = measureSlope(store, [subject], levels, derivation, options.shape);
  const shape = { ...options.shape, slope };
  const at = first * region.columns;
  const kinds = levels.kindsOf(codes).subarray(at, at + readings.devices);
  const device = (place.row - region.row - first) * region.columns + place.column - region.column;
  const kind = kinds[device] ?? 0;
  const alike = devicesByKind(kinds, { from: 0, to: kinds.length })[kind] ?? new Uint32Array();
  const model = modelFor(options.model, compareModels(readings, alike, { referenceSeconds, shape }));
  const models = levels.all.map((_, level) => (level === kind ? model : undefined));
  const fits = fitDrift(readings, kinds, { referenceSeconds, shape, models });
  const each = eachReading(tracedReadings(store, request, subject, place), fits, device, model);
  return {
    fits,
    device,
    model,
    targetSiemens: levels.all[kind]?.siemens ?? Number.NaN,
    readings: each,
    noise: noiseOf(each),
  };
}

interface Traced {
  readonly ageSeconds: number;
  /** Null at an end of the converter. */
  readonly siemens: number | null;
}

/** Every reading of the device, those that the fits pass over too. */
function tracedReadings(
  store: Store,
  { whole, options }: DriftRequest,
  thinned: DriftSubject,
  { array, row, column }: Place,
): Traced[] {
  const subject = whole.find(({ name }) => name === thinned.name) ?? thinned;
  const { region, reads } = subject;
  const device = (row - region.row) * region.columns + column - region.column;
  const points = new Map(store.readouts.trace(array, row, column).map((point) => [point.readout.id, point]));
  return reads.flatMap((read) => {
    const point = read.readouts.map(({ id }) => points.get(id)).find((found) => found !== undefined);
    if (point === undefined) return [];
    const { firstAgeSeconds, ageStepSeconds } = agesOf(subject, read);
    const siemens = siemensOf(point, column, options.derivation);
    return [{ ageSeconds: firstAgeSeconds + device * ageStepSeconds, siemens }];
  });
}

function siemensOf({ readout, codeSum }: TracePoint, column: number, derivation: Derivation): number | null {
  const sums = Uint16Array.of(codeSum);
  const place = { rows: 1, columns: 1, column };
  const values = conductances(sums, readout.averages, derivation.other ?? readout.calibration, place);
  censor(values, sums, readout.averages, derivation);
  const [value = 0] = values;
  return isMeasured(value) ? value : null;
}

function eachReading(
  traced: readonly Traced[],
  fits: DriftFits,
  device: number,
  model: DriftModel,
): Reading[] {
  const parameters = Float64Array.of(Math.log(fits.siemens[device]!), fits.nu[device]!, fits.third[device]!);
  const x = Float64Array.from(traced, ({ ageSeconds }) => Math.log(ageSeconds / fits.referenceSeconds));
  const logs = new Float64Array(x.length);
  model.predict(parameters, x, logs, new Float64Array(x.length * model.parameters));
  return traced.map((reading, r) => {
    const fitted = Math.exp(logs[r]!);
    return { ...reading, fittedSiemens: Number.isNaN(fitted) ? null : fitted };
  });
}

/** Of the readings around their fit. */
function noiseOf(readings: readonly Reading[]): SpectralSlope | undefined {
  const known = readings.flatMap(({ ageSeconds, siemens, fittedSiemens }) =>
    siemens === null || fittedSiemens === null ? [] : [{ ageSeconds, residual: siemens / fittedSiemens - 1 }],
  );
  return spectralSlope(
    Float64Array.from(known, ({ ageSeconds }) => ageSeconds),
    Float64Array.from(known, ({ residual }) => residual),
  );
}
