/** Records the traffic of a command where `--record` asks for it. */

import { type Recorder, recorderOn } from "../../../drivers/recording/recorder.ts";
import { createRecordingFile } from "../../../drivers/recording/recording-file.ts";
import { withRecording } from "../../../drivers/recording/with-recording.ts";
import type { Transport } from "../../../drivers/transport/transport.ts";
import { requestMessage } from "../../../firmware-protocol/operation/operation.ts";
import { safeOff } from "../../../firmware-protocol/operation/safe-off.ts";
import { LabError } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import { toolVersion } from "../package-files.ts";

export interface RecordArguments {
  readonly chip: string;
  readonly record?: string | undefined;
  /** A module that drives another kind of board, over lines of its own. */
  readonly driver?: string | undefined;
}

/**
 * `work` wraps every transport that it opens with what it is given; nothing without `--record`.
 * @throws LabError USAGE or ENVIRONMENT before `work` begins when nothing can be recorded; ENVIRONMENT when not everything was.
 */
export async function whileRecording<T>(
  args: RecordArguments,
  context: Context,
  work: (wrap: ((transport: Transport) => Transport) | undefined) => Promise<T>,
): Promise<T> {
  if (args.record === undefined) return work(undefined);
  if (args.driver !== undefined) {
    const next = "leave --record away, or let the driver keep a log";
    throw new LabError("USAGE", "--record cannot see the lines of a --driver", { next });
  }
  const recorder = startRecorder(args.record, args.chip, context);
  const options = { timer: context.timer, lastWords: requestMessage(safeOff, {}) };
  try {
    const result = await work((transport) => withRecording(transport, recorder, options));
    recorder.end();
    return result;
  } catch (failure) {
    endQuietly(recorder);
    throw failure;
  }
}

function startRecorder(path: string, resource: string, { clock, commandLine }: Context): Recorder {
  return recorderOn(createRecordingFile(path), { resource, tool: toolVersion(), commandLine }, clock);
}

/** The failure that ended the work is the one to tell. */
function endQuietly(recorder: Recorder): void {
  try {
    recorder.end();
  } catch (failure) {
    if (failure !== recorder.failure) throw failure;
  }
}
