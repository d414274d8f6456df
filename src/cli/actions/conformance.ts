/** Checks a board against SPEC.md and prints what it found; the exit code is 1 when a rule is broken. */

import { exec } from "node:child_process";
import { parseResource, type Resource } from "../../../drivers/chip/resource.ts";
import { openSerial } from "../../../drivers/serial/serial-transport.ts";
import { openTcp } from "../../../drivers/tcp/tcp-transport.ts";
import type { Transport } from "../../../drivers/transport/transport.ts";
import { openUsb } from "../../../drivers/usb/open.ts";
import type { Descriptor } from "../../chip/descriptor.ts";
import type { Region } from "../../chip/region.ts";
import { cellAt } from "../../conformance/board.ts";
import { conforms, countsOf, type Report } from "../../conformance/report.ts";
import type { Rule } from "../../conformance/rule.ts";
import { allRules } from "../../conformance/rules/all.ts";
import { runConformance } from "../../conformance/run.ts";
import { tableOf } from "../../conformance/table.ts";
import { errorCatalogue, LabError, textOf } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import { type RecordArguments, whileRecording } from "./while-recording.ts";

export interface ConformanceArguments extends RecordArguments {
  readonly baud: number;
  readonly pulses: boolean;
  readonly cell?: string | undefined;
  readonly only?: string | undefined;
  readonly powerCycle?: string | undefined;
}

/** No failure of pcmlab, so no code of its own: the board was checked and breaks a rule, or the run did not come to its end. */
const notConforming = 1;

/** A board that boots Linux or trains a converter takes a while. */
const bootAttempts = 30;
const bootPauseSeconds = 2;
const cycleSeconds = 60;

export async function conformance(args: ConformanceArguments, context: Context): Promise<void> {
  const rules = chosenRules(args.only);
  const cellFrom = args.cell === undefined ? undefined : cellNamed(args.cell);
  const report = await whileRecording(args, context, (wrap) => check(args, rules, cellFrom, wrap, context));
  const document = {
    resource: args.chip,
    conforms: conforms(report),
    counts: countsOf(report.results),
    ...report,
  };
  context.output.result(document, tableOf(report));
  if (context.stop.aborted) process.exitCode = errorCatalogue.INTERRUPTED.exitCode;
  else if (!conforms(report)) process.exitCode = notConforming;
}

async function check(
  args: ConformanceArguments,
  rules: readonly Rule[],
  cellFrom: ((descriptor: Descriptor) => Region) | undefined,
  wrap: ((transport: Transport) => Transport) | undefined,
  context: Context,
): Promise<Report> {
  const resource = parseResource(args.chip);
  const connect = async (): Promise<Transport> => {
    const transport = await openTransport(resource, args.baud, context);
    return wrap?.(transport) ?? transport;
  };
  const { powerCycle: command } = args;
  const powerCycle = command === undefined ? undefined : () => switchedOffAndOn(command, connect, context);
  const progress = context.output.progress("checking", "rules", rules.length);
  const report = await runConformance({
    transport: await connect(),
    timer: context.timer,
    rules,
    pulses: args.pulses,
    cable: resource.kind === "usb" ? "messages" : "stream",
    cellFrom,
    connect,
    powerCycle,
    stop: context.stop,
    beginning: () => progress.advance(1),
  });
  progress.end();
  return report;
}

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

/** Without the identification that drivers/chip/connect.ts makes, since that is what is checked. */
async function openTransport(resource: Resource, baudRate: number, { timer }: Context): Promise<Transport> {
  switch (resource.kind) {
    case "tcp":
      return openTcp(resource.host, resource.port, timer);
    case "usb":
      return openUsb(resource, timer);
    case "serial":
      return openSerial(resource.path, timer, baudRate);
    default:
      return resource satisfies never;
  }
}

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
