/** The state of an emulated board between messages: its array, its chip clock, its status and the record of its last pulses. */

import type { PulseRecord } from "../../firmware-protocol/operation/pulse-reply.ts";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import { type DutyBudget, fullBudget } from "../../src/chip/duty-budget.ts";
import { lockFeature } from "../../src/chip/lock.ts";
import type { Clock } from "../../src/core/clock.ts";
import { BoardLock } from "./board-lock.ts";
import type { ChipArray } from "./chip-array.ts";
import { type ChipClock, virtualClock } from "./chip-clock.ts";
import type { ProgramRun } from "./on-board/run.ts";
import { Status } from "./status.ts";

const skipFeature = "advance-time";

/** What a board has besides its array when it starts. */
export interface BoardStart {
  /** A virtual clock at 0 unless given. */
  readonly clock?: ChipClock | undefined;
  /** The record of a chip that goes on where it was saved. */
  readonly lastPulse?: PulseRecord | undefined;
  /** Passes while the board has its power, whatever the chip's clock does: leases count by it. No lock without it. */
  readonly poweredClock?: Pick<Clock, "monotonicSeconds"> | undefined;
}

export class Board {
  readonly array: ChipArray;
  readonly bootId: number;
  readonly clock: ChipClock;
  readonly status = new Status();
  readonly lock: BoardLock | undefined;
  lastPulse: PulseRecord | undefined;
  /** The last program-and-verify run of this power-up. */
  program: ProgramRun | undefined;
  /** Full at every power-up, and without an envelope. */
  duty: DutyBudget;
  /** No cell has had more pulses than this; undefined until it was asked for. */
  mostPulses: number | undefined;

  constructor(array: ChipArray, bootId: number, start: BoardStart = {}) {
    this.array = array;
    this.bootId = bootId;
    this.clock = start.clock ?? virtualClock();
    this.lastPulse = start.lastPulse;
    this.lock = start.poweredClock && new BoardLock(start.poweredClock);
    this.duty = fullBudget(array.descriptor.envelope ?? { maxDuty: 1, dutySeconds: 1 }, this.chipSeconds);
  }

  /** What the array says, the clock of this board, and its features that are not of the array. */
  get descriptor(): Descriptor {
    const { features, ...rest } = this.array.descriptor;
    const ofArray = this.clock.canSkip ? features : features.filter((feature) => feature !== skipFeature);
    const ofBoard = this.lock === undefined ? [] : [lockFeature];
    return { ...rest, clock: this.clock.kind, features: [...ofArray, ...ofBoard] };
  }

  get chipSeconds(): number {
    return this.clock.now();
  }

  /** Operations take their real durations: this is where one ends. */
  set chipSeconds(endSeconds: number) {
    this.clock.passTo(endSeconds);
  }

  get identification(): string {
    const { manufacturer, model, serialNumber, firmware } = this.array.descriptor;
    return [manufacturer, model, serialNumber, firmware].map((field) => field.replaceAll(",", " ")).join(",");
  }
}
