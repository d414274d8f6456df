/** The drift of one device, reading by reading. */

import { compareModels } from "../../../calibration/drift/compare-models.ts";
import { devicesByKind, fitDrift } from "../../../calibration/drift/fit-drift.ts";
import type { DriftFits } from "../../../calibration/drift/fits.ts";
import { deviceMarks, markBit } from "../../../calibration/drift/masks.ts";
import type { DriftModel } from "../../../calibration/drift/models.ts";
import { type SpectralSlope, spectralSlope } from "../../../calibration/drift/noise-spectrum.ts";
import { ageOf, type DriftReadings, isMeasured } from "../../../calibration/drift/readings.ts";
import { LabError } from "../../core/errors.ts";
import { formatDuration, microsiemens } from "../../core/units.ts";
import type { Store } from "../../store/store.ts";
import { modelFor } from "./comparison.ts";
import { levelsOfSubjects } from "./levels.ts";
import { loadCodes, readingsOf } from "./load-readings.ts";
import type { DriftRequest } from "./request.ts";
import type { DriftSubject } from "./subjects.ts";
import { aligned, lawNames } from "./table.ts";

/** Devices of the rows around it that say how noisy its like are. */
const neighbours = 16_384;

interface Place {
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

interface Reading {
  readonly ageSeconds: number;
  /** Null at an end of the converter. */
  readonly siemens: number | null;
  /** Of the fit; null without one. */
  readonly fittedSiemens: number | null;
}

interface Found {
  readonly fits: DriftFits;
  readonly device: number;
  readonly model: DriftModel;
  readonly targetSiemens: number;
  readonly readings: readonly Reading[];
  readonly noise: SpectralSlope | undefined;
}

function fitAround(
  store: Store,
  { options, subjects }: DriftRequest,
  subject: DriftSubject,
  place: Place,
): Found {
  const { region } = subject;
  const { referenceSeconds, shape, derivation } = options;
  const rows = Math.min(region.rows, Math.max(1, Math.floor(neighbours / region.columns)));
  const first = Math.min(place.row - region.row, region.rows - rows);
  const codes = loadCodes(store, subject, derivation);
  const readings = readingsOf(codes, first, rows, derivation);
  const levels = levelsOfSubjects(store, subjects, options);
  const at = first * region.columns;
  const kinds = levels.kindsOf(codes).subarray(at, at + readings.devices);
  const device = (place.row - region.row - first) * region.columns + place.column - region.column;
  const kind = kinds[device] ?? 0;
  const alike = devicesByKind(kinds, { from: 0, to: kinds.length })[kind] ?? new Uint32Array();
  const model = modelFor(options.model, compareModels(readings, alike, { referenceSeconds, shape }));
  const models = levels.all.map((_, level) => (level === kind ? model : undefined));
  const fits = fitDrift(readings, kinds, { referenceSeconds, shape, models });
  const each = eachReading(readings, fits, device, model);
  return {
    fits,
    device,
    model,
    targetSiemens: levels.all[kind]?.siemens ?? Number.NaN,
    readings: each,
    noise: noiseOf(each),
  };
}

function eachReading(
  { reads, siemens, devices }: DriftReadings,
  fits: DriftFits,
  device: number,
  model: DriftModel,
): Reading[] {
  const parameters = Float64Array.of(Math.log(fits.siemens[device]!), fits.nu[device]!, fits.third[device]!);
  const x = Float64Array.from(reads, (read) => Math.log(ageOf(read, device) / fits.referenceSeconds));
  const logs = new Float64Array(x.length);
  model.predict(parameters, x, logs, new Float64Array(x.length * model.parameters));
  return reads.map((read, r) => {
    const value = siemens[r * devices + device]!;
    const fitted = Math.exp(logs[r]!);
    return {
      ageSeconds: ageOf(read, device),
      siemens: isMeasured(value) ? value : null,
      fittedSiemens: Number.isNaN(fitted) ? null : fitted,
    };
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

function documentOf(place: Place, { name }: DriftSubject, found: Found) {
  const { fits, device, model, targetSiemens, readings, noise } = found;
  const factor = fits.factor[device]!;
  const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
  return {
    device: place,
    subject: name,
    levelSiemens: targetSiemens,
    model: model.name,
    referenceSeconds: fits.referenceSeconds,
    nu: known(fits.nu[device]!),
    nuHalfWidth: known(factor * fits.nuError[device]!),
    siemens: known(fits.siemens[device]!),
    siemensHalfWidth: known(factor * fits.siemensError[device]!),
    third: known(fits.third[device]!),
    thirdHalfWidth: known(factor * fits.thirdError[device]!),
    noise: known(fits.noise[device]!),
    outlierReadings: fits.outlierReadings[device]!,
    marks: marksOf(fits.marks[device]!),
    readings,
    noiseSpectrum: noise ?? null,
  };
}

const marksOf = (bits: number): string[] => deviceMarks.filter((mark) => (bits & markBit[mark]) !== 0);

function textOf(place: Place, subject: DriftSubject, found: Found): string {
  const document = documentOf(place, subject, found);
  const { nu, nuHalfWidth, siemens, siemensHalfWidth, noise, outlierReadings, marks } = document;
  const line = (head: string, text: string): string => `${head.padEnd(14)}${text}`;
  return [
    `array ${place.array}, row ${place.row}, column ${place.column}: ${subject.name}, level ${inMicrosiemens(found.targetSiemens)}`,
    line("law", lawNames[document.model]),
    line("nu", nu === null ? "no fit" : `${nu.toFixed(4)} ±${nuHalfWidth?.toFixed(4)} (95 %)`),
    line(
      `G at ${formatDuration(document.referenceSeconds)}`,
      siemens === null ? "no fit" : `${inMicrosiemens(siemens)} ±${inMicrosiemens(siemensHalfWidth)}`,
    ),
    ...(document.third === null
      ? []
      : [
          line(
            thirdNames[document.model],
            `${document.third.toFixed(4)} ±${document.thirdHalfWidth?.toFixed(4)}`,
          ),
        ]),
    line(
      "noise",
      noise === null ? "-" : `${(100 * noise).toFixed(1)} % a reading${spectrumText(found.noise)}`,
    ),
    line("marks", marks.length === 0 ? "none" : marks.join(", ")),
    line("outliers", `${outlierReadings} of ${found.readings.length} readings`),
    "",
    aligned([
      ["age", "G", "fit", "off by"],
      ...found.readings.map(({ ageSeconds, siemens: read, fittedSiemens }) => [
        formatDuration(ageSeconds),
        inMicrosiemens(read),
        inMicrosiemens(fittedSiemens),
        read === null || fittedSiemens === null ? "-" : `${(100 * (read / fittedSiemens - 1)).toFixed(1)} %`,
      ]),
    ]),
  ].join("\n");
}

const thirdNames = { power: "", floor: "floor", two: "nu, later" } as const;

const inMicrosiemens = (value: number | null): string =>
  value === null ? "-" : `${microsiemens(value).toFixed(2)} µS`;

const spectrumText = (noise: SpectralSlope | undefined): string =>
  noise === undefined
    ? ""
    : `, power falls as f^${noise.slope.toFixed(2)} ±${(1.96 * noise.slopeError).toFixed(2)}`;
