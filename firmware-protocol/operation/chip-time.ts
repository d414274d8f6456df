/** CHIP:TIME? — seconds since power-up by the clock that stamps readings and pulses. */

import { number } from "../scpi/element.ts";
import type { Operation } from "./operation.ts";

export interface ChipTimeReply {
  readonly chipSeconds: number;
}

export const chipTime: Operation<Record<never, never>, ChipTimeReply> = {
  header: "CHIP:TIME?",
  repeatable: true,
  timeout: "quick",
  encodeRequest: () => [],
  decodeRequest: () => ({}),
  encodeReply: ({ chipSeconds }) => [number(chipSeconds)],
  decodeReply: (fields) => ({ chipSeconds: fields.real("chip time", 0) }),
};
