/** What the checks know of the board, and the requests that they build from its descriptor. */

import type { Offer } from "../../firmware-protocol/link/terms.ts";
import { mvm } from "../../firmware-protocol/operation/mvm.ts";
import { requestMessage } from "../../firmware-protocol/operation/operation.ts";
import { pulseCells } from "../../firmware-protocol/operation/pulse-cells.ts";
import { pulseTrain } from "../../firmware-protocol/operation/pulse-train.ts";
import { readRegion } from "../../firmware-protocol/operation/read-region.ts";
import { type Descriptor, deviceArrays } from "../chip/descriptor.ts";
import type { Region } from "../chip/region.ts";
import { LabError } from "../core/errors.ts";

export interface Board {
  /** The answer to `*IDN?`. */
  readonly identification: string;
  readonly descriptor: Descriptor;
  /** The one cell that gets pulses. */
  readonly cell: Region;
  /** Serial lines and TCP carry a stream of bytes, USB messages with ends of their own. */
  readonly cable: "serial" | "tcp" | "usb";
  /** The reliable link that the board offers on this line. */
  readonly link: Offer | undefined;
  /** Messages travel through that link in this run. */
  readonly overLink: boolean;
}

/** The last cell of the last array that holds devices: the one that experiments use least. */
export function lastCell(descriptor: Descriptor): Region {
  const array = deviceArrays(descriptor).at(-1) ?? 0;
  const { rows, columns } = arrayAt(descriptor, array);
  return { array, row: rows - 1, column: columns - 1, rows: 1, columns: 1 };
}

/** @throws LabError USAGE when there is no such cell, or it is a reference resistor. */
export function cellAt(descriptor: Descriptor, array: number, row: number, column: number): Region {
  const found = descriptor.arrays[array];
  const fits = found !== undefined && row < found.rows && column < found.columns;
  if (fits && found.referenceSiemens === undefined) return { array, row, column, rows: 1, columns: 1 };
  throw new LabError("USAGE", `there is no device at array ${array}, row ${row}, column ${column}`, {
    next: "`pcmlab identify` prints the arrays; row and column count from 0",
  });
}

export function arrayAt(descriptor: Descriptor, index: number): Descriptor["arrays"][number] {
  const array = descriptor.arrays[index];
  if (array === undefined) throw new RangeError(`there is no array ${index}`);
  return array;
}

/** The first cells of the first row of the array of the probed cell, as many as a request may hold, `most` at most. */
export function cellsOfARow({ descriptor, cell }: Board, most: number): Region {
  const columns = Math.min(most, arrayAt(descriptor, cell.array).columns, descriptor.maxCellsPerRequest);
  return { array: cell.array, row: 0, column: 0, rows: 1, columns };
}

/** The largest region of whole rows of that array that one request may hold, or as much of a row. */
export function largestRegion({ descriptor, cell }: Board): Region {
  const { rows, columns } = arrayAt(descriptor, cell.array);
  const most = descriptor.maxCellsPerRequest;
  if (columns > most) return { array: cell.array, row: 0, column: 0, rows: 1, columns: most };
  const bandRows = Math.min(rows, Math.floor(most / columns));
  return { array: cell.array, row: 0, column: 0, rows: bandRows, columns };
}

/** 16 cells that are on no chip of this descriptor, so that any message about them is refused. */
export const nowhere = ({ descriptor: { arrays } }: Board): Region =>
  arrays.length <= 255
    ? { array: arrays.length, row: 0, column: 0, rows: 2, columns: 8 }
    : { array: 0, row: 65_535, column: 0, rows: 2, columns: 8 };

type Read = Parameters<typeof readRegion.encodeRequest>[0];
type Pulse = Parameters<typeof pulseCells.encodeRequest>[0];
type Train = Parameters<typeof pulseTrain.encodeRequest>[0];
type Mvm = Parameters<typeof mvm.encodeRequest>[0];

/** A read of the probed cell with one average at the lowest voltage, with changes that may break the rules. */
export const readRequest = (board: Board, change: Partial<Read> = {}): Read => ({
  region: board.cell,
  averages: 1,
  readVolts: board.descriptor.read.minVolts,
  mask: undefined,
  ...change,
});

/** The weakest pulse there is for the probed cell: code 1, the shortest width, no trailing edge. */
export const weakPulse = (board: Board, operationId: number, change: Partial<Pulse> = {}): Pulse => ({
  operationId,
  region: board.cell,
  widthNanoseconds: shortestNanoseconds(board.descriptor),
  trailingNanoseconds: 0,
  amplitudeCodes: Uint16Array.of(1),
  ...change,
});

export const weakTrain = (board: Board, operationId: number, change: Partial<Train> = {}): Train => ({
  operationId,
  region: board.cell,
  mask: Uint8Array.of(1),
  steps: [weakStep(board)],
  ...change,
});

export const weakStep = ({ descriptor }: Board): Train["steps"][number] => ({
  amplitudeCode: 1,
  widthNanoseconds: shortestNanoseconds(descriptor),
  trailingNanoseconds: 0,
});

/** One vector for one unit cell in the first of the permitted numbers of phases. */
export const mvmRequest = (board: Board, change: Partial<Mvm> = {}): Mvm => ({
  cells: { row: 0, column: 0, rows: 1, columns: 1 },
  phases: board.descriptor.mvm?.phases[0] ?? 1,
  inputs: Int8Array.of(1),
  ...change,
});

export const readMessage = (board: Board, change: Partial<Read> = {}): Uint8Array =>
  requestMessage(readRegion, readRequest(board, change));
export const pulseMessage = (board: Board, operationId: number, change: Partial<Pulse> = {}): Uint8Array =>
  requestMessage(pulseCells, weakPulse(board, operationId, change));
export const trainMessage = (board: Board, operationId: number, change: Partial<Train> = {}): Uint8Array =>
  requestMessage(pulseTrain, weakTrain(board, operationId, change));
export const mvmMessage = (board: Board, change: Partial<Mvm> = {}): Uint8Array =>
  requestMessage(mvm, mvmRequest(board, change));

/** The limits are rounded inwards to whole nanoseconds, within the tolerance of SPEC.md, 10.6. */
export const shortestNanoseconds = ({ program }: Descriptor): number =>
  Math.max(1, Math.ceil(program.minWidthSeconds * 1e9 - 0.5));
export const longestNanoseconds = (seconds: number): number => Math.floor(seconds * 1e9 + 0.5);
