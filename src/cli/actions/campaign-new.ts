/** Plans a campaign: the times are fixed, and written into the store before anything is read. */

import { existsSync } from "node:fs";
import { type Estimate, estimateOf } from "../../campaign/estimate.ts";
import type { CampaignPlan } from "../../campaign/plan.ts";
import { type PlanFacts, subjectsOf, withoutPast } from "../../campaign/subjects.ts";
import { firstBoot } from "../../campaign/timeline.ts";
import type { Chip } from "../../chip/chip.ts";
import { clockOf } from "../../chip/clock-kind.ts";
import type { OpenedChip } from "../../chip/opened-chip.ts";
import { takeAnchor } from "../../chip/take-anchor.ts";
import type { Anchor } from "../../chip/timeline.ts";
import { LabError } from "../../core/errors.ts";
import { formatDuration } from "../../core/units.ts";
import type { NewSubject } from "../../store/campaign-inserts.ts";
import { openStore, type Store } from "../../store/store.ts";
import { calibrationChoice } from "../calibration-choice.ts";
import { unfinishedCampaign } from "../campaign/chosen-campaign.ts";
import { planFile } from "../campaign/plan-file.ts";
import { type PlanSettings, pastOf, planFrom } from "../campaign/plan-settings.ts";
import { programmedTiles } from "../campaign/programmed-tiles.ts";
import type { Context } from "../context.ts";
import { recorded } from "../provenance.ts";
import { chooseCalibration } from "./choose-calibration.ts";
import { type ChipArguments, withChip } from "./with-chip.ts";

export interface NewCampaignArguments extends ChipArguments {
  readonly store: string;
  /** A TOML file. */
  readonly plan?: string | undefined;
  /** Of flags; they count before the file. */
  readonly settings: PlanSettings;
}

export interface CampaignAnnouncement extends Estimate {
  readonly campaign: number;
  readonly name: string;
  readonly subjects: readonly { readonly name: string; readonly slots: number }[];
}

export async function newCampaign(
  args: NewCampaignArguments,
  context: Context,
): Promise<CampaignAnnouncement> {
  const given = { ...(args.plan === undefined ? {} : planFile(args.plan)), ...args.settings };
  const past = pastOf(given);
  return withChip(args, context, async (chip, board) => {
    const store = openStore(args.store, { mode: existsSync(args.store) ? "existing" : "create" });
    try {
      assertNoneUnfinished(store);
      const calibration = await calibrationOf(given, args, chip, store, context);
      const plan = planFrom(given, chip.descriptor, calibration);
      const anchor = await takeAnchor(board, context.clock, "campaign new");
      const clock = clockOf(chip.descriptor);
      const facts: PlanFacts = {
        descriptor: chip.descriptor,
        tiles: programmedTiles(store, anchor, clock),
        nowSeconds: anchor.chipSeconds,
      };
      const subjects = withoutPast(subjectsOf(plan, facts), facts.nowSeconds, past);
      const estimate = estimateOf(subjects, plan, chip.descriptor);
      const campaign = await kept({ store, plan, subjects, anchor, board }, context);
      return announced({ campaign, plan, subjects, estimate, anchor }, args, context);
    } finally {
      store.close();
    }
  });
}

/** @throws LabError STORE_CONTENT. */
function assertNoneUnfinished(store: Store): void {
  const unfinished = unfinishedCampaign(store);
  if (unfinished === undefined) return;
  const { state } = store.campaigns.state(unfinished.id);
  throw new LabError(
    "STORE_CONTENT",
    `campaign ${unfinished.id} of ${store.path} is ${state}: one at a time`,
    {
      next: "let it come to its end with `pcmlab campaign start`, or give it up with `pcmlab campaign stop`",
    },
  );
}

async function calibrationOf(
  settings: PlanSettings,
  { chip: name, store: path }: NewCampaignArguments,
  chip: Chip,
  store: Store,
  context: Context,
): Promise<number | null> {
  const calibration = calibrationChoice(settings["converter-calibration"] ?? "latest");
  const { converters } = await chooseCalibration(
    { chip: name, store: path, converterCalibration: calibration },
    chip,
    store,
    context,
  );
  return "id" in converters ? converters.id : null;
}

interface Kept {
  readonly store: Store;
  readonly plan: CampaignPlan;
  readonly subjects: readonly NewSubject[];
  readonly anchor: Anchor;
  readonly board: OpenedChip;
}

const kept = ({ store, plan, subjects, anchor, board }: Kept, context: Context): Promise<number> =>
  recorded(
    store,
    context,
    { command: "campaign", seed: plan.mvm?.seed ?? null, config: plan },
    async (run) => {
      const chip = store.chips.attach(run, board.descriptor);
      return store.campaigns.add({
        run,
        chip,
        name: plan.name,
        plan,
        plannedSeconds: anchor.chipSeconds,
        plannedWallSeconds: anchor.wallSeconds,
        subjects,
        boot: firstBoot(anchor),
      });
    },
  );

interface Planned extends Pick<Kept, "plan" | "subjects" | "anchor"> {
  readonly campaign: number;
  readonly estimate: Estimate;
}

function announced(
  { campaign, plan, subjects, estimate, anchor: { chipSeconds } }: Planned,
  { chip, store }: NewCampaignArguments,
  { output }: Context,
): CampaignAnnouncement {
  const { slots, lastDueSeconds, readingSeconds, storeBytes, late, overtaken } = estimate;
  if (late + overtaken > 0)
    output.warn(
      `readings take longer than the time between some of them: ${late} slots will be late, ${overtaken} will be missed`,
    );
  const document = {
    campaign,
    name: plan.name,
    ...estimate,
    subjects: subjects.map(({ name, agesSeconds }) => ({ name, slots: agesSeconds.length })),
  };
  output.result(
    document,
    [
      `campaign ${campaign} "${plan.name}": ${slots.toLocaleString("en")} slots of ${subjects.length} subjects, the last in ${formatDuration(lastDueSeconds - chipSeconds)}`,
      `  the chip's own time for readings: ${formatDuration(readingSeconds)}; in the store: about ${megabytes(storeBytes)}`,
      `  begin now: pcmlab campaign start --chip ${chip} --store ${store}`,
    ].join("\n"),
  );
  return document;
}

const megabytes = (bytes: number): string => `${Number((bytes / 1e6).toPrecision(2))} MB`;
