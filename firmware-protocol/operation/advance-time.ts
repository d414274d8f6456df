/** EMULator:TIME? — moves the virtual clock of an emulator forward to the given chip time; a time in the past changes nothing. */

import { number } from "../scpi/element.ts";
import { type ChipTimeReply, chipTime } from "./chip-time.ts";
import type { Operation } from "./operation.ts";

export interface AdvanceTimeRequest {
  readonly untilSeconds: number;
}

/** A century: beyond it a float64 of seconds no longer resolves the microsecond of one conversion. */
const maxSeconds = 3.2e9;

export const advanceTime: Operation<AdvanceTimeRequest, ChipTimeReply> = {
  header: "EMULator:TIME?",
  repeatable: true,
  timeout: "quick",
  encodeRequest: ({ untilSeconds }) => [number(untilSeconds)],
  decodeRequest: (fields) => ({ untilSeconds: fields.real("time", 0, maxSeconds) }),
  encodeReply: chipTime.encodeReply,
  decodeReply: chipTime.decodeReply,
};
