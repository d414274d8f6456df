/**
 * SET by short pulses: crystals nucleate and grow at random, the more eagerly the fresher the glass. The model of Nandakumar et
 * al., J. Appl. Phys. 124, 152135 (2018), as FACTS.md 2 gives it for blind pulses: every pulse lets a memory P, 1 after a melt,
 * decay by exp(-1 / 2.6), and adds a normal step whose mean and spread depend on G and P. Weaker, shorter or longer pulses count
 * as the share of that pulse by their growth.
 */

import { expOf } from "./fast-math.ts";
import type { DeviceParameters, GradualLaw } from "./parameters.ts";

/** Devices are kept in single precision, and one at the largest conductance of the steps goes on with them. */
const abovePrecision = 1 + 1e-6;

/**
 * Conductance (S) after growth worth `pulses` of the model's pulses, when the device had growth worth `before` since its last melt.
 * @param z a standard normal.
 */
export function gradualSiemens(
  gradual: DeviceParameters["gradual"],
  present: number,
  before: number,
  pulses: number,
  z: number,
): number {
  if (present > abovePrecision * gradual.maxSiemens) return present;
  const memory = expOf(-(before + pulses) / gradual.memoryPulses);
  const mean = pulses * stepOf(gradual.mean, present, memory);
  const spread = Math.sqrt(pulses) * stepOf(gradual.spread, present, memory);
  return Math.min(gradual.maxSiemens, Math.max(gradual.minSiemens, present + mean + spread * z));
}

const stepOf = (law: GradualLaw, siemens: number, memory: number): number =>
  law.siemens + law.share * siemens + law.memorySiemens * memory;
