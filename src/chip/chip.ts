/** The Chip port: the one interface that programming, readout and inference are written against. */

import type { Descriptor } from "./descriptor.ts";
import type { MvmReadout, MvmRequest } from "./mvm.ts";
import type { OnBoardProgramming } from "./on-board.ts";
import type { PulseReceipt, PulseTrain } from "./pulse.ts";
import type { ReadOptions, Readout } from "./readout.ts";
import type { Region } from "./region.ts";

export interface Chip {
  readonly descriptor: Descriptor;
  /** Reads every cell of a region of at most `maxCellsPerRequest` cells. May be repeated. */
  read(region: Region, options: ReadOptions): Promise<Readout>;
  /** Applies pulses to a region of at most `maxCellsPerRequest` cells, at most once, refusing what the descriptor forbids. */
  pulse(region: Region, train: PulseTrain): Promise<PulseReceipt>;
  /**
   * Matrix-vector products in the array; may be repeated.
   * @throws LabError LIMIT on a chip whose descriptor has no `mvm`, and outside its limits.
   */
  mvm(request: MvmRequest): Promise<MvmReadout>;
  /**
   * Currents (A) of DAC codes, one for each, as the board measures them itself; no cell feels them. May be repeated.
   * @throws LabError LIMIT on a board whose descriptor lacks the feature, and outside its limits.
   */
  measureCurrents(codes: Uint16Array): Promise<Float32Array>;
  /** Missing on a board that does not program by itself; `onBoardOf` asks for it. */
  readonly onBoard?: OnBoardProgramming;
  /** Temperature of the chip (K) now; readouts bring their own. */
  temperature(): Promise<number>;
  /** Chip time in seconds since power-up. */
  now(): Promise<number>;
  /**
   * Comes back when the chip clock has reached the given time; returns the chip time then.
   * @throws LabError INTERRUPTED when the signal says so, BAD_REPLY when the chip clock stands still.
   */
  waitUntil(chipSeconds: number, signal?: AbortSignal): Promise<number>;
  /** Drives are switched off and stay off until the next pulse. */
  safeOff(): Promise<void>;
  close(): Promise<void>;
}
