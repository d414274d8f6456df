/** Checks a board against SPEC.md and prints what it found; the exit code says whether it conforms. */

import { exec } from "node:child_process";
import { type LinkUse, openLine } from "../../../drivers/chip/open-line.ts";
import { parseResource, type Resource } from "../../../drivers/chip/resource.ts";
import { openSerialUngreeted } from "../../../drivers/serial/serial-transport.ts";
import type { Transport } from "../../../drivers/transport/transport.ts";
import { requestMessage } from "../../../firmware-protocol/operation/operation.ts";
import { safeOff } from "../../../firmware-protocol/operation/safe-off.ts";
import type { Descriptor } from "../../chip/descriptor.ts";
import type { Region } from "../../chip/region.ts";
import { cellAt, lastCell } from "../../conformance/board.ts";
import {
  type Conformance,
  conformanceOf,
  countsOf,
  pulsesGiven,
  type Report,
} from "../../conformance/report.ts";
import type { Rule } from "../../conformance/rule.ts";
import { allRules } from "../../conformance/rules/all.ts";
import { runConformance } from "../../conformance/run.ts";
import { tableOf } from "../../conformance/table.ts";
import { errorCatalogue, LabError, textOf } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import { verdicts } from "../exit-codes.ts";
import type { Leavable } from "../open-boards.ts";
import type { CheckedCell } from "./conformance-wear.ts";
import { type RecordArguments, whileRecording } from "./while-recording.ts";

export interface ConformanceArguments extends RecordArguments {
  readonly baud: number;
  /** Whether messages travel through the reliable link. */
  readonly link: "on" | "off";
  readonly pulses: boolean;
  readonly ledger?: string | undefined;
  readonly cell?: string | undefined;
  readonly only?: string | undefined;
  readonly powerCycle?: string | undefined;
}

type CellFrom = (descriptor: Descriptor) => Region;

const exitCodes: Readonly<Record<Conformance, number>> = {
  conforms: 0,
  broken: verdicts.broken.exitCode,
  incomplete: verdicts.incomplete.exitCode,
};

/** A board that boots Linux or trains a converter takes a while. */
const bootAttempts = 30;
const bootPauseSeconds = 2;
const cycleSeconds = 60;

export async function conformance(args: ConformanceArguments, context: Context): Promise<void> {
  const rules = chosenRules(args.only);
  const cellFrom = args.cell === undefined ? lastCell : cellNamed(args.cell);
  const report = await booking(args, cellFrom, context, (cellOf) =>
    whileRecording(args, context, (wrap) => check(args, rules, cellOf, wrap, context)),
  );
  const document = {
    resource: args.chip,
    conformance: conformanceOf(report),
    counts: countsOf(report.results),
    ...report,
  };
  context.output.result(document, tableOf(report));
  if (context.stop.aborted) context.output.exitCode = errorCatalogue.INTERRUPTED.exitCode;
  else context.output.exitCode = exitCodes[conformanceOf(report)];
}

async function booking(
  { pulses, ledger }: ConformanceArguments,
  cellFrom: CellFrom,
  context: Context,
  checkWith: (cellFrom: CellFrom) => Promise<Report>,
): Promise<Report> {
  const books = pulses ? await import("./conformance-wear.ts") : undefined;
  const booked: CheckedCell[] = [];
  let given: number | undefined;
  try {
    const report = await checkWith((descriptor) => {
      const cell = cellFrom(descriptor);
      if (books !== undefined) booked.push(books.bookCheck(ledger, descriptor, cell, context));
      return cell;
    });
    given = pulsesGiven(report, allRules);
    return report;
  } finally {
    for (const cell of booked) cell.close(given);
  }
}

async function check(
  args: ConformanceArguments,
  rules: readonly Rule[],
  cellFrom: CellFrom,
  wrap: ((transport: Transport) => Transport) | undefined,
  context: Context,
): Promise<Report> {
  const resource = parseResource(args.chip);
  const { timer, stop } = context;
  const link = linkOver(resource, args, context);
  const leavableWhile = (transport: Transport): Transport => {
    context.boards.add(args.chip, Promise.resolve(leavable(transport)));
    return transport;
  };
  const connect = async (signal?: AbortSignal): Promise<Transport> => {
    // Without the identification that drivers/chip/connect.ts makes, since that is what is checked.
    const { transport } = await openLine(resource, { timer, baudRate: args.baud, link, signal });
    return leavableWhile(wrap?.(transport) ?? transport);
  };
  const port = barePort(resource, args, link);
  const { powerCycle: command } = args;
  const powerCycle = command === undefined ? undefined : () => switchedOffAndOn(command, connect, context);
  const progress = context.output.progress("checking", "rules", rules.length);
  const report = await runConformance({
    transport: await connect(stop),
    timer,
    rules,
    pulses: args.pulses,
    cable: resource.kind,
    cellFrom,
    // A rule under way is finished when the user stops.
    connect: () => connect(),
    port: port && (async () => leavableWhile(await port())),
    powerCycle,
    stop,
    beginning: () => progress.advance(1),
  });
  progress.end();
  return report;
}

/** How messages travel; undefined in plain lines. @throws LabError USAGE on a cable that has no link. */
function linkOver(
  resource: Resource,
  args: ConformanceArguments,
  { clock, prng }: Context,
): LinkUse | undefined {
  if (args.link === "off") return undefined;
  if (resource.kind === "serial") return { choice: "on", clock, prng };
  throw new LabError("USAGE", `${args.chip} is no serial line, and only these have a link`, {
    next: "leave --link away",
  });
}

/**
 * Opens the line below a link, where the messages have one. Frames of the kit's own are not recorded then: a recording is of
 * messages or of what a line carries.
 */
const barePort = (resource: Resource, { baud }: ConformanceArguments, link: LinkUse | undefined) =>
  resource.kind === "serial" && link !== undefined
    ? (): Promise<Transport> => openSerialUngreeted(resource.path, baud)
    : undefined;

/** @throws LabError USAGE when nothing begins so. */
function chosenRules(only: string | undefined): readonly Rule[] {
  if (only === undefined) return allRules;
  const beginnings = only.split(",").map((beginning) => beginning.trim());
  const nothing = beginnings.find(
    (start) => start === "" || !allRules.some(({ id }) => id.startsWith(start)),
  );
  if (nothing === undefined)
    return allRules.filter(({ id }) => beginnings.some((start) => id.startsWith(start)));
  const groups = [...new Set(allRules.map(({ id }) => id.split(".")[0]))].join(", ");
  throw new LabError("USAGE", `no rule begins with "${nothing}"`, { next: `the groups are ${groups}` });
}

/** @throws LabError USAGE. */
function cellNamed(text: string): (descriptor: Descriptor) => Region {
  const match = /^(\d{1,3}),(\d{1,5}),(\d{1,5})$/.exec(text);
  if (match === null)
    throw new LabError("USAGE", `--cell is "${text}"`, {
      next: "write it as ARRAY,ROW,COLUMN, for example 0,511,2047",
    });
  const [, array, row, column] = match.map(Number);
  return (descriptor) => cellAt(descriptor, array ?? 0, row ?? 0, column ?? 0);
}

/** A board in the middle of a check is told without waiting for its answer, which belongs to the check. */
const leavable = (transport: Transport): Leavable => ({
  safeOff: () => transport.write(requestMessage(safeOff, {})),
  close: () => transport.close(),
});

/** Runs the command, then connects until the board is there again. @throws LabError ENVIRONMENT, or of the last attempt. */
async function switchedOffAndOn(
  command: string,
  connect: () => Promise<Transport>,
  { timer }: Context,
): Promise<Transport> {
  await done(command);
  for (let attempt = 1; ; attempt++) {
    try {
      return await connect();
    } catch (failure) {
      if (attempt === bootAttempts) throw failure;
    }
    await new Promise<void>((resolve) => void timer.after(bootPauseSeconds, resolve));
  }
}

function done(command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    exec(command, { timeout: cycleSeconds * 1000 }, (cause) => {
      if (cause === null) return resolve();
      const next = "run it by hand; it must end with exit code 0 when the board has power again";
      reject(new LabError("ENVIRONMENT", `the power cycle failed: ${textOf(cause)}`, { cause, next }));
    });
  });
}
