/**
 * How long commands take to begin: each is run with something missing, or with nothing to do, and ends as soon as it has loaded its parts
 * and looked. Milliseconds of one machine mean little, so that of a bare `node -e 0` is beside them.
 */

import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandNames } from "../../src/cli/commands/commands.ts";
import type { BenchOptions, Figures } from "./main.ts";

const main = join(import.meta.dirname, "../../bundle/pcmlab.js");

const chip = ["--chip", "./nothing"];
const store = ["--store", "none.db"];
const images = ["--images", "none.bin"];

/** What makes a command end at its first look; with --help alone it would not load what it works with. */
const briefly: Readonly<Record<string, readonly string[]>> = {
  emulator: ["--profile", "tiny", "--tcp", "0", "--until-stdin-closes"],
  profile: ["list"],
  devices: [],
  doctor: [],
  identify: chip,
  link: chip,
  lock: chip,
  network: ["show", "none.onnx"],
  calibrate: [...chip, ...store],
  program: ["none.onnx", ...chip, ...store],
  resume: [...chip, ...store],
  read: [...chip, ...store, "--at", "25s"],
  drift: store,
  infer: [...store, ...images],
  validate: [...store, ...images],
  why: ["latest", ...store],
  report: [...store, "-o", "report.html"],
  campaign: ["status", ...store],
  dashboard: store,
  "compare-programming": [...chip, "--yes", "--region", "0:0-1:0-1"],
  sweep: ["none.onnx", ...images],
  replay: ["none.jsonl", "--tcp", "0"],
  trace: ["none.jsonl"],
  conformance: chip,
  wear: ["--serial", "none"],
  store: ["check", "none.db"],
  twin: ["fit", ...store],
  export: [...store, "--what", "fits", "-o", "fits.csv"],
  init: ["--file", "no/pcmlab.toml"],
  config: ["show"],
  demo: ["--folder", "demo", "--profile", "none"],
};

export async function start({ small }: BenchOptions): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "pcmlab-bench-"));
  const runs = small ? 3 : 11;
  const of = (words: readonly string[]): number => medianMilliseconds(words, folder, runs);
  try {
    const node = of(["-e", "0"]);
    const figure = (words: readonly string[]) => {
      const milliseconds = of([main, ...words]);
      return { milliseconds, timesNode: rounded(milliseconds / node) };
    };
    return {
      node: { milliseconds: node, version: process.version, runs },
      help: figure(["--help"]),
      version: figure(["--version"]),
      commandHelp: figure(["program", "--help"]),
      commands: Object.fromEntries(
        commandNames.map((name) => [name, figure([name, ...(briefly[name] ?? ["--help"])])]),
      ),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function medianMilliseconds(words: readonly string[], cwd: string, runs: number): number {
  const env = { ...process.env, PCMLAB_LEDGER: "ledger" };
  const times = Array.from({ length: runs }, () => {
    const begun = performance.now();
    const { error } = spawnSync(process.execPath, words, { cwd, env, stdio: "ignore", timeout: 60_000 });
    if (error !== undefined) throw error;
    return performance.now() - begun;
  });
  return rounded(times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN);
}

const rounded = (value: number): number => Math.round(10 * value) / 10;
