/** What `pcmlab drift` was asked, against what the store holds. */

import { singleRoundingVariance } from "../../../calibration/converter/quantisation.ts";
import { publishedReadSeconds } from "../../../calibration/drift/flicker-covariance.ts";
import type { ModelName } from "../../../calibration/drift/models.ts";
import { median } from "../../../calibration/drift/repeated-median.ts";
import { type Descriptor, largestAdcCode } from "../../chip/descriptor.ts";
import type { ConverterCalibration } from "../../chip/readout.ts";
import { LabError } from "../../core/errors.ts";
import { formatDuration, parseQuantity } from "../../core/units.ts";
import type { Store } from "../../store/store.ts";
import { derivation } from "../actions/choose-calibration.ts";
import type { CalibrationChoice } from "../calibration-choice.ts";
import type { AnalysisOptions } from "./analysis.ts";
import type { Derivation } from "./load-readings.ts";
import { type DriftSubject, driftSubjects } from "./subjects.ts";

export interface DriftArguments {
  readonly store: string;
  readonly tile?: boolean | undefined;
  /** A,R,C. */
  readonly device?: string | undefined;
  readonly model: ModelName | "auto";
  readonly from: string;
  readonly reference: string;
  readonly converterCalibration?: CalibrationChoice | undefined;
}

export interface DriftRequest {
  readonly fromSeconds: number;
  readonly options: Omit<AnalysisOptions, "onDevices">;
  /** Those with as many ages as the law needs, at most `mostAges` of them. */
  readonly subjects: readonly DriftSubject[];
  /** The same with all that was read. */
  readonly whole: readonly DriftSubject[];
  /** What is left out, and why. */
  readonly notes: readonly string[];
}

/** What the laws need to have something left to be told from noise. */
const fewestAges: Readonly<Record<DriftArguments["model"], number>> = { auto: 3, power: 3, floor: 4, two: 7 };

/** Range of a converter that nobody has described. */
const usualSiemens = 50e-6;

/** @throws LabError USAGE for a time that is none, STORE_CONTENT when nothing in the store was read at enough ages. */
export function requestOf(args: DriftArguments, store: Store): DriftRequest {
  const fromSeconds = ageOf("from", args.from);
  const referenceSeconds = ageOf("reference", args.reference);
  const all = driftSubjects(store).map((subject) => olderThan(fromSeconds, subject));
  const needed = fewestAges[args.model];
  const whole = all.filter(({ reads }) => reads.length >= needed);
  if (whole.length === 0) throw tooFewAges(args, all, driftSubjects(store));
  const descriptor = store.chips.latest()?.descriptor;
  const fullScaleSiemens = descriptor?.read.fullScaleSiemens ?? usualSiemens;
  return {
    fromSeconds,
    whole,
    subjects: whole.map(thinned),
    notes: notesOf(all, needed),
    options: {
      referenceSeconds,
      model: args.model,
      largestSiemens: store.networks.find()?.gmaxSiemens ?? fullScaleSiemens,
      fullScaleSiemens,
      shape: {
        readSeconds: publishedReadSeconds,
        conversionSeconds: descriptor?.read.sampleSeconds ?? 1e-6,
      },
      derivation: derivationOf(store, descriptor, derivation(store, args.converterCalibration)),
    },
  };
}

function ageOf(option: string, text: string): number {
  const seconds = parseQuantity(text, "s");
  if (seconds > 0) return seconds;
  throw new LabError("USAGE", `--${option} ${text}: an age is above 0`, { next: `give --${option} 20s` });
}

/** A reading counts when its youngest device is old enough. */
function olderThan(fromSeconds: number, subject: DriftSubject): DriftSubject {
  return { ...subject, reads: subject.reads.filter(({ ageSeconds }) => ageSeconds >= fromSeconds) };
}

/** The effort of a fit goes with the square of the ages, and what more of them tell is little. */
const mostAges = 96;

/** The first read in each of so many parts of the ages, even in ln t, and the last of all. */
export function thinned(subject: DriftSubject): DriftSubject {
  const { reads } = subject;
  const [first, last] = [reads[0], reads.at(-1)];
  if (reads.length <= mostAges || first === undefined || last === undefined) return subject;
  const perPart = Math.log(last.ageSeconds / first.ageSeconds) / (mostAges - 1);
  const parts = new Set<number>();
  const kept = reads.filter((read) => {
    const part =
      read === last ? mostAges : Math.floor(Math.log(read.ageSeconds / first.ageSeconds) / perPart);
    const isFirst = !parts.has(part);
    parts.add(part);
    return isFirst;
  });
  return { ...subject, reads: kept };
}

export function derivationOf(
  store: Store,
  descriptor: Descriptor | undefined,
  other: ConverterCalibration | undefined,
): Derivation {
  const measured = store.calibrations.latest();
  const noise = measured && store.calibrations.data(measured.id).columns.noiseCodes.filter(Number.isFinite);
  return {
    other,
    largestCode: descriptor && largestAdcCode(descriptor),
    noiseCodes: noise === undefined || noise.length === 0 ? 0 : beforeRounding(median(noise)),
  };
}

/** The noise of a calibration has that of the rounding in it, which `quantum` adds. */
const beforeRounding = (noiseCodes: number): number =>
  Math.sqrt(Math.max(0, noiseCodes ** 2 - singleRoundingVariance));

/** Names the subject that comes nearest. */
function tooFewAges(
  { store, from, model }: DriftArguments,
  old: readonly DriftSubject[],
  all: readonly DriftSubject[],
): LabError {
  const best = old.toSorted((a, b) => b.reads.length - a.reads.length)[0];
  if (best === undefined)
    return new LabError(
      "STORE_CONTENT",
      `${store} holds no programmed tile and no region that a campaign read`,
      {
        next: "program a network and read it: pcmlab program, then pcmlab read --at 25s,1h,1d",
      },
    );
  const ages = best.reads.map(({ ageSeconds }) => formatDuration(ageSeconds)).join(", ");
  const younger = (all.find(({ name }) => name === best.name)?.reads.length ?? 0) - best.reads.length;
  const held = best.reads.length === 0 ? "none" : `${best.reads.length} (${ages})`;
  const left = younger === 0 ? "" : `; what is younger than ${from} does not count`;
  return new LabError(
    "STORE_CONTENT",
    `a fit of drift needs readings at ${fewestAges[model]} ages, ${store} holds ${held} of ${best.name}${left}`,
    {
      next: `read it again: pcmlab read --chip PORT --store ${store} --at 25s,1min,10min,1h,1d`,
    },
  );
}

/** Warmer glass drifts faster, by about 0.3 % a kelvin. */
const mostKelvinApart = 5;

function notesOf(all: readonly DriftSubject[], needed: number): string[] {
  const short = all.filter(({ reads }) => reads.length < needed).map(({ name }) => name);
  const kelvins = all.flatMap(({ reads }) =>
    reads.map(({ readouts: [{ temperatureKelvin }] }) => temperatureKelvin),
  );
  const apart = Math.max(...kelvins) - Math.min(...kelvins);
  const unprogrammed = all.filter(({ programming }) => programming === undefined);
  const many = all.filter(({ reads }) => reads.length > mostAges);
  return [
    ...(many.length === 0
      ? []
      : [
          `of more than ${mostAges} ages, the fits take the first in each of ${mostAges} parts that are even in ln t`,
        ]),
    ...(short.length === 0 ? [] : [`left out, with fewer than ${needed} ages: ${short.join(", ")}`]),
    ...(apart > mostKelvinApart
      ? [`the chip's temperature varied by ${apart.toFixed(1)} K: warmer glass drifts faster`]
      : []),
    ...(unprogrammed.length === 0
      ? []
      : [
          `${unprogrammed.length === 1 ? "one region" : `${unprogrammed.length} regions`} of a campaign (canaries, whole arrays) belong to no programming of this store: their ages count from where the campaign began to count, which need not be the last pulse of a device, so that their drift is not to be compared with that of tiles`,
        ]),
  ];
}
