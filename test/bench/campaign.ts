/** A virtual month on `fusion-1m`: 60 full readouts of its 1,048,576 devices through a PTY into the store. */

import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../src/store/store.ts";
import type { BenchOptions, Figures } from "./main.ts";
import { launched, measured, measuredEmulator } from "./measured-process.ts";

const monthSeconds = 30 * 86_400;
const firstSeconds = 60;
const sampleMilliseconds = 200;

export async function campaign({ small }: BenchOptions): Promise<Figures> {
  const readouts = small ? 6 : 60;
  const folder = await mkdtemp(join(tmpdir(), "pcmlab-bench-"));
  try {
    const emulator = await measuredEmulator(["--profile", "fusion-1m", "--pty", "./chip"], folder);
    const board = ["--chip", "./chip", "--store", "run.db"];
    const ages = logSpaced(readouts).map((age) => `${age}s`);
    const plan = ["--full-arrays-at", ages.join(","), "--converter-calibration", "nominal"];
    await measured(["campaign", "new", ...board, ...plan], folder);
    const run = await watched(["campaign", "start", ...board], folder);
    const emulatorMebibytes = emulator.peakMebibytes();
    await emulator.stop();
    return {
      readouts,
      monthSeconds: run.seconds,
      fileMegabytes: await megabytesOf(folder),
      peakMebibytes: Math.max(...run.mebibytes),
      growth: growthOf(run.mebibytes),
      missedSlots: slotsMissed(join(folder, "run.db")),
      emulatorMebibytes,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whole seconds, from the first to the end of the month. */
const logSpaced = (count: number): number[] =>
  Array.from({ length: count }, (_, n) =>
    Math.round(firstSeconds * (monthSeconds / firstSeconds) ** (n / (count - 1))),
  );

interface Watched {
  readonly seconds: number;
  /** Resident set, again and again. */
  readonly mebibytes: readonly number[];
}

async function watched(words: readonly string[], folder: string): Promise<Watched> {
  const began = performance.now();
  const child = launched(words, folder, "ignore");
  child.stdout?.resume();
  const mebibytes: number[] = [];
  const timer = setInterval(() => mebibytes.push(...residentMebibytes(child)), sampleMilliseconds);
  const code = await new Promise((resolve) => child.once("close", resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`pcmlab ${words.join(" ")} ended with ${code}`);
  return { seconds: (performance.now() - began) / 1000, mebibytes };
}

function residentMebibytes({ pid }: ChildProcess): number[] {
  try {
    const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return match === null ? [] : [Number(match[1]) / 1024];
  } catch {
    return [];
  }
}

/** Of the last quarter over that of the second one, when everything has been done some times: 1 is flat. */
function growthOf(mebibytes: readonly number[]): number {
  const quarter = Math.floor(mebibytes.length / 4);
  return mean(mebibytes.slice(3 * quarter)) / mean(mebibytes.slice(quarter, 2 * quarter));
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The store as it lies on the disk, its journal included. */
async function megabytesOf(folder: string): Promise<number> {
  const sizes = await Promise.all(
    ["run.db", "run.db-wal"].map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0) / 1e6;
}

/** Slots that were not read, or later than they were due. */
function slotsMissed(path: string): number {
  const store = openStore(path, { mode: "read" });
  try {
    return store.campaigns
      .list()
      .flatMap(({ id }) => store.campaigns.slots(id))
      .filter(({ outcome }) => outcome?.kind !== "read").length;
  } finally {
    store.close();
  }
}
