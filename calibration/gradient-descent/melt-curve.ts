/**
 * Conductance against the current of a melting pulse: a falling sigmoid from SET to nothing, G = S / (1 + exp((I - half) / slope)).
 * Devices differ most in `half`; one whose last amplitude is known needs the slope only.
 */

export interface MeltCurve {
  /** S: conductance of the crystalline device. */
  readonly setSiemens: number;
  readonly slopeAmperes: number;
  readonly halfAmperes: number;
}

/** The ends of the curve, where its logarithm has no end and a small error of a conductance would mean any current. */
const least = 0.03;

const logOdds = (siemens: number, setSiemens: number): number => {
  const share = Math.min(1 - least, Math.max(least, siemens / setSiemens));
  return Math.log((1 - share) / share);
};

/** The amplitude (A) that is to leave `siemens` in a device of which nothing is known. */
export const amperesFor = (curve: MeltCurve, siemens: number): number =>
  curve.halfAmperes + curve.slopeAmperes * logOdds(siemens, curve.setSiemens);

/** The amplitude (A) that is to leave `to` in a device in which `amperes` left `from` (S). */
export const amperesAfter = (curve: MeltCurve, amperes: number, from: number, to: number): number =>
  amperes + curve.slopeAmperes * (logOdds(to, curve.setSiemens) - logOdds(from, curve.setSiemens));

/** Devices that make a fit. */
const enough = 100;

/**
 * The curve of the typical device, by least squares over those whose amplitude is known and whose conductance is not at an end of
 * the curve; `otherwise` when they are too few, or when no current falls with the conductance.
 */
export function typicalCurve(amperes: Float32Array, siemens: Float32Array, otherwise: MeltCurve): MeltCurve {
  const { setSiemens } = otherwise;
  let count = 0;
  let [sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0];
  for (let at = 0; at < amperes.length; at++) {
    const share = siemens[at]! / setSiemens;
    if (!(amperes[at]! > 0 && share > least && share < 1 - least)) continue;
    const x = logOdds(siemens[at]!, setSiemens);
    count++;
    sumX += x;
    sumY += amperes[at]!;
    sumXX += x * x;
    sumXY += x * amperes[at]!;
  }
  const slopeAmperes = (count * sumXY - sumX * sumY) / (count * sumXX - sumX * sumX);
  if (count < enough || !(slopeAmperes > 0)) return otherwise;
  return { setSiemens, slopeAmperes, halfAmperes: (sumY - slopeAmperes * sumX) / count };
}
