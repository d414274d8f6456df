/** docs/explanation/device-physics.md gives the numbers that the profiles have. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fusion1m } from "../../mocks/array/profiles/fusion-1m.ts";
import { hermesCore } from "../../mocks/array/profiles/hermes-core.ts";
import type { StateLaw } from "../../mocks/device/parameters.ts";

const text = readFileSync(join(import.meta.dirname, "../../docs/explanation/device-physics.md"), "utf8");
const micro = (value: number): string => String(Number((1e6 * value).toPrecision(6)));
const percent = (value: number): string => String(Number((100 * value).toPrecision(6)));
const nano = (value: number): string => String(Number((1e9 * value).toPrecision(6)));

function lawText(law: StateLaw): string {
  if (law.kind !== "logarithmic") throw new TypeError("the page shows another kind of law");
  const { slope, offset, min, max } = law;
  return `clamp(${slope} ln g ${offset < 0 ? "-" : "+"} ${Math.abs(offset)}, ${min}, ${max})`;
}

const { device, converter } = fusion1m;
const { mean, spread, pulseAmperes, pulseSeconds } = device.gradual;

test.each([
  [
    `medians ${[device.set.medianSiemens, device.floor.medianSiemens].map((value) => `${micro(value)} µS`).join(", ")}, ${micro(device.half.medianAmperes)} µA and ${micro(device.slope.medianAmperes)} µA`,
  ],
  [`Below ${micro(device.onsetAmperes)} µA nothing happens`],
  [`exp(-w / ${nano(device.melt.thermalSeconds)} ns)`],
  [`exp(-½ (ln(I / ${micro(device.crystallisation.peakAmperes)} µA) / ${device.crystallisation.logWidth})²)`],
  [`/ ${nano(device.crystallisation.seconds)} ns`],
  [`one pulse of ${micro(pulseAmperes)} µA and ${nano(pulseSeconds)} ns`],
  [`P = exp(-n / ${device.gradual.memoryPulses})`],
  [`${mean.share} G + ${micro(mean.siemens)} µS + ${(1e6 * mean.memorySiemens).toFixed(2)} µS P`],
  [`${spread.share} G + ${micro(spread.siemens)} µS + ${micro(spread.memorySiemens)} µS P`],
  [`up to ${micro(device.gradual.maxSiemens)} µS`],
  [`t_0 = ${device.drift.referenceSeconds} s`],
  [lawText(device.drift.nuMean)],
  [lawText(device.drift.nuSpread)],
  [`${percent(device.relaxation?.spread ?? 0)} % at its largest`],
  [`t_r = ${nano(device.readNoise.readSeconds)} ns`],
  [`${device.temperature.activationElectronVolts} eV at full glass`],
  [`${percent(device.stuckResetProbability)} % of the devices are stuck low`],
  [`the spreads of gain (${percent(converter.gainSpread)} %)`],
  [`and offset (${converter.offsetSpreadCodes} codes)`],
  [`IR drop of ${hermesCore.mvm?.wireOhms} Ω a segment`],
  [`${nano(hermesCore.mvm?.ability.phaseSeconds ?? 0)} ns a phase`],
  [`gain spread of ${percent(hermesCore.converter.gainSpread)} %`],
])("it says: %s", (phrase) => {
  expect(text.replace(/\s+/g, " ")).toContain(phrase);
});
