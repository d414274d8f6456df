/** All commands by name, in the order of the help. A command is loaded when it is named. */

import type { Argv } from "yargs";
import { type Commands, declaredBy } from "../config/declared.ts";
import type { Context } from "../context.ts";
import { globalOptions } from "./global-options.ts";
import { type CommandName, commandNames } from "./summaries.ts";

export { commandNames };

export type Declare = (yargs: Argv, context: Context) => Argv;

const loads: Readonly<Record<CommandName, () => Promise<Declare>>> = {
  emulator: async () => (await import("./emulator.ts")).emulatorCommand,
  profile: async () => (await import("./profile.ts")).profileCommand,
  devices: async () => (await import("./devices.ts")).devicesCommand,
  doctor: async () => (await import("./doctor.ts")).doctorCommand,
  identify: async () => (await import("./identify.ts")).identifyCommand,
  link: async () => (await import("./link.ts")).linkCommand,
  lock: async () => (await import("./lock.ts")).lockCommand,
  network: async () => (await import("./network.ts")).networkCommand,
  calibrate: async () => (await import("./calibrate.ts")).calibrateCommand,
  program: async () => (await import("./program.ts")).programCommand,
  resume: async () => (await import("./resume.ts")).resumeCommand,
  read: async () => (await import("./read.ts")).readCommand,
  drift: async () => (await import("./drift.ts")).driftCommand,
  infer: async () => (await import("./infer.ts")).inferCommand,
  validate: async () => (await import("./validate.ts")).validateCommand,
  why: async () => (await import("./why.ts")).whyCommand,
  report: async () => (await import("./report.ts")).reportCommand,
  campaign: async () => (await import("./campaign.ts")).campaignCommand,
  dashboard: async () => (await import("./dashboard.ts")).dashboardCommand,
  "compare-programming": async () => (await import("./compare-programming.ts")).compareProgrammingCommand,
  sweep: async () => (await import("./sweep.ts")).sweepCommand,
  replay: async () => (await import("./replay.ts")).replayCommand,
  trace: async () => (await import("./trace.ts")).traceCommand,
  conformance: async () => (await import("./conformance.ts")).conformanceCommand,
  wear: async () => (await import("./wear.ts")).wearCommand,
  store: async () => (await import("./store.ts")).storeCommand,
  twin: async () => (await import("./twin.ts")).twinCommand,
  export: async () => (await import("./export.ts")).exportCommand,
  init: async () => {
    const { initCommand } = await import("./config.ts");
    return (yargs, context) => initCommand(yargs, context, () => declaredCommands(context));
  },
  config: async () => {
    const { configCommand } = await import("./config.ts");
    return (yargs, context) => configCommand(yargs, context, () => declaredCommands(context));
  },
  demo: async () => (await import("./demo.ts")).demoCommand,
};

/** The command of that name alone; all of them for any other word, since help and suggestions are about all. */
export function loadCommands(name: string | undefined): Promise<readonly Declare[]> {
  const one = commandNames.find((known) => known === name);
  return Promise.all((one === undefined ? commandNames : [one]).map((known) => loads[known]()));
}

/** What every command declares; a config file may set it, but not name another file. The context is for those that run, and none does. */
export async function declaredCommands(context: Context): Promise<Commands> {
  const declared = await loadCommands(undefined);
  return new Map(
    declared.map((declare, n) => [
      commandNames[n] ?? "",
      declaredBy((recorder) => declare(recorder.options(globalOptions), context)).filter(
        (option) => option.name !== "config",
      ),
    ]),
  );
}
