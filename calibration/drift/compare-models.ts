/**
 * Which law of drift the devices of one kind follow, by the information criteria of Akaike, corrected for few readings, and of Schwarz.
 * Those of the devices are added up: a mean over devices would not do, since the mean of power laws with different exponents is none.
 */

import { type AgeBlock, ageBlocks } from "./age-blocks.ts";
import { deviceSeries } from "./device-series.ts";
import type { DriftOptions } from "./fit-drift.ts";
import {
  type DriftModel,
  type ModelName,
  modelNames,
  powerLaw,
  powerWithFloor,
  twoExponents,
} from "./models.ts";
import { type KindNoise, noiseOfKind } from "./noise-size.ts";
import type { DriftReadings } from "./readings.ts";
import { fitRobust } from "./robust-fit.ts";
import { fitSingle, type Series } from "./single-fit.ts";

export interface ModelScore {
  /** Sums over the devices: n ln(r' V^-1 r / n) + 2 k + 2 k (k + 1) / (n - k - 1), and with k ln n (Burnham and Anderson 2002, 2.4). */
  readonly aicc: number;
  readonly bic: number;
  /** Share of the devices by whose own AICc it is the best. */
  readonly share: number;
}

export interface ModelComparison {
  readonly best: ModelName;
  readonly devices: number;
  readonly scores: Readonly<Record<ModelName, ModelScore>>;
  readonly referenceSeconds: number;
  /** Age (s) at which the exponent of `two` changes. */
  readonly breakSeconds: number;
}

/** Devices of a kind that are looked at. */
const sampled = 64;
const sampledForBreak = 24;

/** A law with more parameters is taken when the simpler one has essentially no support (Burnham and Anderson 2002, 2.6). */
const noSupport = 10;

/**
 * @param devices of one kind. Those with too few readings for the largest law are passed over.
 * @returns undefined when none is left.
 */
export function compareModels(
  readings: DriftReadings,
  devices: Uint32Array,
  options: DriftOptions,
): ModelComparison | undefined {
  const block = fullestBlock(readings, devices);
  const inside = devices.filter((device) => device >= block.from && device < block.to);
  const noise = noiseOfKind(readings, block, inside, options.shape);
  const stride = Math.max(1, Math.floor(inside.length / sampled));
  const fits = [...inside.filter((_, i) => i % stride === 0).subarray(0, sampled)].flatMap(
    (device) => referenceFit(readings, block, device, noise, options.referenceSeconds) ?? [],
  );
  if (fits.length === 0) return undefined;
  const breakX = bestBreak(fits.slice(0, sampledForBreak), breaksOf(block, options.referenceSeconds));
  const squaresOf = (model: DriftModel): number[] => fits.map((fit) => rivalSquares(fit, model));
  const squares: Readonly<Record<ModelName, readonly number[]>> = {
    power: fits.map((fit) => fit.squares),
    floor: squaresOf(powerWithFloor),
    two: squaresOf(twoExponents(breakX)),
  };
  const scores = scoresOf(fits, squares);
  return {
    best: bestOf(scores),
    devices: fits.length,
    scores,
    referenceSeconds: options.referenceSeconds,
    breakSeconds: options.referenceSeconds * Math.exp(breakX),
  };
}

interface ReferenceFit extends Series {
  readonly kept: Uint16Array;
  readonly squares: number;
  readonly parameters: Float64Array;
  /** ln G as the power law has it plus the relative residual: what all laws are fitted to, so that they compete for the same squares. */
  readonly logs: Float64Array;
}

function fullestBlock({ reads, devices: count }: DriftReadings, devices: Uint32Array): AgeBlock {
  const blocks = ageBlocks(reads, count);
  const inside = blocks.map(({ from, to }) => devices.filter((d) => d >= from && d < to).length);
  return blocks[inside.indexOf(Math.max(...inside))]!;
}

function referenceFit(
  readings: DriftReadings,
  block: AgeBlock,
  device: number,
  { covariance, gls, nu: typicalNu }: KindNoise,
  referenceSeconds: number,
): ReferenceFit | undefined {
  const { lnAges, siemens, measured } = deviceSeries(readings, block, device);
  if (measured.length < mostParameters + 3) return undefined;
  const x = lnAges.map((ln) => ln - Math.log(referenceSeconds));
  const series = { x, siemens, covariance, whitener: gls.whitener };
  const { kept, parameters, residuals } = fitRobust(powerLaw, series, measured, typicalNu);
  if (kept.length < mostParameters + 3) return undefined;
  const [level = 0, nu = 0] = parameters;
  const logs = residuals.map((residual, i) => level - nu * x[i]! + residual);
  const { squares } = fitSingle(powerLaw, { ...series, logs }, kept, parameters);
  return { ...series, kept, parameters, logs, squares };
}

/** With the size of the noise. */
const mostParameters = 4;

/** A law that holds the power law as a special case leaves no more than that does. */
function rivalSquares(fit: ReferenceFit, model: DriftModel): number {
  const [level = 0, nu = 0] = fit.parameters;
  const { squares } = fitSingle(model, fit, fit.kept, model.start(level, nu));
  return squares < fit.squares ? squares : fit.squares;
}

/** x of the break that leaves least around the fits together. */
function bestBreak(fits: readonly ReferenceFit[], breaks: readonly number[]): number {
  const totals = breaks.map((x) =>
    sumOf(fits.map((fit) => likelihood(fit, rivalSquares(fit, twoExponents(x))))),
  );
  return breaks[totals.indexOf(Math.min(...totals))] ?? 0;
}

/** Breaks are looked for in the inner part of the ages, evenly in ln age. */
const breakCount = 7;

function breaksOf({ ages }: AgeBlock, referenceSeconds: number): number[] {
  const x = ages.map((age) => Math.log(age / referenceSeconds)).sort();
  const [first = 0, last = 0] = [x[0], x.at(-1)];
  return Array.from({ length: breakCount }, (_, i) => first + ((last - first) * (i + 1)) / (breakCount + 1));
}

const likelihood = ({ kept }: ReferenceFit, squares: number): number =>
  kept.length * Math.log(squares / kept.length);

function scoresOf(
  fits: readonly ReferenceFit[],
  squares: Readonly<Record<ModelName, readonly number[]>>,
): Record<ModelName, ModelScore> {
  const aicc = (name: ModelName): number[] =>
    fits.map((fit, i) => likelihood(fit, squares[name][i]!) + akaike(fit.kept.length, unknownsOf(name)));
  const all = { power: aicc("power"), floor: aicc("floor"), two: aicc("two") };
  const winners = fits.map((_, i) =>
    modelNames.reduce((best, name) => (all[name][i]! < all[best][i]! ? name : best), modelNames[0]),
  );
  const score = (name: ModelName): ModelScore => ({
    aicc: sumOf(all[name]) + (name === "two" ? ofSharedBreak : 0),
    bic: sumOf(
      fits.map((fit, i) => likelihood(fit, squares[name][i]!) + unknownsOf(name) * Math.log(fit.kept.length)),
    ),
    share: winners.filter((winner) => winner === name).length / fits.length,
  });
  return { power: score("power"), floor: score("floor"), two: score("two") };
}

/** With the size of the noise; the break is one for all devices. */
const unknownsOf = (name: ModelName): number => (name === "power" ? 3 : 4);
const ofSharedBreak = 2;

const akaike = (n: number, k: number): number => 2 * k + (2 * k * (k + 1)) / Math.max(1, n - k - 1);

const bestOf = (scores: Readonly<Record<ModelName, ModelScore>>): ModelName => {
  const other = scores.floor.aicc < scores.two.aicc ? "floor" : "two";
  return scores[other].aicc < scores.power.aicc - noSupport ? other : "power";
};

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
