/** All commands by name, in the order of the help. */

import type { Argv } from "yargs";
import { type Commands, declaredBy } from "../config/declared.ts";
import type { Context } from "../context.ts";
import { calibrateCommand } from "./calibrate.ts";
import { campaignCommand } from "./campaign.ts";
import { compareProgrammingCommand } from "./compare-programming.ts";
import { configCommand, initCommand } from "./config.ts";
import { conformanceCommand } from "./conformance.ts";
import { dashboardCommand } from "./dashboard.ts";
import { demoCommand } from "./demo.ts";
import { devicesCommand } from "./devices.ts";
import { doctorCommand } from "./doctor.ts";
import { driftCommand } from "./drift.ts";
import { emulatorCommand } from "./emulator.ts";
import { exportCommand } from "./export.ts";
import { globalOptions } from "./global-options.ts";
import { identifyCommand } from "./identify.ts";
import { inferCommand } from "./infer.ts";
import { linkCommand } from "./link.ts";
import { lockCommand } from "./lock.ts";
import { networkCommand } from "./network.ts";
import { profileCommand } from "./profile.ts";
import { programCommand } from "./program.ts";
import { readCommand } from "./read.ts";
import { replayCommand } from "./replay.ts";
import { reportCommand } from "./report.ts";
import { resumeCommand } from "./resume.ts";
import { storeCommand } from "./store.ts";
import { sweepCommand } from "./sweep.ts";
import { traceCommand } from "./trace.ts";
import { twinCommand } from "./twin.ts";
import { validateCommand } from "./validate.ts";
import { wearCommand } from "./wear.ts";
import { whyCommand } from "./why.ts";

export const commands: Readonly<Record<string, (yargs: Argv, context: Context) => Argv>> = {
  emulator: emulatorCommand,
  profile: profileCommand,
  devices: devicesCommand,
  doctor: doctorCommand,
  identify: identifyCommand,
  link: linkCommand,
  lock: lockCommand,
  network: networkCommand,
  calibrate: calibrateCommand,
  program: programCommand,
  resume: resumeCommand,
  read: readCommand,
  drift: driftCommand,
  infer: inferCommand,
  validate: validateCommand,
  why: whyCommand,
  report: reportCommand,
  campaign: campaignCommand,
  dashboard: dashboardCommand,
  "compare-programming": compareProgrammingCommand,
  sweep: sweepCommand,
  replay: replayCommand,
  trace: traceCommand,
  conformance: conformanceCommand,
  wear: wearCommand,
  store: storeCommand,
  twin: twinCommand,
  export: exportCommand,
  init: (yargs, context) => initCommand(yargs, context, () => declaredCommands(context)),
  config: (yargs, context) => configCommand(yargs, context, () => declaredCommands(context)),
  demo: demoCommand,
};

/** What every command declares; a config file may set it, but not name another file. The context is for those that run, and none does. */
export function declaredCommands(context: Context): Commands {
  return new Map(
    Object.entries(commands).map(([name, declare]) => [
      name,
      declaredBy((recorder) => declare(recorder.options(globalOptions), context)).filter(
        (option) => option.name !== "config",
      ),
    ]),
  );
}
