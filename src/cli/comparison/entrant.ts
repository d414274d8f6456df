/** A contestant on its chip: what it was given, what it has done, and what that amounts to. */

import type { ProgrammingMethod } from "../../../calibration/methods/method.ts";
import { methodFor } from "../../../calibration/methods/methods.ts";
import { parametersFor } from "../../../calibration/program-verify/parameters.ts";
import type { Descriptor } from "../../chip/descriptor.ts";
import { LabError } from "../../core/errors.ts";
import type { WeightLimits } from "../../network/mapping.ts";
import { largestNetSiemens } from "../../network/mapping.ts";
import type { ComparedAlgorithm } from "../../report/statistics/programming-comparison.ts";
import { choicesOf } from "../actions/chosen-algorithm.ts";
import type { Agenda } from "../agenda.ts";
import type { Context } from "../context.ts";
import { type Contest, type ContestBlock, runBlocks } from "./contest.ts";
import type { Contestant } from "./contestants.ts";
import { type Course, placesOf } from "./course.ts";
import { effortOf, errorsAt } from "./figures.ts";
import { accuraciesOf, type NetworkContest } from "./network-accuracy.ts";
import type { Venue } from "./venue.ts";

export interface Entrant {
  readonly contestant: Contestant;
  readonly method: ProgrammingMethod;
  readonly course: Course;
  /** Of the chip as it is programmed. */
  readonly descriptor: Descriptor;
  readonly calibration: string;
  /** Whether the array does the products. */
  readonly multiplies: boolean;
  /** These two grow while it runs. */
  readonly pattern: ContestBlock[];
  readonly network: ContestBlock[];
}

/**
 * @throws LabError LIMIT when chip or places do not allow what the algorithm needs, USAGE for late verification that it has not; nothing
 * was sent.
 */
export function entrantOf(
  contestant: Contestant,
  course: Course,
  { chip, calibration }: Venue,
  limits: WeightLimits,
): Entrant {
  const { descriptor } = chip;
  const method = methodFor(contestant.algorithm, descriptor, choicesOf(limits), limits.gmaxSiemens);
  if (method.noLate !== undefined && contestant.verifyAtSeconds.length > 0)
    throw new LabError("USAGE", `${contestant.name}: ${method.noLate}`, { next: "leave +late away" });
  method.assertPossible(
    chip,
    [...course.pattern, ...course.network].map(({ placed }) => placed.block),
  );
  const multiplies =
    descriptor.mvm !== undefined && course.pattern.every(({ placed }) => placed.block.parts.length > 1);
  const { name } = calibration;
  return { contestant, method, course, descriptor, calibration: name, multiplies, pattern: [], network: [] };
}

/** Programs pattern and network, and keeps what is due soon after each. */
export async function runEntrant(
  entrant: Entrant,
  { chip, calibration }: Venue,
  agenda: Agenda,
  { agesSeconds, seed }: Pick<Contest, "agesSeconds" | "seed">,
  context: Context,
): Promise<void> {
  const { contestant, method, course, multiplies, pattern, network } = entrant;
  const { averages, readVolts } = parametersFor(chip.descriptor);
  const devices = course.tiles.reduce((sum, { region }) => sum + region.rows * region.columns, 0);
  const progress = context.output.progress(contestant.name, "devices", devices);
  const contest: Contest = {
    ...{ contestant, method, chip, agenda, calibration, agesSeconds, multiplies, seed },
    reading: { averages, readVolts },
    signal: context.stop,
    onDevices: (count) => progress.advance(count),
  };
  await runBlocks(contest, course.pattern, true, pattern);
  await runBlocks(contest, course.network, false, network);
  progress.end();
}

/** Whether there is anything to say of it. */
export const isRead = ({ pattern, course }: Entrant): boolean =>
  pattern.length === course.pattern.length && pattern.every(({ readings }) => readings.size > 0);

/** The figures of what was read until now. */
export async function figuresOf(
  { contestant, method, course, descriptor, pattern, network }: Entrant,
  agesSeconds: readonly number[],
  limits: WeightLimits,
  accuracyOf: NetworkContest | undefined,
): Promise<ComparedAlgorithm> {
  const { zeroSiemens } = parametersFor(descriptor);
  const largest = largestNetSiemens(limits);
  const complete =
    accuracyOf !== undefined && network.length === course.network.length ? accuracyOf : undefined;
  return {
    ...contestant,
    parameters: method.parameters,
    places: placesOf(course),
    pattern: effortOf(pattern, zeroSiemens),
    ages: agesSeconds.flatMap((age) => errorsAt(pattern, age, largest) ?? []),
    ...(complete !== undefined && {
      network: {
        ...effortOf(network, zeroSiemens),
        accuracies: await accuraciesOf(complete, network, course.mappings, agesSeconds),
      },
    }),
  };
}
