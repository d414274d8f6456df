/** EMULator:TIME? — moves the virtual clock of an emulator forward to the given chip time; a time in the past changes nothing. */

import { number } from "../scpi/element.ts";
import { type ChipTimeReply, chipTime } from "./chip-time.ts";
import type { Operation } from "./operation.ts";

export interface AdvanceTimeRequest {
  readonly untilSeconds: number;
}

/** Three decades: beyond them a float64 of seconds no longer tells two MVMs of 130 ns apart. */
const maxSeconds = 1e9;

export const advanceTime: Operation<AdvanceTimeRequest, ChipTimeReply> = {
  header: "EMULator:TIME?",
  repeatable: true,
  timeout: "quick",
  encodeRequest: ({ untilSeconds }) => [number(untilSeconds)],
  decodeRequest: (fields) => ({ untilSeconds: fields.real("time", 0, maxSeconds) }),
  encodeReply: chipTime.encodeReply,
  decodeReply: chipTime.decodeReply,
};
