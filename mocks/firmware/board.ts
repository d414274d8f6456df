/** The state of an emulated board between messages: its array, its chip clock, its status and the record of its last pulses. */

import type { PulseReply } from "../../firmware-protocol/operation/pulse-reply.ts";
import type { ChipArray } from "./chip-array.ts";
import { Status } from "./status.ts";

/** Ambient temperature until the device physics has one of its own. */
export const ambientKelvin = 300;

export class Board {
  readonly array: ChipArray;
  readonly bootId: number;
  readonly status = new Status();
  /** Virtual seconds since power-up: operations take their real durations, and nothing else moves it but `EMULator:TIME?`. */
  chipSeconds = 0;
  lastPulse: PulseReply | undefined;

  constructor(array: ChipArray, bootId: number) {
    this.array = array;
    this.bootId = bootId;
  }

  get identification(): string {
    const { manufacturer, model, serialNumber, firmware } = this.array.descriptor;
    return [manufacturer, model, serialNumber, firmware].map((field) => field.replaceAll(",", " ")).join(",");
  }
}
