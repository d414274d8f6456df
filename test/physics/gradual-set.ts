/** Blind SET pulses after a RESET: the model of FACTS 2 by itself, and the emulated chip through the Chip port. */

import type { RemoteChip } from "../../drivers/chip/remote-chip.ts";
import { nominalAmperesPerCode } from "../../src/chip/descriptor.ts";
import type { PulseStep } from "../../src/chip/pulse.ts";
import { conductances, nominalCalibration } from "../../src/chip/readout.ts";
import { cellCount, type Region } from "../../src/chip/region.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { type Comparison, mean, spread } from "./statistics.ts";

export const setPulses = 20;

interface Moments {
  readonly mean: number;
  readonly spread: number;
}

/**
 * Mean and standard deviation (S) of the conductance after each of the pulses in the model of FACTS 2 (Nandakumar et al. 2018 as
 * implemented in SRNN-PCM, xbar.py), by drawing it: P = 1 and G = 0.1 uS with 10 % after a RESET, then for each pulse
 * P <- P exp(-1 / 2.6), G <- clamp(G - 0.084 G + 0.880 + 1.40 P + (0.091 G + 0.260 + 2.15 P) N(0, 1), 0.1, 12) in uS.
 */
export function publishedGradualSet(devices: number, seed: number): Moments[] {
  const prng = seededPrng(seed);
  const microsiemens = Float64Array.from({ length: devices }, () =>
    Math.max(0.01, 0.1 * (1 + 0.1 * prng.normal())),
  );
  return Array.from({ length: setPulses }, (_, index) => {
    const memory = Math.exp(-(index + 1) / 2.6);
    for (let i = 0; i < devices; i++) {
      const g = microsiemens[i]!;
      const step = -0.084 * g + 0.88 + 1.4 * memory + (0.091 * g + 0.26 + 2.15 * memory) * prng.normal();
      microsiemens[i] = Math.min(12, Math.max(0.1, g + step));
    }
    return { mean: mean(microsiemens) * 1e-6, spread: spread(microsiemens) * 1e-6 };
  });
}

export interface GradualSet {
  /** `level` is the number of the pulse; S. */
  readonly mean: Comparison[];
  readonly spread: Comparison[];
}

/** RESETs every cell of a region, then gives it the SET pulses of FACTS 2 one by one and reads it after each. */
export async function measureGradualSet(chip: RemoteChip, region: Region, seed: number): Promise<GradualSet> {
  const published = publishedGradualSet(100_000, seed);
  await pulseAll(chip, region, 450e-6, 50e-9);
  const measured: Moments[] = [];
  for (let pulse = 0; pulse < setPulses; pulse++) {
    await pulseAll(chip, region, 90e-6, 50e-9);
    const siemens = await readAll(chip, region);
    measured.push({ mean: mean(siemens), spread: spread(siemens) });
  }
  const compared = (of: keyof Moments): Comparison[] =>
    measured.map((moments, index) => ({
      level: index + 1,
      measured: moments[of],
      published: published[index]![of],
    }));
  return { mean: compared("mean"), spread: compared("spread") };
}

async function pulseAll(chip: RemoteChip, region: Region, amperes: number, widthSeconds: number) {
  const amplitudeCode = Math.round(amperes / nominalAmperesPerCode(chip.descriptor));
  const steps: PulseStep[] = [{ amplitudeCode, widthSeconds, trailingSeconds: 0 }];
  await chip.pulse(region, { kind: "shared", steps, mask: new Uint8Array(cellCount(region)).fill(1) });
}

async function readAll(chip: RemoteChip, region: Region): Promise<Float32Array> {
  const { codeSums } = await chip.read(region, { averages: 5, readVolts: 0.3 });
  return conductances(codeSums, 5, nominalCalibration(chip.descriptor), region);
}
