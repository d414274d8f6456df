/** Runs the contestants: each on an emulated chip of its own, or all on one real chip. */

import type { Chip } from "../../chip/chip.ts";
import { assertNotLocked } from "../../chip/lock.ts";
import type { Region } from "../../chip/region.ts";
import { LabError } from "../../core/errors.ts";
import { seededPrng } from "../../core/prng.ts";
import { formatDuration } from "../../core/units.ts";
import { parseScale } from "../../network/scale.ts";
import { usualLayout } from "../../network/sites.ts";
import { marksToAvoid } from "../actions/avoided.ts";
import { withGuardedChip } from "../actions/guarded-chip.ts";
import { assertSamePowerUp } from "../actions/keep-reading.ts";
import { readableGmax } from "../actions/mapping-plan.ts";
import { loadProfile } from "../actions/profile.ts";
import { withChip } from "../actions/with-chip.ts";
import { Agenda } from "../agenda.ts";
import type { Context } from "../context.ts";
import { announced, chosenAreas } from "./announcement.ts";
import { intersects, parseArea, shareOut } from "./areas.ts";
import { type Course, courseOn, homesOf } from "./course.ts";
import { type Entrant, entrantOf, runEntrant } from "./entrant.ts";
import { type CompareArguments, type ComparisonPlan, usualProfile, weightLimitsOf } from "./plan.ts";
import { onEmulatedChip, type Venue, venueOn } from "./venue.ts";

/** Each contestant has a chip of its own, and these are alike: what is different in the end is the algorithms' doing. */
export async function onEmulatedChips(
  plan: ComparisonPlan,
  context: Context,
  into: Entrant[],
): Promise<void> {
  const { profile: nameOrFile = usualProfile, seed, converters, region } = plan.args;
  const profile = loadProfile(nameOrFile);
  for (const [index, contestant] of plan.contestants.entries())
    await onEmulatedChip({ profile, seed }, context, async (chip) => {
      const venue = await venueOn(chip, converters, context);
      const areas =
        region &&
        shareOut(
          region.map((text) => parseArea(text, chip.descriptor)),
          plan.contestants.length,
        );
      const course = await courseFor(plan, venue, areas?.[index]);
      const entrant = entrantOf(contestant, course, venue, weightLimitsOf(plan.args));
      into.push(entrant);
      const agenda = new Agenda(venue.chip, context.stop);
      await runEntrant(entrant, venue, agenda, { ...plan, seed }, context);
      await agenda.keepWithin(Number.POSITIVE_INFINITY);
    });
}

/** One after the other on cells of their own; nothing is pulsed before the user has seen which, and agreed. */
export async function onRealChip(
  plan: ComparisonPlan,
  chip: string,
  context: Context,
  into: Entrant[],
): Promise<void> {
  const { args, contestants } = plan;
  await withChip({ ...args, chip }, context, async (_, board) => {
    await assertNotLocked(board);
    await withGuardedChip(args, board, context, async ({ chip: guarded, ledger }) => {
      const venue = await venueOn(guarded, args.converters, context);
      const { descriptor } = venue.chip;
      const homes = homesOf(descriptor, limitsOf(plan, venue.chip));
      const choice = { region: args.region, contestants: contestants.length };
      const areas = chosenAreas(descriptor, ledger, homes, choice);
      const entrants: Entrant[] = [];
      for (const [index, contestant] of contestants.entries())
        entrants.push(
          entrantOf(contestant, await courseFor(plan, venue, areas[index]), venue, weightLimitsOf(plan.args)),
        );
      assertFair(entrants);
      const intended = entrants.map(({ contestant: { name }, course: { tiles } }) => ({ name, tiles }));
      await assertAgreed(args, announced(descriptor, ledger, intended), context);
      const agenda = new Agenda(venue.chip, context.stop);
      for (const entrant of entrants) {
        into.push(entrant);
        await runEntrant(entrant, venue, agenda, { ...plan, seed: args.seed }, context);
        await assertSamePowerUp(board, `${entrant.contestant.name} programmed it`);
      }
      const last = plan.agesSeconds.at(-1) ?? 0;
      context.output.note(`everything is programmed; the last readings are at ${formatDuration(last)}`);
      await agenda.keepWithin(Number.POSITIVE_INFINITY);
      await assertSamePowerUp(board, "the last readings were waited for");
    });
  });
}

/**
 * Errors of products depend on the rows that are added up, and unit cells are in all arrays whichever of them an area names.
 * @throws LabError USAGE when areas lead to other rectangles of weights, or to the same cells.
 */
function assertFair(entrants: readonly Pick<Entrant, "course">[]): void {
  const next = "give every algorithm an area of the same size and cells of its own with --region";
  const shapes = entrants.map(({ course: { shape } }) => `${shape.rows} x ${shape.columns}`);
  if (new Set(shapes).size > 1)
    throw new LabError("USAGE", `the areas of the algorithms hold patterns of ${shapes.join(", ")} weights`, {
      next,
    });
  const regions = entrants.map(({ course: { tiles } }) => tiles.map(({ region }) => region));
  const shared = regions.some((own, index) =>
    regions.slice(0, index).some((others) => own.some((a) => others.some((b) => intersects(a, b)))),
  );
  if (shared) throw new LabError("USAGE", "two algorithms would pulse the same cells", { next });
}

/** @throws LabError USAGE. */
async function assertAgreed(
  { yes }: CompareArguments,
  announcement: string,
  { ask, output }: Context,
): Promise<void> {
  output.warn(announcement);
  if (yes === true || (await ask?.("Pulse these cells? [y/N] ")) === true) return;
  throw new LabError("USAGE", "nothing was pulsed: a real chip is only pulsed with --yes", {
    next: "read what would be pulsed above; then add --yes, or name other cells with --region",
  });
}

const limitsOf = ({ args }: ComparisonPlan, { descriptor }: Chip) => ({
  gmaxSiemens: readableGmax(args.gmax, descriptor),
  devicesPerWeight: args.devices,
  layout: args.layout ?? usualLayout(descriptor, args.devices),
});

async function courseFor(
  plan: ComparisonPlan,
  { chip, calibration }: Venue,
  area: Region | undefined,
): Promise<Course> {
  const { args, network } = plan;
  return courseOn(chip.descriptor, area, {
    ...limitsOf(plan, chip),
    scale: parseScale(args.scale),
    perLevel: args.perLevel,
    layers: network?.network.layers ?? [],
    avoid: await marksToAvoid(args.avoid ?? [], chip.descriptor, calibration),
    random: () => seededPrng(args.seed),
  });
}
