/** What a run records about itself before it begins. */

import { execFileSync } from "node:child_process";
import { arch, cpus, platform, release, totalmem } from "node:os";
import { LabError, textOf } from "../core/errors.ts";
import type { NewRun, RunEnd } from "../store/runs.ts";
import type { Store } from "../store/store.ts";
import { assertNoCampaignRuns } from "./campaign/assert-free.ts";
import type { Context } from "./context.ts";
import { packageFolder, toolVersion } from "./package-files.ts";

const gitMilliseconds = 2000;

type RunId = ReturnType<Store["runs"]["begin"]>;

export interface RunFacts {
  readonly command: string;
  readonly seed: number | null;
  readonly config: object;
  /** Asked when the run ends: what the reliable link of its board did, undefined when none was used. */
  readonly link?: () => object | undefined;
}

/** Commands that would keep a campaign of the same store from its board, or change what it watches. */
const asksTheBoard: ReadonlySet<string> = new Set(["calibrate", "program", "read", "resume"]);

/** Runs `work` as a recorded run of the store: begun before, ended after, with its outcome. */
export async function recorded<T>(
  store: Store,
  context: Context,
  facts: RunFacts,
  work: (run: RunId) => Promise<T>,
): Promise<T> {
  if (asksTheBoard.has(facts.command)) assertNoCampaignRuns(store, context.clock.wallSeconds());
  const run = store.runs.begin(newRun(context, facts));
  try {
    const result = await work(run);
    keepLink(store, run, facts);
    store.runs.end(run, ending(context, "completed"));
    return result;
  } catch (failure) {
    keepLink(store, run, facts);
    const interrupted = failure instanceof LabError && failure.code === "INTERRUPTED";
    store.runs.end(run, {
      ...ending(context, interrupted ? "interrupted" : "failed"),
      message: textOf(failure),
    });
    throw failure;
  }
}

function keepLink(store: Store, run: RunId, { link }: RunFacts): void {
  const report = link?.();
  if (report !== undefined) store.runs.keepLink(run, report);
}

function newRun(context: Context, { command, seed, config }: RunFacts): NewRun {
  return {
    ...{ command, seed, config },
    commandLine: context.commandLine,
    toolVersion: toolVersion(),
    gitCommit: thisCommit(),
    host: {
      platform: `${platform()} ${release()} ${arch()}`,
      node: process.version,
      cores: cpus().length,
      memoryBytes: totalmem(),
    },
    startedWallSeconds: context.clock.wallSeconds(),
  };
}

/** Asked for once: a process may begin many runs. */
function thisCommit(): string | null {
  commit ??= { text: gitCommit() };
  return commit.text;
}
let commit: { readonly text: string | null } | undefined;

const ending = (context: Context, outcome: RunEnd["outcome"]): RunEnd => ({
  endedWallSeconds: context.clock.wallSeconds(),
  outcome,
});

/** The commit of a checkout with a mark for local changes; null for an installed package, also inside another repository. */
function gitCommit(): string | null {
  const top = git("rev-parse", "--show-toplevel");
  return top === packageFolder ? git("describe", "--always", "--dirty", "--abbrev=12") : null;
}

function git(...words: string[]): string | null {
  try {
    return execFileSync("git", words, {
      cwd: packageFolder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: gitMilliseconds,
    }).trim();
  } catch {
    return null;
  }
}
