/** Starts `pcmlab emulator` as a process of its own, on a pseudo-terminal where there are any, else on TCP. */

import { type ChildProcess, spawn } from "node:child_process";
import { z } from "zod";
import { errorCodes, LabError } from "../../core/errors.ts";
import type { Context } from "../context.ts";

export interface EmulatorProcess {
  /** What `--chip` takes. */
  readonly resource: string;
  readonly serialNumber: string;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly profile: string;
  readonly seed: number;
  /** Path of the pseudo-terminal. */
  readonly pty: string;
}

const startSeconds = 30;
const stopSeconds = 2;

const readySchema = z.object({
  serialNumber: z.string(),
  pty: z.string().nullable(),
  tcpPort: z.number().nullable(),
});
type Ready = z.infer<typeof readySchema>;

/** @throws LabError ENVIRONMENT when neither cable can be served. */
export async function startEmulator(options: StartOptions, context: Context): Promise<EmulatorProcess> {
  try {
    return await startOn(["--pty", options.pty], options, context);
  } catch (failure) {
    if (!(failure instanceof LabError && failure.code === "ENVIRONMENT")) throw failure;
    context.output.note(`no pseudo-terminal on this system, using TCP (${failure.message})`);
    return startOn(["--tcp", "0"], options, context);
  }
}

async function startOn(
  cable: readonly string[],
  options: StartOptions,
  context: Context,
): Promise<EmulatorProcess> {
  const words = ["emulator", "--profile", options.profile, "--seed", String(options.seed), ...cable];
  const program = process.argv[1] ?? "";
  const child = spawn(
    process.execPath,
    [program, ...words, "--until-stdin-closes", "--json", "--no-config"],
    {
      stdio: ["pipe", "pipe", "pipe"],
      // Ctrl-C is for this process, which then ends the emulator by closing its stdin. Windows would open a window for it.
      detached: process.platform !== "win32",
    },
  );
  const ready = await readinessOf(child, context);
  return {
    resource: ready.pty ?? `127.0.0.1:${ready.tcpPort}`,
    serialNumber: ready.serialNumber,
    stop: () => stopped(child, context),
  };
}

function readinessOf(child: ChildProcess, context: Context): Promise<Ready> {
  return new Promise((resolve, reject) => {
    let printed = "";
    let complaint = "";
    const failed = (failure: LabError): void => {
      cancel();
      child.kill("SIGKILL");
      reject(failure);
    };
    const cancel = context.timer.after(startSeconds, () =>
      failed(startFailure(`no word in ${startSeconds} s`)),
    );
    child.on("error", (cause) => failed(startFailure(cause.message)));
    child.on("close", (code) => failed(retold(complaint) ?? startFailure(`exit status ${code}`)));
    child.stderr?.on("data", (chunk) => {
      complaint = (complaint + String(chunk)).slice(-2000);
    });
    child.stdout?.on("data", (chunk) => {
      printed += String(chunk);
      const ready = readyIn(printed);
      if (ready === undefined) return;
      cancel();
      child.removeAllListeners("close");
      resolve(ready);
    });
  });
}

const startFailure = (why: string): LabError =>
  new LabError("ENVIRONMENT", `the emulator did not start: ${why}`, {
    next: "run `pcmlab emulator` by hand",
  });

/** The failure that the emulator printed, as if it had happened here. */
function retold(printed: string): LabError | undefined {
  const match = /^pcmlab: (.+) \[([A-Z_]+)\]\n(?: {2}next: (.+)\n)?/m.exec(printed);
  const code = errorCodes.find((known) => known === match?.[2]);
  if (match === null || code === undefined) return undefined;
  return new LabError(code, match[1] ?? "", match[3] === undefined ? {} : { next: match[3] });
}

function readyIn(printed: string): Ready | undefined {
  if (!printed.trimEnd().endsWith("}")) return undefined;
  return readySchema.parse(JSON.parse(printed));
}

/** Closing its stdin asks it to end; it is killed when it does not. */
function stopped(child: ChildProcess, context: Context): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const cancel = context.timer.after(stopSeconds, () => child.kill("SIGKILL"));
    child.once("exit", () => {
      cancel();
      resolve();
    });
    child.stdin?.end();
  });
}
