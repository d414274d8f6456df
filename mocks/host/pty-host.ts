/**
 * The emulated board behind a pseudo-terminal, which a serial driver opens like any port. `node-pty` gives a usable master
 * only for a process that it starts, so it starts a sleeper that holds the slave side open between clients.
 */

import { lstat, readlink, rename, stat, symlink, unlink } from "node:fs/promises";
import { resolve } from "node:path";
import type { IPty } from "node-pty";
import type { Clock, Timer } from "../../src/core/clock.ts";
import { LabError, textOf } from "../../src/core/errors.ts";
import { type BoundedWriter, boundedWriter } from "./bounded-writer.ts";
import { type HostedBoard, type ServedLine, serveLine } from "./line-server.ts";
import { pacedLine } from "./paced-line.ts";

export interface PtyHost {
  /** The device that the operating system gave, for example /dev/pts/3. */
  readonly device: string;
  close(): Promise<void>;
}

/** Puts bytes on the line; comes back when it can take more, or at once where it takes all. */
export type WriteLine = (bytes: Uint8Array) => Promise<void> | undefined;

export type LineServer = (board: HostedBoard, timer: Timer, write: WriteLine) => ServedLine;

export interface PtyOptions {
  /** Plain lines alone unless given; mocks/link serves lines with a link. */
  readonly serve?: LineServer;
  /** Holds both directions to the rate of a UART. */
  readonly pace?: { readonly baud: number; readonly clock: Clock };
}

const servePlain: LineServer = (board, timer, write) => serveLine(board.openLine(write), timer, write);

/** What a paced line may hold of what came in, before the far end has to wait. */
const maxWaitingBytes = 4096;

/** Prints the terminal's name, makes it transparent for all byte values, says so, and sleeps. */
const sleeper = 'tty && stty raw -echo && printf "ready\\n" && exec sleep 2147483647';
const startSeconds = 5;

/**
 * Serves the board on a new pseudo-terminal and links `path` to it.
 * @throws LabError ENVIRONMENT where there are no pseudo-terminals, USAGE when `path` is taken by something else.
 */
export async function hostOnPty(
  board: HostedBoard,
  path: string,
  timer: Timer,
  options: PtyOptions = {},
): Promise<PtyHost> {
  await assertLinkable(path, timer);
  const pty = await spawnSleeper();
  const device = await deviceOf(pty, timer);
  const writer = boundedWriter(descriptorOf(pty), timer);
  const ends = joined(pty, writer, timer, options.pace, (write) =>
    (options.serve ?? servePlain)(board, timer, write),
  );
  await linkTo(device, path).catch((failure: unknown) => {
    pty.kill("SIGKILL");
    throw failure;
  });
  return {
    device,
    async close() {
      const target = await readlink(path).catch(() => undefined);
      if (target === device) await unlink(path).catch(() => {});
      for (const end of [...ends, writer]) end.stop();
      pty.kill("SIGKILL");
    },
  };
}

interface Stoppable {
  stop(): void;
}

/** Joins a server to the terminal, through paced lines where there is a pace; returns what is to be stopped at the end. */
function joined(
  pty: IPty,
  writer: BoundedWriter,
  timer: Timer,
  pace: PtyOptions["pace"],
  serve: (write: WriteLine) => ServedLine,
): Stoppable[] {
  const put: WriteLine = (bytes) => writer.put(bytes);
  // With encoding null node-pty hands out buffers, whatever its types say.
  const listen = (take: (chunk: Uint8Array) => void): void =>
    void pty.onData((data: string | Uint8Array) =>
      take(typeof data === "string" ? Buffer.from(data, "latin1") : data),
    );
  if (pace === undefined) {
    const line = serve(put);
    listen((chunk) => {
      const working = line.receive(chunk);
      if (working === undefined) return;
      pty.pause();
      void working.then(() => pty.resume());
    });
    return [line];
  }
  const outward = pacedLine(pace.baud, pace.clock, timer, put);
  const line = serve((bytes) => outward.push(bytes));
  const flow = (): void => {
    if (inward.waitingBytes <= maxWaitingBytes) pty.resume();
    else pty.pause();
  };
  const inward = pacedLine(pace.baud, pace.clock, timer, (bytes) => {
    flow();
    return line.receive(bytes);
  });
  listen((chunk) => {
    void inward.push(chunk);
    flow();
  });
  return [line, inward, outward];
}

/** The master side; node-pty keeps it from its types, and its own writes queue without a bound. */
function descriptorOf(pty: IPty): number {
  if ("fd" in pty && typeof pty.fd === "number") return pty.fd;
  throw new LabError("ENVIRONMENT", "this version of node-pty does not show its terminal", {
    next: "run `npm ci`, or use --tcp PORT instead of --pty PATH",
  });
}

async function spawnSleeper(): Promise<IPty> {
  if (process.platform === "win32") {
    const next = "use --tcp PORT instead of --pty PATH";
    throw new LabError("ENVIRONMENT", "this system has no pseudo-terminals that look like serial ports", {
      next,
    });
  }
  try {
    const { spawn } = await import("node-pty");
    return spawn("/bin/sh", ["-c", sleeper], { encoding: null });
  } catch (cause) {
    const next = "use --tcp PORT instead of --pty PATH, or run `npm rebuild node-pty`";
    throw new LabError("ENVIRONMENT", `no pseudo-terminal could be made: ${textOf(cause)}`, { next, cause });
  }
}

function deviceOf(pty: IPty, timer: Timer): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const failed = (why: string): void => {
      pty.kill("SIGKILL");
      reject(
        new LabError("ENVIRONMENT", `the pseudo-terminal did not start: ${why}`, { next: "use --tcp PORT" }),
      );
    };
    const cancel = timer.after(startSeconds, () => failed(`no answer in ${startSeconds} s`));
    const exit = pty.onExit(({ exitCode }) =>
      failed(`its holder ended with status ${exitCode}: ${text.trim()}`),
    );
    const data = pty.onData((chunk) => {
      text += String(chunk);
      if (!/ready\r?\n/.test(text)) return;
      for (const listener of [data, exit]) listener.dispose();
      cancel();
      // Something may have been written to the terminal before it was made silent, and be echoed here.
      resolve(/\/dev\/\S+/.exec(text)?.[0] ?? "");
    });
  });
}

/** How long the terminal of an emulator that was killed a moment ago may still be there. */
const vanishingSeconds = 1;
const vanishingChecks = 10;

/** A link that leads nowhere any more was left behind by an emulator that was killed; anything else is somebody's. */
async function assertLinkable(path: string, timer: Timer): Promise<void> {
  for (let checks = 1; ; checks++) {
    const taken = await whyTaken(path);
    if (taken === undefined) return;
    if (!taken.mayVanish || checks === vanishingChecks)
      throw new LabError("USAGE", `${path} ${taken.why}`, {
        next: "choose another name for --pty, or remove it",
      });
    await new Promise<void>((resolve) => void timer.after(vanishingSeconds / vanishingChecks, resolve));
  }
}

async function whyTaken(path: string): Promise<{ why: string; mayVanish: boolean } | undefined> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (!found.isSymbolicLink()) return { why: "exists and is not a link", mayVanish: false };
  const target = await stat(path).catch(() => undefined);
  if (target === undefined) return undefined;
  return { why: `is in use: it links to ${await readlink(path)}`, mayVanish: target.isCharacterDevice() };
}

async function linkTo(device: string, path: string): Promise<void> {
  const fresh = `${resolve(path)}.${process.pid}`;
  try {
    await symlink(device, fresh);
    await rename(fresh, path);
  } catch (cause) {
    const next = "choose a --pty path in a folder that exists and that you may write to";
    throw new LabError("USAGE", `${path} cannot be linked to ${device}: ${textOf(cause)}`, { next, cause });
  }
}
