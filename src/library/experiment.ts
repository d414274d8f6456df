/** A network on a chip, step by step, each kept in a store: what the commands of the same names do. */

import type { CellOutcome } from "../chip/outcome.ts";
import { contextOf } from "./call.ts";
import { type BoardOptions, boardArguments } from "./connect.ts";
import type { ProgramMatrixOptions } from "./matrix.ts";
import type { ReadingOptions } from "./region.ts";

/** A board, and the store of what is done with it: one SQLite file for one network on one chip. */
export interface ExperimentOptions extends BoardOptions {
  /** As for `connect`; it must not be open at the same time. */
  readonly chip: string;
  /** The path of the store, which is made when it is not there yet. */
  readonly store: string;
}

export interface CalibrateOptions extends ExperimentOptions {
  /** How long it counts (s); 30 days when missing. */
  readonly validSeconds?: number;
}

export interface Calibrated {
  /** The number of the calibration in the store. */
  readonly calibration: number;
  readonly columns: number;
  /** Bit lines whose converters cannot be trusted, and why. */
  readonly failedColumns: readonly { readonly column: number; readonly reason: string }[];
}

/**
 * Measures gain and offset of every bit line's converter from the chip's reference resistors, for what follows. Nothing is pulsed.
 * @throws LabError LIMIT for a chip without reference resistors, STORE_CONTENT for a store of another chip, and those of `connect`.
 */
export async function calibrate(options: CalibrateOptions): Promise<Calibrated> {
  const { calibrate: action } = await import("../cli/actions/calibrate.ts");
  const valid = `${options.validSeconds ?? 30 * 86_400}s`;
  const args = { ...boardArguments(options.chip, options), store: options.store, valid };
  const { calibration, columns, failedColumns } = await action(args, contextOf("calibrate", options));
  return { calibration, columns, failedColumns };
}

export interface ProgramNetworkOptions
  extends ExperimentOptions,
    Pick<ProgramMatrixOptions, "devicesPerWeight" | "algorithm" | "scale"> {
  /** The path of an ONNX file. */
  readonly network: string;
  /** Conductance of the largest weight of a layer (S); 25 µS when missing. */
  readonly gmaxSiemens?: number;
  /** Biases as a row of devices (when missing), or added in software. */
  readonly bias?: "array" | "digital";
  /** Times after programming (s) at which every region is read again and repaired where it has moved; none when missing. */
  readonly verifyAtSeconds?: readonly number[];
  /** `latest` takes the calibration of the store (when missing), `nominal` what the descriptor says. */
  readonly converters?: "latest" | "nominal";
  readonly maxPulsesPerCell?: number;
}

export interface NetworkProgramming {
  readonly layers: number;
  readonly weights: number;
  readonly devices: number;
  /** Devices by what became of them. */
  readonly outcomes: Readonly<Record<CellOutcome, number>>;
  /** Of the devices with a target above zero, those that converged, as a fraction. */
  readonly convergedNonZeroShare: number;
  readonly pulses: number;
  /** From the first to the last pulse by the chip's clock (s). */
  readonly chipSeconds: number;
}

/**
 * Programs all layers of a network. What was acknowledged is stored tile by tile, and survives a crash; `pcmlab resume` goes on with it.
 * @throws LabError BAD_NETWORK, UNSUPPORTED_OPERATOR or DOES_NOT_FIT for the network; STORE_CONTENT without a calibration that counts;
 * LIMIT for a gmax that the chip cannot read; those of `connect`.
 */
export async function programNetwork(options: ProgramNetworkOptions): Promise<NetworkProgramming> {
  const { program } = await import("../cli/actions/program.ts");
  const { network, store, gmaxSiemens = 25e-6, bias = "array", scale = "layer" } = options;
  const args = {
    ...boardArguments(options.chip, options),
    ...{ network, store, bias, scale, gmax: `${gmaxSiemens}S`, devices: options.devicesPerWeight ?? 2 },
    converterCalibration: options.converters,
    algorithm: options.algorithm,
    // Who calls a function has said what to do; there is nobody to ask.
    yes: true,
    verifyAt: options.verifyAtSeconds && secondsText(options.verifyAtSeconds),
    maxPulsesPerCell: options.maxPulsesPerCell,
  };
  const done = await program(args, contextOf("programNetwork", options));
  const { layers, weights, devices, outcomes, convergedNonZeroShare, pulses, chipSeconds } = done;
  return { layers, weights, devices, outcomes, convergedNonZeroShare, pulses, chipSeconds };
}

export interface ReadNetworkOptions extends ExperimentOptions, ReadingOptions {
  /** Times since each region's own programming (s); the call waits for them by the chip's clock. */
  readonly agesSeconds: readonly number[];
  readonly converters?: "latest" | "nominal";
}

export interface NetworkReading {
  /** That was asked for. */
  readonly ageSeconds: number;
  readonly devices: number;
  /** True ages of the regions (s). */
  readonly youngestSeconds: number;
  readonly oldestSeconds: number;
}

/**
 * Reads all devices of a programmed network at the ages asked for, and stores the raw codes.
 * @returns one entry an age.
 * @throws LabError STORE_CONTENT when the network was not programmed to its end, the board restarted since, or an age is past; those of
 * `connect`.
 */
export async function readNetwork(options: ReadNetworkOptions): Promise<NetworkReading[]> {
  const { read } = await import("../cli/actions/read.ts");
  const { store, averages = 5, readVolts = 0.3, agesSeconds, converters } = options;
  const args = {
    ...boardArguments(options.chip, options),
    ...{
      store,
      averages,
      volts: `${readVolts}V`,
      at: secondsText(agesSeconds),
      converterCalibration: converters,
    },
  };
  const done = await read(args, contextOf("readNetwork", options));
  return done.map(({ requestedSeconds, devices, youngestSeconds, oldestSeconds }) => ({
    ageSeconds: requestedSeconds,
    devices,
    youngestSeconds,
    oldestSeconds,
  }));
}

const secondsText = (times: readonly number[]): string => times.map((seconds) => `${seconds}s`).join(",");
