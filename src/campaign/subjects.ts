/** From a plan to its subjects: what is read, the moment that its ages count from, and the ages themselves. */

import { type Descriptor, deviceArrays } from "../chip/descriptor.ts";
import { maxVectorsFor } from "../chip/limits.ts";
import { mvmAbility, type UnitCells } from "../chip/mvm.ts";
import { assertInside, type Region } from "../chip/region.ts";
import { LabError } from "../core/errors.ts";
import { formatDuration } from "../core/units.ts";
import type { NewSubject } from "../store/campaign-inserts.ts";
import type { KnownBy } from "../store/campaign-rows.ts";
import type { ProgrammingId } from "../store/identity.ts";
import type { CampaignPlan } from "./plan.ts";

/** A tile that was programmed, on the timeline of the campaign. */
export interface ProgrammedTile {
  readonly name: string;
  readonly programming: ProgrammingId;
  readonly region: Region;
  readonly endedSeconds: number;
  readonly knownBy: KnownBy;
}

export interface PlanFacts {
  readonly descriptor: Descriptor;
  readonly tiles: readonly ProgrammedTile[];
  readonly nowSeconds: number;
}

/** The board is asked nothing. @throws LabError LIMIT, STORE_CONTENT or USAGE for what this chip or store cannot give. */
export function subjectsOf(plan: CampaignPlan, facts: PlanFacts): NewSubject[] {
  const common = commonReference(plan, facts);
  const subjects = [
    ...tileSubjects(plan, facts),
    ...plan.regions.map(({ name, region, agesSeconds }): NewSubject => {
      assertInside(region, facts.descriptor);
      return { name, matter: { kind: "region", region }, agesSeconds, ...common };
    }),
    ...mvmSubjects(plan, facts, common),
    ...lone(plan.calibrations, "converters", { kind: "calibration" }, common),
    ...lone(plan.temperature, "temperature", { kind: "temperature" }, startOf(facts)),
  ];
  if (plan.calibrations !== null) assertReferences(facts.descriptor);
  if (subjects.length > 0) return subjects;
  throw new LabError("USAGE", "the plan reads nothing", {
    next: "give it --at for the programmed tiles, --full-arrays, --canary, --mvm-probes, --calibrations-at or --temperature-every",
  });
}

type Reference = Pick<NewSubject, "referenceSeconds" | "referenceKnownBy">;

const startOf = ({ nowSeconds }: PlanFacts): Reference => ({
  referenceSeconds: nowSeconds,
  referenceKnownBy: "chip",
});

/** What the ages of all but tiles count from. */
function commonReference({ since }: CampaignPlan, facts: PlanFacts): Reference {
  if (since === "start") return startOf(facts);
  const latest = facts.tiles.toSorted((a, b) => b.endedSeconds - a.endedSeconds)[0];
  if (latest !== undefined)
    return { referenceSeconds: latest.endedSeconds, referenceKnownBy: latest.knownBy };
  throw new LabError("STORE_CONTENT", "nothing was programmed that ages could count from", {
    next: "let them count from the beginning of the campaign: --since start",
  });
}

/** The times of --at are also those of arrays and products, which need no programmed tile. */
function tileSubjects({ tiles, regions, mvm }: CampaignPlan, facts: PlanFacts): NewSubject[] {
  if (tiles === null || (facts.tiles.length === 0 && (regions.length > 0 || mvm !== null))) return [];
  if (facts.tiles.length === 0)
    throw new LabError("STORE_CONTENT", "the store holds no programmed tile that --at could be for", {
      next: "program a network first, or read arrays and regions: --full-arrays, --canary",
    });
  return facts.tiles.map(({ name, programming, region, endedSeconds, knownBy }) => ({
    name,
    matter: { kind: "tile", programming, region },
    referenceSeconds: endedSeconds,
    referenceKnownBy: knownBy,
    agesSeconds: tiles.agesSeconds,
  }));
}

function mvmSubjects({ mvm }: CampaignPlan, { descriptor }: PlanFacts, reference: Reference): NewSubject[] {
  if (mvm === null) return [];
  const ability = mvmAbility(descriptor);
  const { vectors, seed, phases, agesSeconds } = mvm;
  if (!ability.phases.includes(phases))
    throw new LabError("LIMIT", `${phases} phases, the chip allows ${ability.phases.join(" or ")}`);
  const cells = allUnitCells(descriptor);
  const most = maxVectorsFor(descriptor, cells);
  if (vectors > most)
    throw new LabError("LIMIT", `${vectors} MVM probes, the chip multiplies ${most} vectors at once`, {
      next: `give --mvm-probes up to ${most}`,
    });
  const matter = { kind: "mvm", cells, probe: { seed, vectors, phases } } as const;
  return [{ name: "MVM", matter, agesSeconds, ...reference }];
}

/** All of the unit cells that the chip multiplies with. */
function allUnitCells(descriptor: Descriptor): UnitCells {
  const [first = 0] = mvmAbility(descriptor).plusArrays;
  const { rows = 0, columns = 0 } = descriptor.arrays[first] ?? {};
  return { row: 0, column: 0, rows, columns };
}

const lone = (
  plan: { readonly agesSeconds: readonly number[] } | null,
  name: string,
  matter: NewSubject["matter"],
  reference: Reference,
): NewSubject[] => (plan === null ? [] : [{ name, matter, agesSeconds: plan.agesSeconds, ...reference }]);

function assertReferences({ arrays, model, serialNumber }: Descriptor): void {
  if (arrays.some(({ referenceSiemens }) => referenceSiemens !== undefined)) return;
  throw new LabError("LIMIT", `${model} ${serialNumber} has no reference resistors to calibrate with`, {
    next: "leave --calibrations-at away",
  });
}

/** The arrays of devices as regions, by the names that the chip gives them. */
export const wholeArrays = (descriptor: Descriptor): { readonly name: string; readonly region: Region }[] =>
  deviceArrays(descriptor).flatMap((array) => {
    const found = descriptor.arrays[array];
    if (found === undefined) return [];
    const { name, rows, columns } = found;
    return [{ name: `array ${name}`, region: { array, row: 0, column: 0, rows, columns } }];
  });

/** refuse: as an error. skip: leave them out. late: the newest that is past is read at once, and those before are missed. */
export const pastChoices = ["refuse", "skip", "late"] as const;
export type PastChoice = (typeof pastChoices)[number];

/**
 * What is left of the subjects when times have gone by.
 * @throws LabError USAGE when they may not, or when nothing is left.
 */
export function withoutPast(
  subjects: readonly NewSubject[],
  nowSeconds: number,
  choice: PastChoice,
): NewSubject[] {
  if (choice === "late") return [...subjects];
  const isAhead = (subject: NewSubject, age: number): boolean => subject.referenceSeconds + age >= nowSeconds;
  const left = subjects.map((subject) => ({
    ...subject,
    agesSeconds: subject.agesSeconds.filter((age) => isAhead(subject, age)),
  }));
  const lacking = subjects.findIndex(
    (subject, n) => left[n]?.agesSeconds.length !== subject.agesSeconds.length,
  );
  const first = subjects[lacking];
  if (choice === "refuse" && first !== undefined) throw pastFailure(first, nowSeconds);
  const some = left.filter(({ agesSeconds }) => agesSeconds.length > 0);
  if (some.length > 0) return some;
  throw new LabError("USAGE", "all times of the plan are past", { next: "give later times" });
}

function pastFailure({ name, agesSeconds, referenceSeconds }: NewSubject, nowSeconds: number): LabError {
  const old = formatDuration(nowSeconds - referenceSeconds);
  return new LabError(
    "USAGE",
    `the time ${formatDuration(agesSeconds[0] ?? 0)} of ${name} is past: it is ${old} old`,
    {
      next: `choose times from ${old} on, leave the past ones out with --past skip, or read the newest of them at once with --past late`,
    },
  );
}
