/** Marks devices that are not like the others of their kind, or did not do what they were told. */

import type { DriftFits } from "./fits.ts";
import { devicesByKind, noKind } from "./kinds.ts";
import { leftOutBits, markBit } from "./masks.ts";
import { median } from "./repeated-median.ts";

/** What programming knows of each device. */
export interface ProgrammedDevices {
  readonly targetSiemens: Float32Array;
  /** 1 for a device that the loop found stuck. */
  readonly stuck: Uint8Array;
}

/** So many standard deviations from the median of a kind, which leaves alone what is merely in the tail of a million. */
const farExponent = 6;
const noisy = 4;

/** Share of the readings that need not belong before the device is suspect. */
const outlierShare = 0.2;

/** Of the target, or of the whole conductance: beyond this a device did not follow. */
const offTarget = 0.5;

/** A kind of fewer devices has no typical exponent. */
const fewestOfKind = 10;

/** Adds marks in place. @param programmed undefined for devices that nobody programmed. */
export function markDevices(
  fits: DriftFits,
  kinds: Uint8Array,
  programmed: ProgrammedDevices | undefined,
): void {
  const lists = devicesByKind(kinds, { from: 0, to: kinds.length });
  for (const [kind, devices] of lists.entries()) {
    if (kind === noKind) continue;
    const typical = typicalOf(fits, devices);
    for (const device of devices) {
      if (isOutlier(fits, device, typical)) fits.marks[device]! |= markBit.outlier;
      if (programmed !== undefined && isStuck(fits, device, typical, programmed))
        fits.marks[device]! |= markBit.stuck;
    }
  }
}

interface Typical {
  readonly nu: number;
  /** Standard deviation of the fitted exponents. */
  readonly nuSpread: number;
  readonly noise: number;
}

function typicalOf({ nu, noise, marks }: DriftFits, devices: Uint32Array): Typical | undefined {
  const sound = devices.filter((device) => (marks[device]! & leftOutBits) === 0);
  if (sound.length < fewestOfKind) return undefined;
  const centre = median(Float64Array.from(sound, (device) => nu[device]!));
  const distances = Float64Array.from(sound, (device) => Math.abs(nu[device]! - centre));
  return {
    nu: centre,
    nuSpread: median(distances) / medianOfNormal,
    noise: median(Float64Array.from(sound, (device) => noise[device]!)),
  };
}

const medianOfNormal = 0.6745;

function isOutlier(fits: DriftFits, device: number, typical: Typical | undefined): boolean {
  const all = fits.readings[device]! + fits.outlierReadings[device]!;
  if (fits.outlierReadings[device]! > outlierShare * all) return true;
  if (typical === undefined || Number.isNaN(fits.nu[device]!)) return false;
  return (
    Math.abs(fits.nu[device]! - typical.nu) > farExponent * typical.nuSpread ||
    fits.noise[device]! > noisy * typical.noise
  );
}

/** The loop said so; or the device is far off its target, and its exponent is below that of its kind and may well be 0. */
function isStuck(
  fits: DriftFits,
  device: number,
  typical: Typical | undefined,
  { targetSiemens, stuck }: ProgrammedDevices,
): boolean {
  if (stuck[device] === 1) return true;
  const [target, siemens, nu] = [targetSiemens[device]!, fits.siemens[device]!, fits.nu[device]!];
  if (target === 0 || typical === undefined || Number.isNaN(nu)) return false;
  const halfWidth = fits.factor[device]! * fits.nuError[device]!;
  const off = Math.abs(siemens - target) > offTarget * Math.max(target, siemens);
  return off && nu - halfWidth <= 0 && nu + halfWidth < typical.nu;
}
