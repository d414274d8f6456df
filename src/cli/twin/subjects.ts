/** Of what in a store a twin is made: tiles with their readings, the base profile, the way of programming, the converters. */

import { z } from "zod";
import type { ProgrammingMethod } from "../../../calibration/methods/method.ts";
import { storedMethod } from "../../../calibration/methods/methods.ts";
import type { MethodName } from "../../../calibration/methods/names.ts";
import { type ConverterSpread, converterSpread } from "../../../calibration/twin/converter-spread.ts";
import { fewestDevices, type LevelFigures } from "../../../calibration/twin/level-tally.ts";
import { builtinProfile, type ChipProfile, profileNames } from "../../../mocks/array/profile.ts";
import { type Descriptor, nominalSiemensPerCode } from "../../chip/descriptor.ts";
import { cellCount } from "../../chip/region.ts";
import { LabError } from "../../core/errors.ts";
import { formatDuration } from "../../core/units.ts";
import type { Store } from "../../store/store.ts";
import { thinned } from "../drift/request.ts";
import { type DriftSubject, driftSubjects, type SubjectRead } from "../drift/subjects.ts";
import type { TwinSubject } from "./measure.ts";

/** @throws LabError BAD_PROFILE when no built-in profile is of the model of the chip. */
export function baseFor({ model, serialNumber }: Descriptor): ChipProfile {
  const profile = profileNames.map(builtinProfile).find((known) => known.model === model);
  if (profile !== undefined) return profile;
  throw new LabError("BAD_PROFILE", `no built-in profile is of the model ${model} of chip ${serialNumber}`, {
    next: `name the profile that gives what a store does not tell with --profile: ${profileNames.join(", ")}, or a FILE`,
  });
}

export const nothingProgrammed = (path: string): LabError =>
  new LabError("STORE_CONTENT", `${path} holds no chip with a programmed network`, {
    next: "program one and read it: pcmlab program, then pcmlab read --at 25s,1h,1d",
  });

/**
 * Programmed tiles and their readings from the reference time of drift on, at most 96 of them.
 * @throws LabError STORE_CONTENT when no tile was read then.
 */
export function subjectsOf(store: Store, referenceSeconds: number): TwinSubject[] {
  const all = driftSubjects(store).filter(isProgrammed);
  if (all.length === 0) throw nothingProgrammed(store.path);
  const read = all
    .map((subject) => ({
      ...thinned({
        ...subject,
        reads: subject.reads.filter(({ ageSeconds }) => ageSeconds >= referenceSeconds),
      }),
      programming: subject.programming,
    }))
    .filter(({ reads }) => reads.length > 0);
  if (read.length > 0) return read;
  const from = formatDuration(referenceSeconds);
  throw new LabError(
    "STORE_CONTENT",
    `no tile in ${store.path} was read ${from} or later after its programming, from where the laws of drift count`,
    { next: `read it: pcmlab read --chip PORT --store ${store.path} --at 25s,1h,1d,30d` },
  );
}

const isProgrammed = (subject: DriftSubject): subject is TwinSubject => subject.programming !== undefined;

export const largestOf = (subjects: readonly TwinSubject[]): TwinSubject => {
  const [largest] = subjects.toSorted((a, b) => cellCount(b.region) - cellCount(a.region));
  if (largest === undefined) throw new RangeError("a twin of nothing");
  return largest;
};

/** The first reading of the largest tile: the others were read likewise. */
export function firstReading(subjects: readonly TwinSubject[]): SubjectRead {
  const [first] = largestOf(subjects).reads;
  if (first === undefined) throw new RangeError("a tile that was not read");
  return first;
}

/** How its tiles were programmed, as it can be done again. */
export interface Way {
  readonly method: ProgrammingMethod;
  readonly verifyAtSeconds: readonly number[];
}

/** Those that program pairs of devices. */
const rehearsable: readonly MethodName[] = ["melt-quench", "partial-set", "residual", "on-board"];

/** Or why it cannot be done again. */
export function wayOf(
  store: Store,
  subjects: readonly TwinSubject[],
  levels: readonly LevelFigures[],
): Way | string {
  if (levels.every(({ first, targetSiemens }) => first === undefined || targetSiemens === 0))
    return `fewer than ${fewestDevices} devices of every level were read`;
  const { name, parameters } = largestOf(subjects).programming.algorithm;
  const known = rehearsable.find((method) => method === name);
  if (known === undefined)
    return `the chip was programmed by ${name}, which is not rehearsed: ${rehearsable.join(", ")} are`;
  const devices = store.networks.get().tiles.flatMap((tile) => tile.devices);
  if (Math.max(...devices) > 1) return "weights have more than two devices; a rehearsal programs pairs";
  try {
    return { method: storedMethod(known, parameters), verifyAtSeconds: lateTimes(store, name) };
  } catch (failure) {
    if (!(failure instanceof z.ZodError)) throw failure;
    return `the chip was programmed by ${name} with parameters that this pcmlab does not know`;
  }
}

function lateTimes(store: Store, algorithm: string): number[] {
  const plan = store.plans.latest();
  if (plan?.algorithm !== algorithm) return [];
  const { verifyAtSeconds } = plan.parameters;
  return z.array(z.number().positive()).safeParse(verifyAtSeconds).data ?? [];
}

export interface MeasuredConverters {
  readonly calibration: number;
  readonly spread: ConverterSpread;
}

/** Undefined without a calibration of enough bit lines. */
export function convertersOf(store: Store, descriptor: Descriptor): MeasuredConverters | undefined {
  const latest = store.calibrations.latest();
  if (latest === undefined) return undefined;
  const spread = converterSpread(
    store.calibrations.data(latest.id).columns,
    nominalSiemensPerCode(descriptor),
  );
  return spread && { calibration: latest.id, spread };
}
