/** Runs a command line as main.ts does, but within this process: its streams are collected, and it has the machine's time and ports. */

import { runCommandLine } from "../../src/cli/command-line.ts";
import { OpenBoards } from "../../src/cli/open-boards.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { systemClock, systemTimer } from "../../src/core/system-clock.ts";

export interface EndedInProcess {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param folder where a pcmlab.toml counts; relative paths among the words count from the folder of the tests. */
export async function runInProcess(
  words: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<EndedInProcess> {
  let [stdout, stderr] = ["", ""];
  const streams = {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
  };
  const exitCode = await runCommandLine(words, {
    ...{ folder, environment, streams, clock: systemClock, timer: systemTimer, prng: seededPrng(1) },
    stop: new AbortController().signal,
    boards: new OpenBoards(systemTimer),
  });
  return { exitCode, stdout, stderr };
}
