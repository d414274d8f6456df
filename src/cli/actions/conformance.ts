/** Checks a board against SPEC.md and prints what it found; the exit code says whether it conforms. */

import { exec } from "node:child_process";
import { openLine } from "../../../drivers/chip/open-line.ts";
import { parseResource } from "../../../drivers/chip/resource.ts";
import type { Transport } from "../../../drivers/transport/transport.ts";
import { requestMessage } from "../../../firmware-protocol/operation/operation.ts";
import { safeOff } from "../../../firmware-protocol/operation/safe-off.ts";
import type { Descriptor } from "../../chip/descriptor.ts";
import type { Region } from "../../chip/region.ts";
import { cellAt } from "../../conformance/board.ts";
import { type Conformance, conformanceOf, countsOf, type Report } from "../../conformance/report.ts";
import type { Rule } from "../../conformance/rule.ts";
import { allRules } from "../../conformance/rules/all.ts";
import { runConformance } from "../../conformance/run.ts";
import { tableOf } from "../../conformance/table.ts";
import { errorCatalogue, LabError, textOf } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import type { Leavable } from "../open-boards.ts";
import { type RecordArguments, whileRecording } from "./while-recording.ts";

export interface ConformanceArguments extends RecordArguments {
  readonly baud: number;
  readonly pulses: boolean;
  readonly cell?: string | undefined;
  readonly only?: string | undefined;
  readonly powerCycle?: string | undefined;
}

/** No failures of pcmlab, so not of its catalogue of errors: the board was checked. */
const exitCodes: Readonly<Record<Conformance, number>> = { conforms: 0, broken: 1, incomplete: 10 };

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
    conformance: conformanceOf(report),
    counts: countsOf(report.results),
    ...report,
  };
  context.output.result(document, tableOf(report));
  if (context.stop.aborted) process.exitCode = errorCatalogue.INTERRUPTED.exitCode;
  else process.exitCode = exitCodes[conformanceOf(report)];
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
    // Without the identification that drivers/chip/connect.ts makes, since that is what is checked.
    const { transport } = await openLine(resource, { timer: context.timer, baudRate: args.baud });
    const recorded = wrap?.(transport) ?? transport;
    context.boards.add(args.chip, Promise.resolve(leavable(recorded)));
    return recorded;
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
