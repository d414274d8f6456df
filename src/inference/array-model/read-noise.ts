/** How much the conductance of a device differs from one product to the next. */

import { LabError } from "../../core/errors.ts";
import { formatDuration, parseQuantity } from "../../core/units.ts";

const names = ["pcm", "hermes", "pulse"] as const;

/**
 * pcm: the part of the 1/f noise of PCMLikeNoiseModel (FACTS.md 7.1; aihwkit inference/noise/pcm.py:147-154) that is faster than `seconds`:
 * sigma = Q_s(g) G sqrt(ln((seconds + t_read) / (2 t_read))). What is slower is the same in all products of that time, and is in the
 * conductances that were read. hermes: the same with Q_s and t_read of one device of HermesNoiseModel (FACTS.md 7.4; hermes.py).
 * pulse: sigma = slope G + offset of a read pulse of `seconds` (FACTS.md 7.6; analog_mvm_irdrop_t.py:236-268).
 */
export interface ReadNoiseLaw {
  readonly name: (typeof names)[number];
  readonly seconds: number;
}

/**
 * Where nothing is said: 26 µs, at which `pcm` has 1.75 % at g = 1 as PCM_READ of aihwkit (FACTS.md 7.6), and a phase of hermes-core.
 */
const usualSeconds = { pcm: 26e-6, hermes: 26e-6, pulse: 130e-9 } as const;

const pcm = { readSeconds: 250e-9, gmaxSiemens: 25e-6 } as const;
const hermes = { readSeconds: 512e-9, gmaxSiemens: 10.35e-6 } as const;

/** `pcm`, `hermes:1ms`, `pulse:130ns`. @throws LabError USAGE. */
export function parseReadNoise(text: string): ReadNoiseLaw {
  const [word = "", duration, ...rest] = text.split(":");
  const name = names.find((known) => known === word.trim());
  if (name === undefined || rest.length > 0)
    throw new LabError("USAGE", `--read-noise: there is no law "${text}"`, {
      next: `choose from ${names.join(", ")}, with a time where another one is wanted: pcm:26us`,
    });
  const seconds = duration === undefined ? usualSeconds[name] : parseQuantity(duration, "s");
  const least = { pcm: pcm.readSeconds, hermes: hermes.readSeconds, pulse: 0 }[name];
  if (seconds > least) return { name, seconds };
  throw new LabError("USAGE", `--read-noise ${text}: noise of a time not longer than a read`, {
    next: `give more than ${formatDuration(least)}`,
  });
}

export const readNoiseText = ({ name, seconds }: ReadNoiseLaw): string =>
  `${name}:${formatDuration(seconds).replaceAll(" ", "")}`;

/** Standard deviation (S) of a device by its conductance (S); devices below 0, where a converter's offset may put them, have that of 0. */
export function sigmaOf({ name, seconds }: ReadNoiseLaw): (siemens: number) => number {
  switch (name) {
    case "pcm":
      return fractionOf(spectrum(seconds, pcm.readSeconds), (siemens) => pcmQ(siemens / pcm.gmaxSiemens));
    case "hermes":
      return fractionOf(spectrum(seconds, hermes.readSeconds), (siemens) =>
        hermesQ(siemens / hermes.gmaxSiemens),
      );
    case "pulse":
      return pulseSigma(seconds);
    default:
      return name satisfies never;
  }
}

/** A part of the conductance; half the devices of differential pairs have none. */
const fractionOf =
  (factor: number, fraction: (siemens: number) => number) =>
  (siemens: number): number =>
    siemens > 0 ? fraction(siemens) * siemens * factor : 0;

const spectrum = (seconds: number, readSeconds: number): number =>
  Math.sqrt(Math.log((seconds + readSeconds) / (2 * readSeconds)));

const pcmQ = (g: number): number => Math.min(0.0088 / Math.max(g ** 0.65, 1e-3), 0.2);

/** The law was fitted up to g = 1; beyond, a device has the Q_s of 1. */
function hermesQ(conductance: number): number {
  const g = Math.min(1, Math.max(1e-7, conductance));
  if (g < 0.1591) return Math.min(0.04, Math.max(0.0179, -0.0078 * Math.log(g) + 0.0038));
  return 0.0664 * g ** 3 - 0.1352 * g ** 2 + 0.0768 * g + 0.0088;
}

/** Highest power first, of log10 of the pulse in ns; the law begins at 1 ns. */
const pulseSlope = [0.00021926, -0.00187352, 0.00655714, -0.0146159, 0.02578764];
const pulseOffset = [1.11906167e-9, -9.08576764e-9, 3.07015063e-8, -6.77079241e-8, 1.17763144e-7];

function pulseSigma(seconds: number): (siemens: number) => number {
  const logTime = Math.log10(Math.max(1, seconds * 1e9));
  const polynomial = (coefficients: readonly number[]): number =>
    coefficients.reduce((sum, coefficient) => sum * logTime + coefficient, 0);
  const [slope, offset] = [polynomial(pulseSlope), polynomial(pulseOffset)];
  return (siemens) => Math.max(0, slope * Math.max(0, siemens) + offset);
}
