/** A program-and-verify run of the board: bands of rows one after the other, each pulsed and read until its cells are done. */

import type { ProgramProgress, ProgramState } from "../../../firmware-protocol/operation/program-progress.ts";
import type { ProgramResult } from "../../../firmware-protocol/operation/program-result.ts";
import type { ProgramVerifyRequest } from "../../../firmware-protocol/operation/program-verify.ts";
import { ScpiFault } from "../../../firmware-protocol/scpi/errors.ts";
import { assertPulseAllowed } from "../../../src/chip/limits.ts";
import { type PulseTrain, pulsesIn } from "../../../src/chip/pulse.ts";
import { cellCount, type Region, rowBands } from "../../../src/chip/region.ts";
import { LabError } from "../../../src/core/errors.ts";
import type { Board } from "../board.ts";
import { guardEnvelope } from "../envelope-guard.ts";
import {
  type BandCells,
  bandCells,
  count,
  endedOutcome,
  firstTrains,
  nextTrains,
  note,
  toRead,
  underWay,
} from "./cells.ts";
import { allowedFrom } from "./duty-wait.ts";

/** Cells that are pulsed before they are read: small, so that a reading follows its pulse soon. */
const cellsOfABand = 2048;

interface Band {
  readonly region: Region;
  readonly cells: BandCells;
}

export class ProgramRun {
  readonly #board: Board;
  readonly #request: ProgramVerifyRequest;
  readonly #bands: readonly Band[];
  #current = 0;
  /** What the band that is being done gets next. */
  #trains: readonly PulseTrain[];
  #state: ProgramState = "running";
  #readings = 0;
  #pulses = 0;
  readonly #startSeconds: number;
  #lastPulseSeconds: number;
  /** Chip time up to which the run has come: on a clock that goes on by itself it may lie behind. */
  #seconds: number;

  constructor(board: Board, request: ProgramVerifyRequest) {
    this.#board = board;
    this.#request = request;
    this.#bands = rowBands(request.region, cellsOfABand).map((region): Band => {
      const first = (region.row - request.region.row) * region.columns;
      const until = first + cellCount(region);
      const own = request.targetSums.subarray(first, until);
      return { region, cells: bandCells(request.mask.slice(first, until), own, request) };
    });
    this.#trains = this.#beginning();
    this.#startSeconds = board.chipSeconds;
    this.#lastPulseSeconds = this.#startSeconds;
    this.#seconds = this.#startSeconds;
  }

  get operationId(): number {
    return this.#request.operationId;
  }

  get running(): boolean {
    return this.#state === "running";
  }

  /** One round of pulses and the reading after them, of one band. */
  step(): void {
    const band = this.#bands[this.#current];
    if (!this.running) return;
    if (band === undefined) this.#state = "finished";
    else if (!band.cells.outcomes.includes(underWay)) this.#next();
    else this.#round(band);
  }

  /** Everything whose beginning is before a chip time (s). */
  runUntil(seconds: number): void {
    while (this.running && this.#seconds < seconds) this.step();
  }

  /** Everything that has had its time, on a board whose clock goes on by itself. */
  catchUp(): void {
    while (this.running && this.#seconds < this.#board.chipSeconds) this.step();
  }

  abort(): void {
    if (this.running) this.#state = "aborted";
  }

  progress(): ProgramProgress {
    const count = (holds: (band: BandCells, cell: number) => boolean): number =>
      this.#bands.reduce(
        (sum, { cells }) =>
          sum + cells.chosen.reduce((n, flag, cell) => n + (flag && holds(cells, cell) ? 1 : 0), 0),
        0,
      );
    return {
      operationId: this.operationId,
      state: this.#state,
      cells: count(() => true),
      cellsDone: count(({ outcomes }, cell) => outcomes[cell] !== underWay),
      readings: this.#readings,
      pulses: this.#pulses,
      chipSeconds: this.#board.chipSeconds,
    };
  }

  /** @throws ScpiFault 1003 while it runs. */
  result(): ProgramResult {
    if (this.#state === "running") throw new ScpiFault(1003, `operation ${this.operationId} is running`);
    const chosen = this.#bands.flatMap(({ cells }) =>
      Array.from(cells.chosen.keys())
        .filter((cell) => cells.chosen[cell] !== 0)
        .map((cell) => ({ cells, cell })),
    );
    return {
      operationId: this.operationId,
      state: this.#state,
      startSeconds: this.#startSeconds,
      endSeconds: this.#lastPulseSeconds,
      outcomes: Uint8Array.from(chosen, ({ cells, cell }) => endedOutcome(cells, cell)),
      iterations: Uint8Array.from(chosen, ({ cells, cell }) => cells.iterations[cell]!),
      cellPulses: Uint16Array.from(chosen, ({ cells, cell }) => cells.pulses[cell]!),
      codeSums: Uint16Array.from(chosen, ({ cells, cell }) => cells.sums[cell]!),
    };
  }

  #beginning(): readonly PulseTrain[] {
    const band = this.#bands[this.#current];
    return band === undefined ? [] : firstTrains(band.cells, this.#request);
  }

  #next(): void {
    this.#current++;
    this.#trains = this.#beginning();
    if (this.#current === this.#bands.length) this.#state = "finished";
  }

  #round(band: Band): void {
    try {
      for (const train of this.#trains) this.#pulse(band, train);
    } catch (thrown) {
      if (!(thrown instanceof LabError && thrown.code === "LIMIT")) throw thrown;
      this.#state = "refused";
      this.#board.status.report(new ScpiFault(-222, thrown.message));
    }
    this.#read(band);
    this.#trains = nextTrains(band.cells, this.#request);
    if (this.running && this.#trains.length === 0) this.#next();
  }

  /** As strict as for a host. @throws LabError LIMIT. */
  #pulse({ region, cells }: Band, train: PulseTrain): void {
    const board = this.#board;
    assertPulseAllowed(board.array.descriptor, region, train);
    this.#reach(allowedFrom(board, train, this.#seconds));
    guardEnvelope(board, region, train);
    const { pulses, endSeconds } = board.array.pulse(region, train, this.#seconds);
    this.#reach(endSeconds);
    this.#lastPulseSeconds = endSeconds;
    this.#pulses += pulses;
    count(cells, train);
    if (pulses !== pulsesIn(train)) throw new RangeError(`${pulses} pulses were given of ${pulsesIn(train)}`);
  }

  #reach(seconds: number): void {
    this.#seconds = seconds;
    this.#board.chipSeconds = seconds;
  }

  #read({ region, cells }: Band): void {
    const { averages, readVolts } = this.#request;
    const mask = toRead(cells);
    const { codeSums, endSeconds } = this.#board.array.read(
      region,
      { averages, readVolts, mask },
      this.#seconds,
    );
    this.#reach(endSeconds);
    this.#readings++;
    let next = 0;
    for (let cell = 0; cell < mask.length; cell++) if (mask[cell] !== 0) note(cells, cell, codeSums[next++]!);
  }
}
