/** A chip for commands that pulse: its limits, its envelope, narrowed where the user wants, and its wear ledger stand before it. */

import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { Chip } from "../../chip/chip.ts";
import type { Descriptor } from "../../chip/descriptor.ts";
import { withLimits } from "../../chip/limits.ts";
import { type Narrowing, narrowed, narrowingSchema } from "../../chip/narrowing.ts";
import { withLedger } from "../../chip/wear-ledger.ts";
import { withEnvelope } from "../../chip/with-envelope.ts";
import { LabError, textOf } from "../../core/errors.ts";
import { type ChipLedger, openLedger } from "../../store/ledger/chip-ledger.ts";
import type { Context } from "../context.ts";
import { ledgerFolder } from "../ledger-folder.ts";
import type { Output } from "../output.ts";
import { untilLeft } from "../until-left.ts";

export interface GuardArguments {
  /** Folder of the wear ledgers. */
  readonly ledger?: string | undefined;
  readonly maxPulsesPerCell?: number | undefined;
  /** Of the run that is resumed. */
  readonly limits?: Narrowing | undefined;
  /** A JSON file of limits. */
  readonly envelope?: string | undefined;
  /** On a chip that is made for this once, whose ledger is always new. */
  readonly rehearsal?: boolean | undefined;
}

export interface Guarded {
  readonly chip: Chip;
  readonly ledger: ChipLedger;
}

/**
 * `work` gets the chip behind its limits; the ledger is closed after it.
 * @throws LabError LIMIT for an envelope that is wider than the chip's or contradicts itself, BAD_DATA for a file that is none, STORE
 * for a ledger that cannot be used.
 */
export async function withGuardedChip<T>(
  args: GuardArguments,
  board: Chip,
  context: Context,
  work: (guarded: Guarded) => Promise<T>,
): Promise<T> {
  const descriptor = narrowed(narrowed(board.descriptor, args.limits ?? {}), limitsOf(args));
  const ledger = ledgerFor(board.descriptor, args, context, descriptor.envelope?.maxPulsesPerCell);
  try {
    const booked = { ...withLedger(board, ledger), descriptor };
    // A train that waited for its duty is not sent any more once the board was left.
    const chip = await withEnvelope(untilLeft(booked, context.boards));
    return await work({ chip: withLimits(chip), ledger });
  } finally {
    ledger.close();
  }
}

/** @param descriptor the board's own; a user's narrower `maxPulsesPerCell` is not the chip's. */
function ledgerFor(
  descriptor: Descriptor,
  { ledger: folder, rehearsal }: GuardArguments,
  context: Context,
  maxPulsesPerCell: number | undefined,
): ChipLedger {
  const [command = ""] = context.commandLine;
  const sinceWallSeconds = context.clock.wallSeconds();
  const owner = { process: process.pid, host: hostname(), command, sinceWallSeconds };
  const ledger = openLedger(ledgerFolder(folder), descriptor, owner, maxPulsesPerCell);
  if (rehearsal !== true) warnOfNewLedger(ledger, context.output);
  const { trains, pulses } = ledger.unsettled;
  if (trains > 0)
    context.output.warn(
      `a process that was killed left pulse trains unsettled (${trains}); their pulses (${pulses}) count as wear`,
    );
  return ledger;
}

/** A ledger that was lost, or that lies in another folder, does not protect the chip. */
export function warnOfNewLedger({ isNew, path }: ChipLedger, output: Pick<Output, "warn">): void {
  if (!isNew) return;
  output.warn(
    `this chip has no wear ledger yet: its first pulse begins one at ${path}; if it was pulsed before, name the folder of its ledger with --ledger`,
  );
}

/** The user's own limits. @throws LabError BAD_DATA, or LIMIT when file and option contradict each other. */
export function limitsOf({ envelope: path, maxPulsesPerCell }: GuardArguments): Narrowing {
  const file = path === undefined ? {} : narrowingFrom(path);
  if (maxPulsesPerCell === undefined) return file;
  if (file.maxPulsesPerCell !== undefined && file.maxPulsesPerCell !== maxPulsesPerCell)
    throw new LabError(
      "LIMIT",
      `--max-pulses-per-cell is ${maxPulsesPerCell}, maxPulsesPerCell of ${path} is ${file.maxPulsesPerCell}`,
      { next: "leave one of them away" },
    );
  return { ...file, maxPulsesPerCell };
}

function narrowingFrom(path: string): Narrowing {
  try {
    return narrowingSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new LabError(
      "BAD_DATA",
      `the envelope ${path} cannot be used: ${textOf(cause).replace(/\s+/g, " ")}`,
      {
        cause,
        next: `write a JSON object of any of ${Object.keys(narrowingSchema.shape).join(", ")}`,
      },
    );
  }
}
