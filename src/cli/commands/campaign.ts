/** pcmlab campaign new | start | status | pause | resume | stop | unit */

import type { Argv } from "yargs";
import { LabError } from "../../core/errors.ts";
import { confirmed } from "../confirm.ts";
import type { Context } from "../context.ts";
import { campaignOption, planOptions, startOptions } from "./campaign-options.ts";
import { boardOptions, storeOption, yesOption } from "./options.ts";
import { summaries } from "./summaries.ts";

const { record: _, ...board } = boardOptions;

export const campaignCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command("campaign", summaries.campaign, (command) => {
    const all = [
      newCommand,
      startCommand,
      statusCommand,
      pauseCommand,
      resumeCommand,
      stopCommand,
      unitCommand,
    ];
    for (const add of all) add(command, context);
    return command
      .example("$0 campaign new --help", "its options, with examples")
      .demandCommand(1, "name one of new, start, status, pause, resume, stop, unit");
  });

const newCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "new",
    "plan a campaign: what is read when",
    (command) =>
      command
        .options({ ...board, store: storeOption, ...planOptions })
        .example("$0 campaign new --chip ./fusion --store run.db --at 25s,1min..30d/12", "drift for a month")
        .example(
          "$0 campaign new --chip ./fusion --store run.db --plan plan.toml",
          "the same names in a file",
        ),
    async (args) => {
      const { newCampaign } = await import("../actions/campaign-new.ts");
      const { settingsOf } = await import("../campaign/plan-settings.ts");
      await newCampaign({ ...args, settings: settingsOf(args) }, context);
    },
  );

const startCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "start",
    "run the campaign, or go on with it, until its end",
    (command) =>
      command
        .options({ ...board, store: storeOption, ...startOptions })
        .example("$0 campaign start --chip ./fusion --store run.db", "Ctrl-C pauses it"),
    async (args) => {
      const { startCampaign } = await import("../actions/campaign-start.ts");
      await startCampaign(args, context);
    },
  );

const statusCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "status",
    "how far it is, from the store alone",
    (command) =>
      command
        .options({
          store: storeOption,
          campaign: campaignOption,
          all: { type: "boolean", default: false, describe: "every campaign of the store" },
        })
        .example("$0 campaign status --store run.db", "also while it runs"),
    async (args) => {
      const { campaignStatus } = await import("../actions/campaign-status.ts");
      campaignStatus(args, context);
    },
  );

const pauseCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "pause",
    "ask the process that runs it to leave the board alone for a while",
    (command) =>
      command
        .options({ store: storeOption, campaign: campaignOption })
        .example("$0 campaign pause --store run.db", "another program may use the board then"),
    async (args) => {
      const { askCampaign } = await import("../actions/campaign-ask.ts");
      await askCampaign("pause", args, context);
    },
  );

const resumeCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "resume",
    "go on with a campaign that was paused, in its process or in this one",
    (command) =>
      command
        .options({
          ...board,
          chip: { ...board.chip, demandOption: false },
          store: storeOption,
          ...startOptions,
        })
        .example("$0 campaign resume --store run.db", "the process that paused goes on"),
    async ({ chip, ...args }) => {
      const { askCampaign } = await import("../actions/campaign-ask.ts");
      if (await askCampaign("resume", args, context)) return;
      if (chip === undefined)
        throw new LabError("USAGE", "no process runs the campaign, and this one is told of no board", {
          next: "name it with --chip",
        });
      const { startCampaign } = await import("../actions/campaign-start.ts");
      await startCampaign({ ...args, chip }, context);
    },
  );

const stopCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "stop",
    "end it for good: what was not read is missed",
    (command) =>
      command
        .options({ store: storeOption, campaign: campaignOption, yes: yesOption })
        .example("$0 campaign stop --store run.db --yes", "it cannot be resumed"),
    async ({ yes, ...args }) => {
      await confirmed(
        `the campaign of ${args.store} ends for good: what was not read is missed`,
        yes,
        context,
      );
      const { askCampaign } = await import("../actions/campaign-ask.ts");
      await askCampaign("stop", args, context);
    },
  );

const unitCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "unit",
    "print a systemd unit that starts it with the machine",
    (command) =>
      command
        .options({ ...board, store: storeOption, ...startOptions })
        .example(
          "$0 campaign unit --chip /dev/ttyACM0 --store run.db > pcmlab.service",
          "then systemctl enable",
        ),
    async (args) => {
      const { campaignUnit } = await import("../actions/campaign-status.ts");
      campaignUnit(args, context);
    },
  );
