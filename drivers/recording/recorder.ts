/**
 * Writes what happens on a line to a file, event by event. Every line is with the operating system before the bytes that it tells
 * of go on, so a process that is killed has recorded all that it did. Writing waits for the disk on purpose: bytes arrive
 * without being asked for, so anything else would need a queue without a bound. While a slow disk is written to, the cable waits.
 */

import type { Clock } from "../../src/core/clock.ts";
import { LabError, textOf } from "../../src/core/errors.ts";
import { eventLines, headerLine, type RecordedEvent, type RecordingHeader } from "./format.ts";

/** Where a recording goes. */
export interface RecordingFile {
  readonly path: string;
  /** Writes all of it before it comes back, or throws. */
  append(text: string): void;
  /** Makes sure that it is on the disk, and closes. */
  close(): void;
  /** Closes and removes. */
  discard(): void;
}

type Untimed<Event> = Event extends unknown ? Omit<Event, "seconds"> : never;

export interface Recorder {
  /** Why nothing more can be recorded. */
  readonly failure: LabError | undefined;
  /** @throws LabError ENVIRONMENT when it cannot be written, and then at every later call. */
  record(event: Untimed<RecordedEvent>): void;
  /** A recording of nothing leaves no file. @throws LabError ENVIRONMENT when something could not be recorded. */
  end(): void;
}

/** Begins a recording. @throws LabError ENVIRONMENT when not even the header can be written; the file is gone then. */
export function recorderOn(
  file: RecordingFile,
  header: Omit<RecordingHeader, "startedAt">,
  clock: Clock,
): Recorder {
  const startSeconds = clock.monotonicSeconds();
  const startedAt = new Date(clock.wallSeconds() * 1000).toISOString();
  let failure: LabError | undefined;
  let chunks = 0;
  let ended = false;
  const attempt = (work: () => void): void => {
    if (failure !== undefined) throw failure;
    try {
      work();
    } catch (cause) {
      failure = unwritten(file, cause);
      throw failure;
    }
  };
  /** Also after a failure, which is then the one to tell. */
  const closed = (): void => {
    try {
      file.close();
    } catch (cause) {
      failure ??= unwritten(file, cause);
    }
  };
  try {
    attempt(() => file.append(headerLine({ ...header, startedAt })));
  } catch (failure) {
    file.discard();
    throw failure;
  }
  return {
    get failure() {
      return failure;
    },
    record(event) {
      // A connection may tell of its end when the recording is over.
      if (ended) return;
      attempt(() => file.append(eventLines({ ...event, seconds: clock.monotonicSeconds() - startSeconds })));
      if ("bytes" in event) chunks++;
    },
    end() {
      if (ended) return;
      ended = true;
      if (chunks === 0) file.discard();
      else closed();
      if (failure !== undefined) throw failure;
    },
  };
}

const unwritten = (file: RecordingFile, cause: unknown): LabError =>
  new LabError("ENVIRONMENT", `the recording ${file.path} cannot be written: ${textOf(cause)}`, {
    cause,
    next: "make room; what was acknowledged is stored, and the recording holds all up to here",
  });
