/** The public API of pcmlab. What is not listed here may change without notice. */

export { type DacLine, withCalibratedDac } from "../calibration/converter/calibrated-dac.ts";
export { type ColumnState, columnStates } from "../calibration/converter/column-state.ts";
export type { ConverterFits } from "../calibration/converter/fit-converters.ts";
export { type ConverterMeasurement, measureConverters } from "../calibration/converter/measure.ts";
export { countOutcomes } from "../calibration/program-verify/band-ledger.ts";
export {
  joshi2020,
  type MeltQuenchParameters,
  parametersFor,
} from "../calibration/program-verify/parameters.ts";
export {
  type ProgramOptions,
  programRegion,
  type RegionProgramming,
} from "../calibration/program-verify/program-region.ts";
export { RegionUnfinished } from "../calibration/program-verify/region-programming.ts";
export { type ConnectOptions, connectChip } from "../drivers/chip/connect.ts";
export {
  type DrivenChip,
  type DriverTools,
  type OpenChip,
  openWithDriver,
} from "../drivers/chip/driver-module.ts";
export { openReconnectingChip } from "../drivers/chip/reconnecting-chip.ts";
export type { ReconnectOptions } from "../drivers/chip/reconnection.ts";
export { openRemoteChip, type RemoteChip } from "../drivers/chip/remote-chip.ts";
export type { Transport, TransportListener } from "../drivers/transport/transport.ts";
export type { Chip } from "./chip/chip.ts";
export { type Descriptor, descriptorSchema } from "./chip/descriptor.ts";
export { type HeldLock, type HoldLockOptions, holdLock } from "./chip/hold-lock.ts";
export { withLimits } from "./chip/limits.ts";
export { type ChipLock, type LockState, lockOf } from "./chip/lock.ts";
export type { MvmReadout, MvmRequest } from "./chip/mvm.ts";
export type { OpenedChip } from "./chip/opened-chip.ts";
export { type CellOutcome, cellOutcomes } from "./chip/outcome.ts";
export type { PulseReceipt, PulseTrain } from "./chip/pulse.ts";
export {
  type ConverterCalibration,
  conductances,
  nominalCalibration,
  type ReadOptions,
  type Readout,
} from "./chip/readout.ts";
export type { Region } from "./chip/region.ts";
export { takeAnchor } from "./chip/take-anchor.ts";
export { type Anchor, type Span, Timeline } from "./chip/timeline.ts";
export type { Clock, Timer } from "./core/clock.ts";
export { type ErrorCode, errorCatalogue, LabError } from "./core/errors.ts";
export { systemClock, systemTimer } from "./core/system-clock.ts";
export {
  CompensationLadder,
  compensateGdc,
  compensatePerColumn,
  parseCompensation,
  uncompensated,
} from "./inference/compensation.ts";
export { type Evaluation, evaluate } from "./inference/executor.ts";
export { readImages } from "./inference/images.ts";
export { weightsFromTiles } from "./network/effective-weights.ts";
export type { AnalogLayer, Network } from "./network/layer.ts";
export {
  deviceTargets,
  type LayerMapping,
  type MappingOptions,
  mapLayer,
  netTargets,
  tileTargets,
} from "./network/mapping.ts";
export type { Mark } from "./network/marks.ts";
export { type Placement, placeNetwork, type Tile } from "./network/placement.ts";
export { readNetwork } from "./network/read.ts";
export { harmOf, withRowOrders } from "./network/row-order.ts";
export { type PlacedBlock, placedBlocks } from "./network/weight-blocks.ts";
export { renderReport } from "./report/render.ts";
export { openStore, type Store } from "./store/store.ts";
