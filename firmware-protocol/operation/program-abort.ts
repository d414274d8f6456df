/** PROGram:ABORt? — ends a program-and-verify run of the board after the pulses and the reading that are under way. */

import type { Operation } from "./operation.ts";
import {
  decodeProgress,
  decodeQuery,
  encodeProgress,
  encodeQuery,
  type ProgramProgress,
  type ProgramQuery,
} from "./program-progress.ts";

/** A run that has ended already stays as it ended. */
export const programAbort: Operation<ProgramQuery, ProgramProgress> = {
  header: "PROGram:ABORt?",
  repeatable: true,
  timeout: "quick",
  encodeRequest: encodeQuery,
  decodeRequest: decodeQuery,
  encodeReply: encodeProgress,
  decodeReply: decodeProgress,
};
