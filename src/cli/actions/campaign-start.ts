/** Runs a campaign until its end, or until it is stopped; it goes on where another process left it. */

import { Hold } from "../../campaign/hold.ts";
import type { CampaignJob } from "../../campaign/job.ts";
import { type CampaignPlan, planSchema } from "../../campaign/plan.ts";
import { Presence } from "../../campaign/presence.ts";
import { type CampaignEnding, runCampaign } from "../../campaign/run.ts";
import { chipIdentity, type Descriptor } from "../../chip/descriptor.ts";
import { nominalCalibration } from "../../chip/readout.ts";
import { LabError } from "../../core/errors.ts";
import type { Boot, StoredCampaign } from "../../store/campaign-rows.ts";
import { calibrationId } from "../../store/identity.ts";
import { openStore, type Store } from "../../store/store.ts";
import { Alarms } from "../campaign/alarms.ts";
import { CampaignBoards } from "../campaign/board-source.ts";
import { type CampaignLog, campaignLog } from "../campaign/campaign-log.ts";
import { chosenCampaign, isOver } from "../campaign/chosen-campaign.ts";
import { boardOwner, hasEnded, lockOwner } from "../campaign/lock-owner.ts";
import { statusOf, statusText } from "../campaign/status-report.ts";
import type { Context } from "../context.ts";
import { toolVersion } from "../package-files.ts";
import { recorded } from "../provenance.ts";
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
  started: Started,
  alarms: Alarms,
  run: CampaignJob["pen"]["run"],
  context: Context,
): Omit<CampaignJob, "advanced"> {
  const { args, store, campaign, descriptor, hold } = started;
  const { clock, timer, stop } = context;
  const plan = planOf(store, campaign);
  store.chips.attach(run, descriptor);
  const calibration =
    plan.calibration === null
      ? nominalCalibration(descriptor)
      : store.calibrations.converters(calibrationId(plan.calibration));
  const pen = { store, campaign, run, toolVersion: toolVersion(), calibration };
  const hear = hearing(started, alarms, context);
  const source = new CampaignBoards(args, context);
  const presence = new Presence(latestBoot(store, campaign), {
    source,
    chip: chipIdentity(descriptor),
    clock,
    timer,
    epoch: `run ${run}`,
    lockOwner: boardOwner(campaign),
    lockLost: ({ message }) =>
      hear({ kind: "line", level: "warning", text: `the lock of the board is lost: ${message}` }),
  });
  return { pen, plan, hold, presence, clock, timer, stop, hear, lineReport: () => source.link() };
}

/** What becomes of an event: a line on stderr, one in the log, and an alarm. */
const hearing =
  (
    { store, campaign: { id, name }, descriptor, log }: Started,
    alarms: Alarms,
    { clock, output }: Context,
  ): CampaignJob["hear"] =>
  (event) => {
    if (event.level === "info") output.note(event.text);
    else output.warn(event.text);
    log(event);
    const of = { campaign: id, name, chip: chipIdentity(descriptor), store: store.path };
    alarms.ring({ ...event, ...of, wallSeconds: clock.wallSeconds() });
  };

/** @throws LabError STORE when it is none that this version wrote. */
function planOf({ path }: Store, { id, plan }: StoredCampaign): CampaignPlan {
  const parsed = planSchema.safeParse(plan);
  if (parsed.success) return parsed.data;
  throw new LabError("STORE", `the plan of campaign ${id} in ${path} is damaged`, {
    next: "restore the store from a copy",
    cause: parsed.error,
  });
}

function latestBoot({ campaigns }: Store, { id }: StoredCampaign): Boot {
  const boot = campaigns.boots(id).at(-1);
  if (boot === undefined) throw new RangeError(`campaign ${id} has met no power-up`);
  return boot;
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
