/** Runs the built command line as a user would: a process of its own, its streams and its exit code. */

import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { closeSync, constants, existsSync, openSync, watch } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { onTestFinished } from "vitest";

/** The built command. */
export const main = join(import.meta.dirname, "../../dist/bundle/pcmlab.js");
if (!existsSync(main))
  throw new Error("the command is not built: run `npm run build` first (`npm test` does)");

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The network of the demo, 10 tiles. */
export const digits = join(import.meta.dirname, "../../examples/digits/digits.onnx");

/** Waits for the command to end by itself. */
export const pcmlab = (words: readonly string[], cwd: string): Promise<Ended> =>
  ended(spawn(process.execPath, [main, ...words], { cwd, stdio: ["ignore", "pipe", "pipe"] }));

/** What a process prints until it ends by itself. */
export function ended(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** Kills the command, without a chance to clean up, when it has written to a file so many times. Gives the signal it died of. */
export function pcmlabKilled(
  words: readonly string[],
  cwd: string,
  file: string,
  writes: number,
): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...words], { cwd, stdio: "ignore" });
    let seen = 0;
    const watcher = watch(cwd, (_, name) => {
      if (name === file && ++seen === writes) child.kill("SIGKILL");
    });
    child.on("error", reject);
    child.on("close", (_, signal) => {
      watcher.close();
      resolve(signal);
    });
  });
}

/** The one JSON document that a command with --json prints. */
export async function json(words: readonly string[], cwd: string): Promise<unknown> {
  const ended = await pcmlab([...words, "--json"], cwd);
  if (ended.exitCode !== 0)
    throw new Error(`pcmlab ${words.join(" ")} ended with ${ended.exitCode}: ${ended.stderr}`);
  return JSON.parse(ended.stdout);
}

export interface Emulator {
  readonly child: ChildProcess;
  /** Chosen by the system; null without --tcp. */
  readonly tcpPort: number | null;
  stop(): Promise<void>;
}

/** How a test has things cleared away; those that run beside each other have one each in their context. */
export type AtEnd = typeof onTestFinished;

/** Starts an emulator and waits until it is ready; it ends with the test at the latest. */
export async function emulator(
  words: readonly string[],
  cwd: string,
  atEnd: AtEnd = onTestFinished,
): Promise<Emulator> {
  const child = spawn(process.execPath, [main, "emulator", ...words, "--until-stdin-closes", "--json"], {
    cwd,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const stop = (): Promise<void> => {
    child.stdin.end();
    return ended;
  };
  atEnd(stop);
  const ready = await new Promise<string>((resolve, reject) => {
    let printed = "";
    child.once("close", (code) => reject(new Error(`the emulator ended with ${code}`)));
    child.stdout.on("data", (chunk) => {
      printed += chunk;
      if (printed.trimEnd().endsWith("}")) resolve(printed);
    });
  });
  holdTerminal(words, cwd, atEnd);
  const document: unknown = JSON.parse(ready);
  const port =
    typeof document === "object" && document !== null && "tcpPort" in document ? document.tcpPort : null;
  return { child, tcpPort: typeof port === "number" ? port : null, stop };
}

/**
 * Keeps the number of an emulator's terminal taken until the test ends. The link to a terminal whose emulator was killed stays behind, and the
 * next emulator of any test would get the same number at once: programs that look for the old one would find it.
 */
function holdTerminal(words: readonly string[], cwd: string, atEnd: AtEnd): void {
  const path = words[words.indexOf("--pty") + 1];
  if (!words.includes("--pty") || path === undefined) return;
  const terminal = openSync(resolve(cwd, path), constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  atEnd(() => closeSync(terminal));
}

/** A folder that is gone after the test. */
export async function folder(atEnd: AtEnd = onTestFinished): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "pcmlab-"));
  atEnd(() => rm(path, { recursive: true, force: true }));
  return path;
}
