/** Runs a campaign until its end, or until it is stopped; it goes on where another process left it. */

import { Hold } from "../../campaign/hold.ts";
import type { CampaignJob } from "../../campaign/job.ts";
import { planSchema } from "../../campaign/plan.ts";
import { Presence } from "../../campaign/presence.ts";
import { type CampaignEnding, runCampaign } from "../../campaign/run.ts";
import { chipIdentity, type Descriptor } from "../../chip/descriptor.ts";
import { nominalCalibration } from "../../chip/readout.ts";
import { LabError } from "../../core/errors.ts";
import type { StoredCampaign } from "../../store/campaign-rows.ts";
import { calibrationId } from "../../store/identity.ts";
import { openStore, type Store } from "../../store/store.ts";
import { Alarms } from "../campaign/alarms.ts";
import { CampaignBoards } from "../campaign/board-source.ts";
import { type CampaignLog, campaignLog } from "../campaign/campaign-log.ts";
import { chosenCampaign, isOver } from "../campaign/chosen-campaign.ts";
import { boardOwner, hasEnded, lockOwner } from "../campaign/lock-owner.ts";
import { statusOf, statusText } from "../campaign/status-report.ts";
import type { Context } from "../context.ts";
import { recorded, toolVersion } from "../provenance.ts";
import type { BoardArguments } from "./open-board.ts";

export interface StartArguments extends BoardArguments {
  readonly store: string;
  /** The newest when missing. */
  readonly campaign?: number | undefined;
  readonly webhook?: string | undefined;
  readonly hook?: string | undefined;
  readonly log?: string | undefined;
}

/** @throws LabError INTERRUPTED when the user stops it, LOCKED when another process runs it, and what ends it otherwise. */
export async function startCampaign(args: StartArguments, context: Context): Promise<CampaignEnding> {
  const store = openStore(args.store, { mode: "existing" });
  try {
    const campaign = chosenCampaign(store, args.campaign);
    if (isOver(store, campaign)) return over(store, campaign, context);
    const descriptor = descriptorOf(store, campaign);
    const log = campaignLog(args.log, campaign.id, context.clock);
    const hold = holdOf(store, campaign, descriptor, context);
    const ending = await run({ args, store, campaign, descriptor, hold, log }, context).finally(() =>
      hold.release(),
    );
    const status = statusOf(store, campaign, context.clock.wallSeconds());
    context.output.result(status, statusText(status));
    return ending;
  } finally {
    store.close();
  }
}

/** A unit of systemd may start it again and again. */
function over(store: Store, campaign: StoredCampaign, context: Context): CampaignEnding {
  const status = statusOf(store, campaign, context.clock.wallSeconds());
  context.output.warn(
    `campaign ${campaign.id} is ${status.state} already; \`pcmlab campaign new\` plans another`,
  );
  context.output.result(status, statusText(status));
  return status.state === "stopped" ? "stopped" : "finished";
}

interface Started {
  readonly args: StartArguments;
  readonly store: Store;
  readonly campaign: StoredCampaign;
  readonly descriptor: Descriptor;
  readonly hold: Hold;
  readonly log: CampaignLog;
}

async function run(started: Started, context: Context): Promise<CampaignEnding> {
  const { args, store, campaign } = started;
  const alarms = new Alarms({
    webhook: webAddress(args.webhook),
    hook: args.hook,
    timer: context.timer,
    failed: (text) => context.output.warn(`an alarm could not be given: ${text}`),
  });
  const config = { campaign: campaign.id, chip: args.chip };
  const open = store.campaigns.slots(campaign.id).filter(({ outcome }) => outcome === null).length;
  const progress = context.output.progress(`campaign ${campaign.id}`, "slots", open);
  try {
    return await recorded(store, context, { command: "campaign", seed: null, config }, (id) =>
      runCampaign({ ...jobOf(started, alarms, id, context), advanced: (slots) => progress.advance(slots) }),
    );
  } catch (failure) {
    throw interruptedText(failure, campaign, args);
  } finally {
    progress.end();
    await alarms.settled();
  }
}

/** @throws LabError USAGE. */
function webAddress(text: string | undefined): string | undefined {
  if (text === undefined || (/^https?:/.test(text) && URL.canParse(text))) return text;
  throw new LabError("USAGE", `--webhook ${text} is no web address`, {
    next: "give one such as https://host/path",
  });
}

function jobOf(
  { args, store, campaign, descriptor, hold, log }: Started,
  alarms: Alarms,
  run: CampaignJob["pen"]["run"],
  context: Context,
): Omit<CampaignJob, "advanced"> {
  const { clock, timer, stop, output } = context;
  const plan = planSchema.parse(campaign.plan);
  store.chips.attach(run, descriptor);
  const chip = chipIdentity(descriptor);
  const hear: CampaignJob["hear"] = (event) => {
    if (event.level === "info") output.note(event.text);
    else output.warn(event.text);
    log(event);
    const { id, name } = campaign;
    alarms.ring({ ...event, campaign: id, name, chip, store: store.path, wallSeconds: clock.wallSeconds() });
  };
  const owner = boardOwner(campaign);
  const lockLost = (failure: LabError): void =>
    hear({ kind: "line", level: "warning", text: `the lock of the board is lost: ${failure.message}` });
  const source = new CampaignBoards(args, context);
  const boot = store.campaigns.boots(campaign.id).at(-1);
  if (boot === undefined) throw new RangeError(`campaign ${campaign.id} has met no power-up`);
  const epoch = `run ${run}`;
  const presence = new Presence(boot, { source, chip, clock, timer, epoch, lockOwner: owner, lockLost });
  const calibration =
    plan.calibration === null
      ? nominalCalibration(descriptor)
      : store.calibrations.converters(calibrationId(plan.calibration));
  const pen = { store, campaign, run, toolVersion: toolVersion(), calibration };
  return {
    pen,
    plan,
    hold,
    presence,
    clock,
    timer,
    stop,
    hear,
    lineReport: () => source.link(),
  };
}

function descriptorOf(store: Store, { id, run }: StoredCampaign): Descriptor {
  const descriptor = store.chips.of(run)?.descriptor;
  if (descriptor === undefined) throw new RangeError(`campaign ${id} has no chip`);
  return descriptor;
}

function holdOf(
  store: Store,
  { id }: StoredCampaign,
  descriptor: Descriptor,
  { clock, prng }: Context,
): Hold {
  const owner = lockOwner(prng);
  const holding = { store, campaign: id, chip: chipIdentity(descriptor), owner, hasEnded };
  return new Hold(holding, clock.wallSeconds());
}

/** What the user did is said as such, with how to go on. */
function interruptedText(failure: unknown, { id }: StoredCampaign, { chip, store }: StartArguments): unknown {
  if (!(failure instanceof LabError && failure.code === "INTERRUPTED")) return failure;
  return new LabError("INTERRUPTED", `campaign ${id} was interrupted; what was read is stored`, {
    next: `go on with: pcmlab campaign start --chip ${chip} --store ${store}`,
    cause: failure,
  });
}
