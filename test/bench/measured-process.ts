/** Runs the built command line and measures its wall time and its largest memory. */

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const main = join(import.meta.dirname, "../../bundle/pcmlab.js");
const pollMilliseconds = 100;

export interface Measured {
  readonly document: unknown;
  readonly seconds: number;
  /** Processor time of all its threads but for the last moment, s; NaN where the system has no /proc. */
  readonly cpuSeconds: number;
  readonly peakMebibytes: number;
}

/** Runs a command with --json to its end. Its remarks go to stderr. */
export async function measured(words: readonly string[], cwd: string): Promise<Measured> {
  const start = performance.now();
  const child = launched(words, cwd, "ignore");
  const peak = watchMemory(child);
  const cpu = watchCpu(child);
  let printed = "";
  child.stdout?.on("data", (chunk) => {
    printed += chunk;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`pcmlab ${words.join(" ")} ended with ${code}`);
  return {
    document: JSON.parse(printed),
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: cpu(),
    peakMebibytes: peak(),
  };
}

export interface Server {
  /** Largest memory until now, MiB. */
  peakMebibytes(): number;
  /** Processor time of all its threads until now, s; NaN where the system has no /proc. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

/** Starts `pcmlab emulator` and waits until it is ready. */
export async function measuredEmulator(words: readonly string[], cwd: string): Promise<Server> {
  const child = launched(["emulator", ...words, "--until-stdin-closes"], cwd, "pipe");
  const peak = watchMemory(child);
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await new Promise((resolve) => child.stdout?.once("data", resolve));
  return {
    peakMebibytes: peak,
    cpuSeconds: () => cpuSecondsOf(child),
    stop() {
      child.stdin?.end();
      return ended;
    },
  };
}

export function launched(words: readonly string[], cwd: string, stdin: "ignore" | "pipe"): ChildProcess {
  const env = { ...process.env, PCMLAB_LEDGER: "ledger" };
  return spawn(process.execPath, [main, ...words, "--json"], { cwd, env, stdio: [stdin, "pipe", "inherit"] });
}

/** Linux counts in ticks of 10 ms for all programs (proc(5), `stat`: utime and stime, after the name in parentheses). */
const ticksPerSecond = 100;

/** Processor time of all its threads until now, s; NaN where the system has no /proc. */
export function cpuSecondsOf({ pid }: Pick<ChildProcess, "pid">): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [user, system] = [fields[11], fields[12]];
    return (Number(user) + Number(system)) / ticksPerSecond;
  } catch {
    return Number.NaN;
  }
}

function watchCpu(child: ChildProcess): () => number {
  let latest = Number.NaN;
  const timer = setInterval(() => {
    const seconds = cpuSecondsOf(child);
    if (!Number.isNaN(seconds)) latest = seconds;
  }, pollMilliseconds);
  child.once("close", () => clearInterval(timer));
  return () => latest;
}

/** Linux keeps the high-water mark of the resident set; elsewhere the figure is NaN. */
function watchMemory(child: ChildProcess): () => number {
  let largest = Number.NaN;
  const look = (): void => {
    try {
      const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"));
      if (match !== null) largest = Number(match[1]) / 1024;
    } catch {
      // The process has ended, or this system has no /proc.
    }
  };
  const timer = setInterval(look, pollMilliseconds);
  child.once("close", () => clearInterval(timer));
  return () => {
    look();
    return Math.round(largest);
  };
}
