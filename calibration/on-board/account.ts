/** What runs of a board did to the devices of a block, in the form that programming on the host gives. */

import { conductances } from "../../src/chip/readout.ts";
import { cellCount } from "../../src/chip/region.ts";
import { blockBands, deviceCountOf, type WeightBlock } from "../../src/chip/weight-block.ts";
import { type BandState, codeOf, finished, initialState } from "../program-verify/band-state.ts";
import { type BlockProgramming, joinedBands } from "../program-verify/block-programming.ts";
import { ofPart } from "../program-verify/device-order.ts";
import type { MeltQuenchParameters } from "../program-verify/parameters.ts";
import { type BandResult, bandDevices } from "../program-verify/program-bands.ts";
import type { OrderContext } from "./order.ts";

/** Filled in run by run; arrays have one value a device, in device order. */
export interface DeviceAccount {
  readonly targets: Float32Array;
  readonly outcomes: Uint8Array;
  readonly iterations: Uint8Array;
  readonly pulses: Uint16Array;
  readonly codeSums: Uint16Array;
  unknownPulses: number;
  startSeconds: number;
  endSeconds: number;
  /** Notes chip times before and after pulses. */
  span(startSeconds: number, endSeconds: number): void;
}

/** Nothing was done yet. */
export function newAccount(targets: Float32Array): DeviceAccount {
  const devices = targets.length;
  return {
    targets,
    outcomes: new Uint8Array(devices).fill(codeOf("skipped")),
    iterations: new Uint8Array(devices),
    pulses: new Uint16Array(devices),
    codeSums: new Uint16Array(devices),
    unknownPulses: 0,
    startSeconds: Number.POSITIVE_INFINITY,
    endSeconds: 0,
    span(startSeconds, endSeconds) {
      this.startSeconds = Math.min(this.startSeconds, startSeconds);
      this.endSeconds = Math.max(this.endSeconds, endSeconds);
    },
  };
}

/** @param beforeSeconds chip time before the first pulse. */
export function blockAccount(
  block: WeightBlock,
  account: DeviceAccount,
  context: OrderContext,
  beforeSeconds: number,
): BlockProgramming {
  const estimates = estimatesOf(block, account, context);
  // The bands of the host's algorithms, so that a late verification can go on from here.
  const bands = blockBands(block, Math.min(bandDevices, context.descriptor.maxCellsPerRequest));
  const joined = bands.map((band, index) => ({
    block: band,
    result: bandResult(block, band, account, estimates, context.parameters, index === 0),
  }));
  return joinedBands(block, joined, beforeSeconds);
}

function bandResult(
  block: WeightBlock,
  band: WeightBlock,
  account: DeviceAccount,
  estimates: Float32Array,
  { startAmperes }: MeltQuenchParameters,
  isFirst: boolean,
): BandResult {
  const state: BandState = initialState(deviceCountOf(band), finished);
  const pulses = new Uint16Array(deviceCountOf(band));
  band.parts.forEach(({ region }, part) => {
    const whole = block.parts[part]?.region ?? region;
    const first = (region.row - whole.row) * whole.columns;
    const take = <T extends Uint8Array | Uint16Array | Float32Array>(to: T, from: T): void =>
      ofPart(to, band, part).set(ofPart(from, block, part).subarray(first, first + cellCount(region)));
    take(state.outcomes, account.outcomes);
    take(state.targets, account.targets);
    take(state.estimates, estimates);
    take(state.iterations, account.iterations);
    take(pulses, account.pulses);
  });
  state.amperes.fill(startAmperes);
  const { startSeconds, endSeconds } = account;
  const unknownPulses = isFirst ? account.unknownPulses : 0;
  const { outcomes, iterations } = state;
  return { finished: true, outcomes, iterations, pulses, unknownPulses, startSeconds, endSeconds, state };
}

/** Last readings, S. */
function estimatesOf(
  block: WeightBlock,
  { codeSums }: DeviceAccount,
  { parameters, calibration }: OrderContext,
): Float32Array {
  const estimates = new Float32Array(codeSums.length);
  block.parts.forEach(({ region }, part) => {
    const own = ofPart(codeSums, block, part);
    ofPart(estimates, block, part).set(conductances(own, parameters.averages, calibration, region));
  });
  return estimates;
}
