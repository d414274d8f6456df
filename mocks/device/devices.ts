/** The state of many devices as a structure of arrays, 40 bytes a device, and how it starts. */

import { drawOf, eventKey, mix, normalOf, uniformOf } from "./keyed-normal.ts";
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
  /** Infinite for a device that cannot be melted (stuck at SET). */
  readonly halfAmperes: Float32Array;
  readonly slopeAmperes: Float32Array;
}

/** Traits are drawn with an event number that no pulse count reaches. */
const traitEvent = 0xffffffff;

/** Draws of one event; the same number is never used for two purposes. */
const draw = {
  set: 1,
  floor: 2,
  half: 3,
  slope: 4,
  stuck: 5,
  nu: 6,
  cycleFactor: 7,
  cycleSiemens: 8,
} as const;

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
  };
  for (let cell = 0; cell < count; cell++) {
    drawTraits(devices, cell);
    settle(devices, cell, devices.setSiemens[cell] ?? 0);
  }
  return devices;
}

/** Makes `siemens` the state of a device and redraws what depends on it. */
export function settle(devices: Devices, cell: number, siemens: number): void {
  const { drift, readNoise } = devices.parameters;
  const logG = logState(siemens, drift.gMaxSiemens);
  const z = normalOf(drawOf(pulseKey(devices, cell), draw.nu));
  devices.siemens[cell] = siemens;
  devices.nu[cell] = Math.abs(evaluateLaw(drift.nuMean, logG) + evaluateLaw(drift.nuSpread, logG) * z);
  devices.relativeNoise[cell] = evaluateLaw(readNoise.relative, logG);
}

/** The spread from cycle to cycle around the conductance that the present pulse of a device aims at. */
export function withCycleNoise(devices: Devices, cell: number, siemens: number): number {
  const { logSpread, siemens: additive } = devices.parameters.cycle;
  const key = pulseKey(devices, cell);
  const factor = Math.exp(logSpread * normalOf(drawOf(key, draw.cycleFactor)));
  return Math.max(0, siemens * factor + additive * normalOf(drawOf(key, draw.cycleSiemens)));
}

const pulseKey = (devices: Devices, cell: number): number =>
  eventKey(devices.mixedSeed, cell, devices.pulses[cell] ?? 0);

function drawTraits(devices: Devices, cell: number): void {
  const { set, floor, half, slope } = devices.parameters;
  const key = eventKey(devices.mixedSeed, cell, traitEvent);
  const logNormal = (median: number, logSpread: number, trait: number): number =>
    median * Math.exp(logSpread * normalOf(drawOf(key, trait)));
  devices.setSiemens[cell] = logNormal(set.medianSiemens, set.logSpread, draw.set);
  devices.floorSiemens[cell] = logNormal(floor.medianSiemens, floor.logSpread, draw.floor);
  devices.halfAmperes[cell] = logNormal(half.medianAmperes, half.logSpread, draw.half);
  devices.slopeAmperes[cell] = logNormal(slope.medianAmperes, slope.logSpread, draw.slope);
  drawDefect(devices, cell, uniformOf(drawOf(key, draw.stuck)));
}

/** Defects need no flag: stuck at SET is a device that never melts, stuck at RESET one whose SET is its floor. */
function drawDefect(devices: Devices, cell: number, u: number): void {
  const { stuckSetProbability, stuckResetProbability } = devices.parameters;
  if (u < stuckSetProbability) devices.halfAmperes[cell] = Number.POSITIVE_INFINITY;
  else if (u < stuckSetProbability + stuckResetProbability)
    devices.setSiemens[cell] = devices.floorSiemens[cell] ?? 0;
}
