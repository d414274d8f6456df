/** A transport that records what goes through it. When it cannot record any more, nothing more is sent. */

import type { Timer } from "../../src/core/clock.ts";
import type { Transport } from "../transport/transport.ts";
import type { Recorder } from "./recorder.ts";

interface RecordingOptions {
  readonly timer: Timer;
  /** Sent, unrecorded, to a board that is left because its traffic could no longer be recorded: its drives may still be on. */
  readonly lastWords: Uint8Array;
}

/** A line that does not take the last words in this time is left without them. */
const lastWordsSeconds = 1;

/**
 * What cannot be recorded is not sent: the write fails with the recorder's error, and so does every later one. What arrived and
 * cannot be recorded is still handed on, since the board has done what it acknowledges.
 */
export function withRecording(inner: Transport, recorder: Recorder, options: RecordingOptions): Transport {
  const { name } = inner;
  record(recorder, { kind: "open", name });
  let closing: Promise<void> | undefined;
  return {
    name,
    async write(bytes) {
      recorder.record({ kind: "sent", bytes });
      return inner.write(bytes);
    },
    listen: (listener) =>
      inner.listen({
        bytes(chunk) {
          record(recorder, { kind: "received", bytes: chunk });
          listener.bytes(chunk);
        },
        closed(reason) {
          record(recorder, { kind: "closed", reason: reason.message });
          listener.closed(recorder.failure ?? reason);
        },
      }),
    close() {
      closing ??= closed(inner, recorder, options);
      return closing;
    },
  };
}

/** A failure is kept by the recorder, and met by the next write and at the end of the recording. */
function record(recorder: Recorder, event: Parameters<Recorder["record"]>[0]): void {
  try {
    recorder.record(event);
  } catch (failure) {
    if (failure !== recorder.failure) throw failure;
  }
}

async function closed(inner: Transport, recorder: Recorder, options: RecordingOptions): Promise<void> {
  if (recorder.failure !== undefined) await said(inner, options);
  await inner.close();
}

function said(inner: Transport, { timer, lastWords }: RecordingOptions): Promise<void> {
  return new Promise((resolve) => {
    const cancel = timer.after(lastWordsSeconds, resolve);
    // A line that is lost as well cannot be told anything.
    const done = (): void => {
      cancel();
      resolve();
    };
    inner.write(lastWords).then(done, done);
  });
}
