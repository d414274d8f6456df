/** How fast the power of the read noise falls with frequency: 1/f^(1 + a), where a decides how far slow noise passes for drift. */

import { type AgeBlock, ageBlocks } from "./age-blocks.ts";
import { type FlickerShape, flickerVariance, readingCovariance } from "./flicker-covariance.ts";
import { devicesByKind, noKind } from "./kinds.ts";
import { type KindNoise, noiseOfKind, refit, type Sampled, sampleOf } from "./noise-size.ts";
import { type PowerGls, powerGls } from "./power-gls.ts";
import type { DriftReadings } from "./readings.ts";
import { outlierDeviations } from "./robust-fit.ts";

/** Fewer reads of a device say nothing of the shape of its noise beside its size. */
const fewestReads = 8;

const slopes = [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6];

/** Twice the logarithm of the likelihood ratio that another slope than the published 0 must have for it. */
const evidence = 10;

/** Fewer devices have said it by chance. */
const fewestDevices = 30;

/** Kinds that are looked at, evenly chosen. */
const mostKinds = 12;

/**
 * By restricted maximum likelihood (Patterson and Thompson, Biometrika 58 (1971) 545) over devices of all kinds, each with a size of its
 * noise of its own.
 * @returns a, between -0.3 and 0.6; 0, pure 1/f noise, where the readings do not clearly contradict.
 */
export function noiseSlope(readings: DriftReadings, kinds: Uint8Array, shape: FlickerShape): number {
  if (readings.reads.length < fewestReads) return 0;
  const block = ageBlocks(readings.reads, readings.devices).reduce((largest, candidate) =>
    candidate.to - candidate.from > largest.to - largest.from ? candidate : largest,
  );
  const groups = groupsOf(readings, block, kinds, { ...shape, slope: 0 });
  if (groups.reduce((sum, { sample }) => sum + sample.length, 0) < fewestDevices) return 0;
  const likelihoods = slopes.map((slope) =>
    groups.reduce((sum, group) => sum + likelihood(readings, block, group, { ...shape, slope }), 0),
  );
  const best = likelihoods.indexOf(Math.max(...likelihoods));
  const ofPublished = likelihoods[slopes.indexOf(0)]!;
  return 2 * (likelihoods[best]! - ofPublished) < evidence ? 0 : peakAround(likelihoods, best);
}

interface Group {
  readonly noise: KindNoise;
  readonly sample: readonly Sampled[];
  /** What of the relative variance of a reading is 1/f noise. */
  readonly flickerVariance: number;
}

function groupsOf(readings: DriftReadings, block: AgeBlock, kinds: Uint8Array, shape: FlickerShape): Group[] {
  const lists = devicesByKind(kinds, block).filter((devices, kind) => kind !== noKind && devices.length > 0);
  const stride = Math.max(1, Math.ceil(lists.length / mostKinds));
  return lists
    .filter((_, index) => index % stride === 0)
    .map((devices) => {
      const noise = noiseOfKind(readings, block, devices, shape);
      const sample = sampleOf(
        readings,
        block,
        devices,
        devicesOfAll / Math.ceil(lists.length / stride),
      ).filter((one) => isSound(noise, one));
      return { noise, sample, flickerVariance: noise.flicker ** 2 * meanVariance(readings, block, shape) };
    });
}

/** Devices that are looked at, of all kinds together: they tell a to about a hundredth. */
const devicesOfAll = 1500;

/** A reading that does not belong would tell of itself alone. */
function isSound({ gls, nu }: KindNoise, { fit, lnAges }: Sampled): boolean {
  refit(gls, fit, lnAges, nu);
  return fit.farthest <= outlierDeviations * Math.sqrt(fit.squares / (gls.n - 2));
}

const meanVariance = ({ reads }: DriftReadings, { ages }: AgeBlock, shape: FlickerShape): number =>
  reads.reduce((sum, { averages }, r) => sum + flickerVariance(ages[r]!, averages, shape), 0) / reads.length;

/** Of the sample, with as much 1/f noise as at the published slope; constants left out. */
function likelihood(
  readings: DriftReadings,
  block: AgeBlock,
  { noise, sample, flickerVariance: variance }: Group,
  shape: FlickerShape,
): number {
  const flicker = Math.sqrt(variance / meanVariance(readings, block, shape));
  const size = { flicker, siemens: noise.siemens };
  const gls = powerGls(block.ages, readingCovariance(readings.reads, block.ages, size, shape));
  const freedom = gls.n - 2;
  const determinants = determinantsOf(gls);
  let sum = 0;
  for (const { fit, lnAges } of sample) {
    refit(gls, fit, lnAges, noise.nu);
    sum -= (determinants + freedom * Math.log(fit.squares / freedom)) / 2;
  }
  return sum;
}

/** ln |V| + ln |X' V^-1 X|. */
function determinantsOf({ n, whitener, levelVariance, exponentVariance }: PowerGls): number {
  let sum = -Math.log(levelVariance * exponentVariance);
  for (let i = 0; i < n; i++) sum -= 2 * Math.log(whitener[i * n + i]!);
  return sum;
}

/** The top of a parabola through the largest likelihood and its neighbours. */
function peakAround(likelihoods: readonly number[], best: number): number {
  const [before, top, after] = [likelihoods[best - 1], likelihoods[best]!, likelihoods[best + 1]];
  const slope = slopes[best]!;
  if (before === undefined || after === undefined) return slope;
  const bend = before - 2 * top + after;
  return bend < 0 ? slope + (0.1 * (before - after)) / (2 * bend) : slope;
}
