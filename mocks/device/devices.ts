/** The state of many devices as a structure of arrays, 52 bytes a device, and how it starts. */

import { type Climate, createClimate } from "./climate.ts";
import { draw, traitEvent } from "./events.ts";
import { expOf } from "./fast-math.ts";
import { drawOf, eventKey, mix, normalOf, normalSum, uniformOf } from "./keyed-normal.ts";
import { growthRate } from "./melt-quench.ts";
import type { DeviceParameters } from "./parameters.ts";
import { evaluateLaw, logState } from "./state-law.ts";

/** Index into every array is the cell, counted over the whole chip. Functions of this folder change it in place. */
export interface Devices {
  readonly parameters: DeviceParameters;
  /** The seed after one `mix`. */
  readonly mixedSeed: number;
  /** Conductance just after the last pulse (S), G_p of the drift law. */
  readonly siemens: Float32Array;
  /** Chip time of the end of the last pulse (s). */
  readonly lastPulseSeconds: Float64Array;
  /** Pulses ever felt: the wear ledger, and the event that keys every draw. */
  readonly pulses: Uint32Array;
  /** Drift exponent, drawn at the last pulse. */
  readonly nu: Float32Array;
  /** Q_s of the read noise at the last pulse. Kept, like nu, because a power and a logarithm a read are too slow. */
  readonly relativeNoise: Float32Array;
  readonly setSiemens: Float32Array;
  readonly floorSiemens: Float32Array;
  /** Infinite for a device that is stuck. */
  readonly halfAmperes: Float32Array;
  readonly slopeAmperes: Float32Array;
  /** Growth since the last melt, in SET pulses of `gradual`. */
  readonly setPulses: Float32Array;
  /** Conversions since the last pulse, those at a lower voltage counted as the part that disturbs. */
  readonly readDose: Float64Array;
  readonly climate: Climate;
  /** Growth of one SET pulse of `gradual`, in time constants of the crystallisation. */
  readonly growthOfPulse: number;
  /** No device fails before so many pulses. */
  readonly firstFailure: number;
}

/** `count` devices as fabricated: crystalline (SET, with its spread), aged from chip time 0, never pulsed. */
export function createDevices(parameters: DeviceParameters, count: number, seed: number): Devices {
  const siemens = (): Float32Array => new Float32Array(count);
  const devices: Devices = {
    parameters,
    mixedSeed: mix(seed),
    siemens: siemens(),
    lastPulseSeconds: new Float64Array(count),
    pulses: new Uint32Array(count),
    nu: siemens(),
    relativeNoise: siemens(),
    setSiemens: siemens(),
    floorSiemens: siemens(),
    halfAmperes: siemens(),
    slopeAmperes: siemens(),
    setPulses: siemens(),
    readDose: new Float64Array(count),
    climate: createClimate(),
    growthOfPulse: growthOfPulse(parameters),
    firstFailure: firstFailure(parameters.endurance),
  };
  for (let cell = 0; cell < count; cell++) {
    drawTraits(devices, cell);
    settle(devices, cell, devices.setSiemens[cell] ?? 0);
  }
  return devices;
}

/** Makes `siemens` the state of a device and redraws what depends on it. */
export function settle(devices: Devices, cell: number, siemens: number, key = pulseKey(devices, cell)): void {
  const { drift, readNoise } = devices.parameters;
  const logG = logState(siemens, drift.gMaxSiemens);
  const z = normalSum(drawOf(key, draw.nu));
  devices.siemens[cell] = siemens;
  devices.nu[cell] = Math.abs(evaluateLaw(drift.nuMean, logG) + evaluateLaw(drift.nuSpread, logG) * z);
  devices.relativeNoise[cell] = evaluateLaw(readNoise.relative, logG);
}

/** The additive part of the spread takes no device to zero: glass always conducts a little. */
const smallestShare = 0.1;

/**
 * The spread from cycle to cycle around the conductance that the melt of the present pulse leaves. It comes from the glass: the
 * less there is of it, the less it scatters.
 */
export function cycleScatter(devices: Devices, cell: number, siemens: number, key: number): number {
  const { logSpread, siemens: additive } = devices.parameters.cycle;
  const glass = Math.max(0, 1 - siemens / devices.setSiemens[cell]!);
  const factor = expOf(glass * logSpread * normalSum(drawOf(key, draw.cycleFactor)));
  const scattered = siemens * factor + glass * additive * normalSum(drawOf(key, draw.cycleSiemens));
  return Math.max(smallestShare * siemens, scattered);
}

/** How many times more slowly than usual the crystals of a device grow. */
export function slownessOf(devices: Devices, cell: number): number {
  const { probability, factor } = devices.parameters.slow;
  return uniformOf(drawOf(traitKey(devices, cell), draw.slow)) < probability ? factor : 1;
}

/** Makes a device that has had its pulses a defect: an open stays at its floor, a short at SET. */
export function wearOut(devices: Devices, cell: number): void {
  const { medianPulses, logSpread, openShare } = devices.parameters.endurance;
  const key = traitKey(devices, cell);
  const life = medianPulses * Math.exp(logSpread * normalOf(drawOf(key, draw.endurance)));
  if (devices.pulses[cell]! < life || isStuck(devices, cell)) return;
  stick(devices, cell, uniformOf(drawOf(key, draw.failure)) < openShare ? "reset" : "set");
}

/** `normalOf` gives no more than this many standard deviations. */
const largestNormal = 6.3;

const firstFailure = ({ medianPulses, logSpread }: DeviceParameters["endurance"]): number =>
  medianPulses * Math.exp(-largestNormal * logSpread);

const growthOfPulse = (parameters: DeviceParameters): number =>
  parameters.gradual.pulseSeconds * growthRate(parameters, parameters.gradual.pulseAmperes);

const traitKey = (devices: Devices, cell: number): number => eventKey(devices.mixedSeed, cell, traitEvent);

/** 32 bits that belong to the last pulse of a device. */
export const pulseKey = (devices: Devices, cell: number): number =>
  eventKey(devices.mixedSeed, cell, devices.pulses[cell]!);

function drawTraits(devices: Devices, cell: number): void {
  const { set, floor, half, slope } = devices.parameters;
  const key = traitKey(devices, cell);
  const logNormal = (median: number, logSpread: number, trait: number): number =>
    median * Math.exp(logSpread * normalOf(drawOf(key, trait)));
  devices.setSiemens[cell] = logNormal(set.medianSiemens, set.logSpread, draw.set);
  devices.floorSiemens[cell] = logNormal(floor.medianSiemens, floor.logSpread, draw.floor);
  devices.halfAmperes[cell] = logNormal(half.medianAmperes, half.logSpread, draw.half);
  devices.slopeAmperes[cell] = logNormal(slope.medianAmperes, slope.logSpread, draw.slope);
  drawDefect(devices, cell, uniformOf(drawOf(key, draw.stuck)));
}

/** Defects need no flag: a stuck device never melts, and at RESET its SET is its floor. */
function drawDefect(devices: Devices, cell: number, u: number): void {
  const { stuckSetProbability, stuckResetProbability } = devices.parameters;
  if (u < stuckSetProbability) stick(devices, cell, "set");
  else if (u < stuckSetProbability + stuckResetProbability) stick(devices, cell, "reset");
}

export const isStuck = (devices: Devices, cell: number): boolean =>
  devices.halfAmperes[cell] === Number.POSITIVE_INFINITY;

/** Makes a device that was never pulsed a defect: an open stays at its floor, a short at SET. */
export function fabricateStuck(devices: Devices, cell: number, state: "set" | "reset"): void {
  stick(devices, cell, state);
  settle(devices, cell, devices.setSiemens[cell] ?? 0);
}

function stick(devices: Devices, cell: number, state: "set" | "reset"): void {
  devices.halfAmperes[cell] = Number.POSITIVE_INFINITY;
  if (state === "reset") devices.setSiemens[cell] = devices.floorSiemens[cell]!;
}
