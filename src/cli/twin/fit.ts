/** Fits a twin to what a store holds of a chip. */

import { type ChipProfile, parseProfile } from "../../../mocks/array/profile.ts";
import { cellCount } from "../../chip/region.ts";
import { LabError } from "../../core/errors.ts";
import type { Store } from "../../store/store.ts";
import { derivation } from "../actions/choose-calibration.ts";
import type { CalibrationChoice } from "../calibration-choice.ts";
import type { Context } from "../context.ts";
import { derivationOf } from "../drift/request.ts";
import { toolVersion } from "../package-files.ts";
import type { Twin } from "./document.ts";
import { type Findings, stuckShares } from "./findings.ts";
import { noiseLawOf } from "./laws.ts";
import { type MatchedErrors, matchErrors, matchRehearsals } from "./match-error.ts";
import { type Measured, measureSubjects, type TwinSubject } from "./measure.ts";
import { profileOf } from "./profile.ts";
import { recordOf } from "./record.ts";
import {
  baseFor,
  convertersOf,
  firstReading,
  nothingProgrammed,
  subjectsOf,
  type Way,
  wayOf,
} from "./subjects.ts";

export interface FitOptions {
  /** Undefined for the built-in one of the chip's model. */
  readonly base: ChipProfile | undefined;
  readonly calibration: CalibrationChoice | undefined;
  /** Devices of each level in a rehearsal. */
  readonly perLevel: number;
  readonly seed: number;
}

/** @throws LabError STORE_CONTENT when the store does not hold enough, BAD_PROFILE without a base, INTERRUPTED. */
export async function fitTwin(store: Store, options: FitOptions, context: Context): Promise<Twin> {
  const descriptor = store.chips.latest()?.descriptor;
  const network = store.networks.find();
  if (descriptor === undefined || network === undefined) throw nothingProgrammed(store.path);
  const base = options.base ?? baseFor(descriptor);
  const { drift, readNoise } = base.device;
  const subjects = subjectsOf(store, drift.referenceSeconds);
  const shape = { readSeconds: readNoise.readSeconds, conversionSeconds: descriptor.read.sampleSeconds };
  const measured = await measuredWithProgress(store, subjects, context, {
    derivation: derivationOf(store, descriptor, derivation(store, options.calibration)),
    shape,
    referenceSeconds: drift.referenceSeconds,
    largestSiemens: network.gmaxSiemens,
  });
  const converters = convertersOf(store, descriptor);
  const findings = findingsOf(measured, base, converters?.spread);
  const way = wayOf(store, subjects, measured.levels);
  const fitted = parseProfile(profileOf(base, descriptor, findings));
  const matched =
    typeof way === "string" ? undefined : await matchedBy(way, fitted, measured, subjects, options, context);
  const profile = parseProfile(matched?.profile ?? fitted);
  const { gmaxSiemens } = network;
  const facts = {
    descriptor,
    base,
    gmaxSiemens,
    shape,
    subjects,
    measured,
    findings,
    converters,
    way,
    matched,
  };
  const by = { toolVersion: toolVersion(), wallSeconds: context.clock.wallSeconds() };
  return { profile, twin: recordOf(store.path, profile, fitted, facts, by) };
}

async function measuredWithProgress(
  store: Store,
  subjects: readonly TwinSubject[],
  { output, stop }: Context,
  options: Omit<Parameters<typeof measureSubjects>[2], "onDevices">,
): Promise<Measured> {
  const progress = output.progress("fitting the twin", "devices", devicesOf(subjects));
  const measured = await measureSubjects(store, subjects, {
    ...options,
    onDevices: async (devices) => {
      progress.advance(devices);
      await new Promise(setImmediate);
      if (stop.aborted) throw stopped();
    },
  });
  progress.end();
  return measured;
}

const stopped = (): LabError =>
  new LabError("INTERRUPTED", "the fit was stopped by the user; nothing was written", {
    next: "run the command again",
  });

const devicesOf = (subjects: readonly TwinSubject[]): number =>
  subjects.reduce((sum, { region }) => sum + cellCount(region), 0);

const findingsOf = (
  { levels, stuck }: Measured,
  { device }: ChipProfile,
  converters: Findings["converters"],
): Findings => ({
  levels,
  noiseLaw: noiseLawOf(levels, device.drift.gMaxSiemens),
  stuck: stuckShares(stuck, { low: device.stuckResetProbability, high: device.stuckSetProbability }),
  converters,
});

async function matchedBy(
  { method, verifyAtSeconds }: Way,
  profile: ChipProfile,
  { levels, kindsOf }: Measured,
  subjects: readonly TwinSubject[],
  { perLevel, seed }: FitOptions,
  context: Context,
): Promise<MatchedErrors> {
  const { ageSeconds, readouts } = firstReading(subjects);
  const [{ averages, readVolts, calibration }] = readouts;
  const converters = "id" in calibration ? ("measured" as const) : ("nominal" as const);
  const targets = levels.map((level) => level.targets);
  const progress = context.output.progress("rehearsing", "rehearsals", matchRehearsals);
  const matched = await matchErrors(
    profile,
    levels,
    {
      method,
      verifyAtSeconds,
      converters,
      reading: { averages, readVolts },
      ageSeconds,
      targets,
      kindsOf,
      perLevel,
      seed,
    },
    context,
    () => progress.advance(1),
  ).catch((failure: unknown) => {
    // What programming says of a run that was stopped is about a chip and a store.
    throw context.stop.aborted ? stopped() : failure;
  });
  progress.end();
  return matched;
}
