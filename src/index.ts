/**
 * The public API of pcmlab; what is not listed here may change without notice. Quantities are SI, with their units last in the names.
 * An expected failure is a LabError with a code and what to do next.
 */

// The Chip port: what a connected chip can do, and what a driver for another board implements.
export type { DrivenChip, DriverTools, OpenChip } from "../drivers/chip/driver-module.ts";
export type { Chip } from "./chip/chip.ts";
export { type Descriptor, descriptorSchema } from "./chip/descriptor.ts";
export type { ChipLock, LockState } from "./chip/lock.ts";
export type { MvmReadout, MvmRequest, UnitCells } from "./chip/mvm.ts";
export type {
  Announce,
  OnBoardOrder,
  OnBoardProgramming,
  OnBoardProgress,
  OnBoardResult,
  OnBoardState,
  OrderedCells,
} from "./chip/on-board.ts";
export { type CellOutcome, cellOutcomes } from "./chip/outcome.ts";
export type {
  PerCellTrain,
  PulseReceipt,
  PulseShape,
  PulseStep,
  PulseTrain,
  SharedTrain,
} from "./chip/pulse.ts";
export {
  type ConverterCalibration,
  conductances,
  nominalCalibration,
  type ReadOptions,
  type Readout,
} from "./chip/readout.ts";
export type { Region } from "./chip/region.ts";
export type { Clock, Timer } from "./core/clock.ts";
export { type ErrorCode, errorCatalogue, LabError, type LabErrorOptions } from "./core/errors.ts";
// A chip: emulated in this process, or any by its address.
export type { CallOptions } from "./library/call.ts";
export {
  type BoardOptions,
  type ConnectedChip,
  type ConnectOptions,
  connect,
} from "./library/connect.ts";
export { type Emulator, type EmulatorOptions, startEmulator } from "./library/emulator.ts";
// A network on a chip, step by step, and the store that keeps it.
export {
  type Calibrated,
  type CalibrateOptions,
  calibrate,
  type ExperimentOptions,
  type NetworkProgramming,
  type NetworkReading,
  type ProgramNetworkOptions,
  programNetwork,
  type ReadNetworkOptions,
  readNetwork,
} from "./library/experiment.ts";
export {
  type Inference,
  type InferOptions,
  infer,
  type MeasuredAccuracy,
  type TimedAccuracy,
  type WriteReportOptions,
  writeReport,
} from "./library/inference.ts";
// Matrices and single devices on a connected chip.
export {
  type Matrix,
  type MatrixReading,
  type ProgramMatrixOptions,
  type ProgrammedMatrix,
  type ProgrammingAlgorithm,
  programMatrix,
  type ReadMatrixOptions,
  readMatrix,
} from "./library/matrix.ts";
export {
  programConductances,
  type ReadingOptions,
  type RegionReading,
  type RegionResult,
  readConductances,
} from "./library/region.ts";
export {
  type ExperimentNetwork,
  openStore,
  type StoredAccuracy,
  type StoredExperiment,
  type TileDevices,
} from "./library/stored-experiment.ts";
export type { Tile } from "./network/placement.ts";
