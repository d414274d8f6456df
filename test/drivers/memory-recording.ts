/** A recording in memory, whose disk may be full. */

import {
  parseEvent,
  parseHeader,
  type RecordedEvent,
  type RecordingHeader,
} from "../../drivers/recording/format.ts";
import { type Recorder, type RecordingFile, recorderOn } from "../../drivers/recording/recorder.ts";
import type { Clock } from "../../src/core/clock.ts";

interface MemoryRecording {
  readonly recorder: Recorder;
  readonly clock: Clock & { pass(seconds: number): void };
  readonly text: string;
  readonly state: "open" | "closed" | "discarded";
  readonly header: RecordingHeader;
  readonly events: readonly RecordedEvent[];
  /** From now on nothing more can be written. */
  fill(): void;
}

const started = { resource: "./board", tool: "0.0.0", commandLine: ["identify"] };

export function memoryRecording(): MemoryRecording {
  let text = "";
  let full = false;
  let state: MemoryRecording["state"] = "open";
  let now = 1000;
  const file: RecordingFile = {
    path: "run.jsonl",
    append(more) {
      if (full) throw new Error("ENOSPC: no space left on device");
      text += more;
    },
    close() {
      state = "closed";
    },
    discard() {
      state = "discarded";
    },
  };
  const clock = {
    monotonicSeconds: () => now,
    wallSeconds: () => 1_700_000_000,
    pass(seconds: number) {
      now += seconds;
    },
  };
  const lines = (): string[] => text.split("\n").slice(0, -1);
  return {
    recorder: recorderOn(file, started, clock),
    clock,
    get text() {
      return text;
    },
    get state() {
      return state;
    },
    get header() {
      return parseHeader(lines()[0] ?? "");
    },
    get events() {
      return lines().slice(1).map(parseEvent);
    },
    fill() {
      full = true;
    },
  };
}
