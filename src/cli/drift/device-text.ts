/** The drift of one device as a document and as text. */

import { deviceMarks, markBit } from "../../../calibration/drift/masks.ts";
import type { SpectralSlope } from "../../../calibration/drift/noise-spectrum.ts";
import { formatDuration, microsiemens } from "../../core/units.ts";
import type { FoundDevice, Place } from "./device.ts";
import type { DriftSubject } from "./subjects.ts";
import { aligned, lawNames } from "./table.ts";

export function documentOf(place: Place, { name }: DriftSubject, found: FoundDevice) {
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

export function textOf(place: Place, subject: DriftSubject, found: FoundDevice): string {
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
