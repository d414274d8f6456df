/**
 * The numbers of a twin for IBM/aihwkit: arguments of `PCMLikeNoiseModel` and `CustomDriftPCMLikeNoiseModel`
 * (src/aihwkit/inference/noise/pcm.py; FACTS.md 7.1 and 7.3). Their laws: sigma_prog is a polynomial of g = G / g_max in µS; exponents are
 * linear between the conductances of a list; read noise is min(0.0088 / max(g^0.65, 1e-3), 0.2) times a scale. Their time counts from t_0.
 */

import type { ChipProfile } from "../../../mocks/array/profile.ts";
import type { StateLaw } from "../../../mocks/device/parameters.ts";
import { evaluateLaw, logState } from "../../../mocks/device/state-law.ts";
import { LabError } from "../../core/errors.ts";
import { microsiemens } from "../../core/units.ts";
import type { Twin, TwinRecord } from "./document.ts";

/** Names are those of the Python arguments; conductances in µS, times in s. */
export interface AihwkitArguments {
  readonly prog_coeff: readonly number[];
  readonly g_max: number;
  readonly t_read: number;
  readonly t_0: number;
  readonly read_noise_scale: number;
}

export interface AihwkitExport {
  readonly pcm_like: AihwkitArguments & { readonly drift_scale: number };
  readonly custom_drift: AihwkitArguments & {
    readonly custom_drift_model: {
      readonly g_lst: readonly number[];
      readonly nu_mean_lst: readonly number[];
      readonly nu_std_lst: readonly number[];
    };
  };
  /** Beside what the model makes of it, at each level (µS, relative). */
  readonly read_noise: readonly { readonly g: number; readonly measured: number; readonly model: number }[];
  /** What is not a fit of the chip. */
  readonly remarks: readonly string[];
}

/** @throws LabError STORE_CONTENT when the twin has no polynomial of the programming error. */
export function aihwkitExport({ profile, twin }: Twin): AihwkitExport {
  if (twin.programming === null)
    throw new LabError(
      "STORE_CONTENT",
      "the twin has no polynomial of the programming error: it was fitted to fewer than four levels",
      { next: "fit it to a store with more levels, such as that of a network" },
    );
  const noise = noiseLevels(profile, twin);
  const common: AihwkitArguments = {
    prog_coeff: twin.programming.coefficientsSiemens.map(({ value }) => microsiemens(value)),
    g_max: microsiemens(twin.gmaxSiemens),
    t_read: twin.readSeconds,
    t_0: twin.referenceSeconds,
    read_noise_scale: noiseScale(noise),
  };
  return {
    pcm_like: { ...common, drift_scale: driftScale(profile, twin) },
    custom_drift: { custom_drift_model: driftLists(profile, twin), ...common },
    read_noise: noise.map(({ g, measured }) => ({
      g: g * common.g_max,
      measured,
      model: common.read_noise_scale * publishedNoise(g),
    })),
    remarks: remarksOf(twin),
  };
}

/** Q_s of pcm.py. */
const publishedNoise = (g: number): number => Math.min(0.0088 / Math.max(g ** 0.65, 1e-3), 0.2);

/** mu of pcm.py. */
const publishedExponent = (g: number): number =>
  Math.min(0.1, Math.max(0.049, -0.0155 * Math.log(Math.max(g, 1e-7)) + 0.0244));

interface NoiseLevel {
  /** Over the conductance of the largest weight. */
  readonly g: number;
  readonly measured: number;
}

/** Of the levels that were measured; of the law of the profile where none was. */
function noiseLevels({ device }: ChipProfile, { levels, gmaxSiemens }: TwinRecord): NoiseLevel[] {
  const known = levels.flatMap(({ noise, drift }) =>
    noise === null || drift === null ? [] : [{ g: drift.stateSiemens / gmaxSiemens, measured: noise.value }],
  );
  if (known.length > 0) return known;
  return tenths.map((g) => ({
    g,
    measured: evaluateLaw(device.readNoise.relative, logState(g * gmaxSiemens, device.drift.gMaxSiemens)),
  }));
}

const tenths = Array.from({ length: 10 }, (_, n) => (n + 1) / 10);

/** By least squares of the relative differences. */
function noiseScale(levels: readonly NoiseLevel[]): number {
  const ratios = levels.map(({ g, measured }) => publishedNoise(g) / measured);
  const sum = ratios.reduce((total, ratio) => total + ratio, 0);
  return sum / ratios.reduce((total, ratio) => total + ratio ** 2, 0);
}

/** Of the mean exponents against those of pcm.py, each level by its devices' error. */
function driftScale({ device }: ChipProfile, { levels, gmaxSiemens }: TwinRecord): number {
  const known = levels.flatMap(({ drift }) => drift ?? []);
  if (known.length === 0) return exponentOf(device, gmaxSiemens) / publishedExponent(1);
  const weighed = known.map(({ stateSiemens, nuMean }) => ({
    published: publishedExponent(stateSiemens / gmaxSiemens),
    nu: nuMean.value,
    weight: nuMean.error ** -2,
  }));
  return (
    weighed.reduce((sum, { published, nu, weight }) => sum + weight * nu * published, 0) /
    weighed.reduce((sum, { published, weight }) => sum + weight * published ** 2, 0)
  );
}

const exponentOf = ({ drift }: ChipProfile["device"], siemens: number): number =>
  evaluateLaw(drift.nuMean, logState(siemens, drift.gMaxSiemens));

/** From 0, which the list must reach, in steps that straight lines follow a law over ln g in to a fiftieth. */
const steps = [
  0, 0.002, 0.004, 0.007, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.065, 0.08, 0.1, 0.125, 0.15, 0.175, 0.2,
  0.225, 0.25, 0.275, 0.3, 0.325, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1,
];

function driftLists({ device: { drift } }: ChipProfile, { gmaxSiemens, levels }: TwinRecord) {
  const at = (law: StateLaw, siemens: number): number =>
    evaluateLaw(law, logState(siemens, drift.gMaxSiemens));
  const measured = levels.flatMap((level) => level.drift ?? []);
  const ofTargets = measured.map(({ stateSiemens, nuSpread }) => ({
    g: stateSiemens / drift.gMaxSiemens,
    value: nuSpread.value / at(drift.nuSpread, stateSiemens),
  }));
  const states = measured.map(({ stateSiemens }) => stateSiemens).filter((siemens) => siemens < gmaxSiemens);
  const rising = [...new Set([...steps.map((g) => g * gmaxSiemens), ...states])].sort((a, b) => a - b);
  return {
    g_lst: rising.map(microsiemens),
    nu_mean_lst: rising.map((siemens) => at(drift.nuMean, siemens)),
    // The model draws exponents by targets, of which each stands for a spread of states.
    nu_std_lst: rising.map(
      (siemens) =>
        at(drift.nuSpread, siemens) *
        (ofTargets.length === 0 ? 1 : at({ kind: "table", points: ofTargets }, siemens)),
    ),
  };
}

function remarksOf({ levels, base, referenceSeconds }: TwinRecord): string[] {
  const drifting = levels.flatMap(({ drift }) => drift ?? []);
  const lowest = Math.min(...drifting.map(({ stateSiemens }) => stateSiemens));
  return [
    `t_inference counts from t_0: for an age of A seconds after programming it is A - ${referenceSeconds}`,
    "prog_coeff is without read noise, which the model adds by itself",
    drifting.length === 0
      ? `exponents are those of the base profile ${base}: too few readings`
      : `exponents below ${microsiemens(lowest).toFixed(2)} µS are those of the base profile ${base}`,
    "the model has one size of read noise for all conductances, read_noise_scale; read_noise lists what was measured",
    "stuck devices and errors of converters are not part of these models",
  ];
}

/** Python that makes both models. */
export function aihwkitPython(
  { pcm_like, custom_drift, remarks }: AihwkitExport,
  { chip, store }: TwinRecord,
): string {
  const { custom_drift_model, ...common } = custom_drift;
  return [
    `# Noise models of ${chip.manufacturer} ${chip.model} ${chip.serialNumber}, fitted by pcmlab to ${store.replaceAll("\n", " ")}`,
    ...remarks.map((remark) => `# - ${remark}`),
    "from aihwkit.inference.noise.pcm import CustomDriftPCMLikeNoiseModel, PCMLikeNoiseModel",
    "",
    "noise_model = CustomDriftPCMLikeNoiseModel(",
    "    custom_drift_model={",
    ...Object.entries(custom_drift_model).map(([name, values]) => `        "${name}": ${listText(values)},`),
    "    },",
    ...argumentLines(common),
    ")",
    "",
    "pcm_like_noise_model = PCMLikeNoiseModel(",
    ...argumentLines(pcm_like),
    ")",
    "",
  ].join("\n");
}

const argumentLines = (values: object): string[] =>
  Object.entries(values).map(
    ([name, value]: [string, unknown]) =>
      `    ${name}=${Array.isArray(value) ? listText(value.map(Number)) : numberText(Number(value))},`,
  );

const listText = (values: readonly number[]): string => `[${values.map(numberText).join(", ")}]`;

/** Python reads these as floats, which the lists must hold. */
function numberText(value: number): string {
  const text = String(Number(value.toPrecision(6)));
  return /[.e]/.test(text) ? text : `${text}.0`;
}
