/**
 * What a programming algorithm is: pure steps over a band of weights, from what was read to which pulses come next. Waiting, sending
 * and reading are the affair of program-bands.ts.
 */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import type { WeightBlock } from "../../src/chip/weight-block.ts";
import type { BandState } from "./band-state.ts";

export interface Band {
  readonly block: WeightBlock;
  /** What each weight is meant to be, row by row: the conductance of its plus devices less that of its minus devices, S. */
  readonly targets: Float32Array;
  /** One byte a device, in device order (device-order.ts); what is not 0 is `skipped`: it gets no pulse. */
  readonly knownBad: Uint8Array;
  readonly descriptor: Descriptor;
}

/** What is to be done to a band; every train has one entry a device, in device order. */
export interface Decision {
  /** What is known once the pulses have been sent. */
  readonly state: BandState;
  /** Sent in this order; none of them is empty. */
  readonly trains: readonly PulseTrain[];
}

/** The reading that comes next. */
export interface Verification {
  readonly averages: number;
  readonly readVolts: number;
  /** One byte a device, in device order: those that are read. */
  readonly mask: Uint8Array;
}

/**
 * The steps of an algorithm for one band. The same arguments give the same result, so that a state that was kept as bytes
 * (`encodeState`) goes on in another process: there the band is read before it gets another pulse, and `next` decides from that
 * reading, whether or not the pulses before it were applied.
 */
export interface BandSteps {
  begin(): Decision;
  /** @param measured S, one a device in device order; only those that `verification(state)` asks for mean anything. */
  next(state: BandState, measured: Float32Array): Decision;
  /** For a state that is not finished: at least one device is read. */
  verification(state: BandState): Verification;
  /** A state from which a late verification begins with a reading: the devices that left the margin are programmed again, from where they are. */
  reopened(state: BandState): BandState;
}

export interface ProgrammingAlgorithm {
  /** As it is stored and named on the command line. */
  readonly name: string;
  /** Plain JSON: what the algorithm does differently with other values is in here. */
  readonly parameters: object;
  /**
   * @throws LabError USAGE for parameters that contradict each other, LIMIT for those that lead to a pulse or a reading that the
   * chip does not allow. To be called before anything is sent.
   * @param cells of one region that a train is for at most: all of them may get it at a time.
   */
  assertPossible(descriptor: Descriptor, cells?: number): void;
  steps(band: Band): BandSteps;
}
