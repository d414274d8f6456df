/**
 * Boards of other people: a module that implements the Chip port, loaded by name. It is given what it needs, so that it need not
 * import anything of pcmlab when it runs; its types come from the package. `examples/driver` is a whole one.
 */

import { createRequire } from "node:module";
import { isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Chip } from "../../src/chip/chip.ts";
import type { ChipLock } from "../../src/chip/lock.ts";
import type { OpenedChip } from "../../src/chip/opened-chip.ts";
import type { Clock, Timer } from "../../src/core/clock.ts";
import { type ErrorCode, LabError, textOf } from "../../src/core/errors.ts";
import { drivenChip } from "./driven-chip.ts";
import { sleepUntil } from "./sleep-until.ts";

/** What a driver may return beyond the Chip port, and what of the port it need not have. */
export interface DrivenChip extends Omit<Chip, "measureCurrents"> {
  /** Needed when the descriptor has the feature "measure-current". */
  measureCurrents?: Chip["measureCurrents"];
  /** Needed when the descriptor has the feature "lock": the board keeps all but one program from changing the chip. */
  lock?: ChipLock;
  /** Who the board says it is, in one line; made from the descriptor when missing. */
  readonly identification?: string;
  /**
   * A number that is new at every power-up of the board, asked for at opening and around everything whose times count.
   * Without it a board that lost its power cannot be noticed.
   */
  bootId?(): Promise<number>;
}

export interface DriverTools {
  readonly timer: Timer;
  readonly clock: Clock;
  /** An expected failure: shown in one line and with what to do next, with the exit code of its code. */
  failure(code: ErrorCode, message: string, next?: string): Error;
  /** `waitUntil` for a chip whose clock only passes; `now` asks it. */
  sleepUntil(chipSeconds: number, now: () => Promise<number>, signal?: AbortSignal): Promise<number>;
}

/** What the module exports: `export async function openChip(address, tools)`. */
export type OpenChip = (address: string, tools: DriverTools) => Promise<DrivenChip>;

/**
 * Opens `address` with the module `name`: a path, when it begins with "." or "/", else a package.
 * @throws LabError DRIVER when the module cannot be used, or what it throws when the board cannot be opened.
 */
export async function openWithDriver(
  name: string,
  address: string,
  { timer, clock }: { readonly timer: Timer; readonly clock: Clock },
): Promise<OpenedChip> {
  const openChip = openChipOf(name, await loaded(name));
  const tools: DriverTools = {
    timer,
    clock,
    failure: (code, message, next = usualNext(code, address)) =>
      new LabError(code, message, next === undefined ? {} : { next }),
    sleepUntil: (chipSeconds, now, signal) => sleepUntil(chipSeconds, now, timer, signal),
  };
  return drivenChip(await opened(openChip, name, address, tools), name, address);
}

/** What pcmlab would say by itself lists boards that need no driver. */
const usualNext = (code: ErrorCode, address: string): string | undefined =>
  code === "PORT_MISSING"
    ? `check that the board is on, and that --chip ${address} is its address`
    : undefined;

async function opened(
  openChip: OpenChip,
  name: string,
  address: string,
  tools: DriverTools,
): Promise<unknown> {
  try {
    return await openChip(address, tools);
  } catch (cause) {
    if (cause instanceof LabError) throw cause;
    throw new LabError("DRIVER", `${name} could not open ${address}: ${textOf(cause)}`, {
      cause,
      next: "check the board and its address; --verbose shows where the driver failed",
    });
  }
}

async function loaded(name: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(fileOf(name)).href);
  } catch (cause) {
    if (cause instanceof LabError) throw cause;
    throw new LabError("DRIVER", `the driver ${name} cannot be loaded: ${textOf(cause)}`, {
      cause,
      next: "check the path; a driver is a JavaScript module (.mjs), or TypeScript where Node can read it",
    });
  }
}

const fileOf = (name: string): string =>
  name.startsWith(".") || isAbsolute(name) ? resolve(name) : entryOf(name);

/** @throws LabError DRIVER where no such package is installed. */
function entryOf(name: string): string {
  try {
    return createRequire(join(process.cwd(), "driver.js")).resolve(name);
  } catch (cause) {
    throw new LabError("DRIVER", `the driver ${name} is no package that is installed here`, {
      cause,
      next: `write ./${name} if it is a file`,
    });
  }
}

function openChipOf(name: string, module: unknown): OpenChip {
  const found =
    typeof module === "object" && module !== null && "openChip" in module ? module.openChip : null;
  if (isOpenChip(found)) return found;
  throw new LabError("DRIVER", `the driver ${name} exports no function openChip`, {
    next: "write `export async function openChip(address, tools)`, as examples/driver does",
  });
}

const isOpenChip = (value: unknown): value is OpenChip => typeof value === "function";
