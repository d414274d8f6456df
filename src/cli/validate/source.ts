/** The instances of one source (chips of several seeds, or readings of one chip) as one column of a validation. */

import { student95 } from "../../../calibration/drift/student.ts";
import { wilson95 } from "../../inference/accuracy.ts";
import type { Evaluation } from "../../inference/executor.ts";
import { readingNoise } from "../../inference/validation/array-states.ts";
import type { Attribution, Loss } from "../../inference/validation/attribution.ts";
import type {
  ValidatedAttribution,
  ValidatedErrors,
  ValidatedLayer,
  ValidatedLevel,
  ValidatedLoss,
  ValidatedSource,
} from "../../store/validation-document.ts";
import { intervalOf, mean, spread } from "../sweep/statistics.ts";
import type { ChipInstance } from "./instance.ts";
import { publishedReadNoise } from "./levels.ts";
import type { InstanceFindings } from "./measure.ts";

export interface MeasuredInstance {
  readonly instance: ChipInstance;
  readonly findings: InstanceFindings;
}

/** @throws RangeError without an instance. */
export function sourceOf(
  name: string,
  measured: readonly MeasuredInstance[],
  digital: Evaluation,
  ageSeconds: number,
): ValidatedSource {
  const [first] = measured;
  if (first === undefined) throw new RangeError(`${name} has no instance`);
  const byChip = measured.map(({ findings }) =>
    findings.accuracies.map(({ evaluation }) => evaluation.accuracy),
  );
  const accuracy = mean(byChip.map(mean));
  return {
    name,
    emulated: first.instance.descriptor?.emulated ?? false,
    stores: measured.map(({ instance }) => instance.path),
    instances: measured.flatMap(({ instance, findings }) =>
      findings.accuracies.map(({ name: own, evaluation }) => ({
        ...{ chip: instance.name, name: own },
        ...{ accuracy: evaluation.accuracy, correct: evaluation.correct },
      })),
    ),
    accuracy,
    ...accuracyInterval(byChip, digital.count),
    drop: digital.accuracy - accuracy,
    layers: joinedLayers(measured.map(({ findings }) => findings.layers)),
    levels: joinedLevels(measured.map(({ instance }) => instance.levels.levels)),
    attribution: joinedAttribution(measured.map(({ findings }) => findings.attribution)),
    reading: readingOf(
      measured.map(({ instance }) => instance),
      ageSeconds,
    ),
  };
}

/** @param byChip accuracies of the repeats of each chip. @param images that each of them is over. */
function accuracyInterval(byChip: readonly (readonly number[])[], images: number) {
  const chips = byChip.map(mean);
  const over = chips.length > 1 ? "chips" : "repeats";
  const shares = chips.length > 1 ? chips : (byChip[0] ?? []);
  const accuracy = mean(shares);
  const deviation = spread(shares);
  const interval = intervalOf(accuracy, deviation, shares.length);
  if (interval !== null) return { deviation, interval, intervalOver: over } as const;
  const overImages = wilson95(Math.round(accuracy * images), images);
  return { deviation, interval: overImages, intervalOver: "images" as const };
}

function joinedLayers(all: readonly (readonly ValidatedLayer[])[]): ValidatedLayer[] {
  return (all[0] ?? []).map((layer, index) => {
    const own = all.flatMap((layers) => layers[index] ?? []);
    return {
      ...{ name: layer.name, rows: layer.rows, columns: layer.columns },
      own: joinedErrors(own.map((one) => one.own)),
      accumulated: joinedErrors(own.map((one) => one.accumulated)),
      random: {
        mvmError: mean(own.map(({ random }) => random.mvmError)),
        residual: mean(own.map(({ random }) => random.residual)),
      },
      outliers: own.flatMap(({ outliers }) => outliers),
    };
  });
}

const joinedErrors = (all: readonly ValidatedErrors[]): ValidatedErrors => ({
  mvmError: meanOrNull(all.map(({ mvmError }) => mvmError)),
  correlation: mean(all.map(({ correlation }) => correlation)),
  effectiveBits: meanOrNull(all.map(({ effectiveBits }) => effectiveBits)),
});

/** Null when one of them is. */
function meanOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === values.length ? mean(known) : null;
}

/** Over all devices of all instances. */
function joinedLevels(all: readonly (readonly ValidatedLevel[])[]): ValidatedLevel[] {
  const targets = [...new Set(all.flat().map(({ targetSiemens }) => targetSiemens))].sort((a, b) => a - b);
  return targets.flatMap((target) => {
    const own = all.flat().filter(({ targetSiemens }) => targetSiemens === target);
    const [first] = own;
    if (first === undefined) return [];
    const devices = own.reduce((sum, level) => sum + level.devices, 0);
    const weighted = (of: (level: ValidatedLevel) => number): number =>
      own.reduce((sum, level) => sum + level.devices * of(level), 0) / devices;
    const bias = weighted(({ biasSiemens }) => biasSiemens);
    const variance = weighted(
      ({ sigmaSiemens, biasSiemens }) => sigmaSiemens ** 2 + (biasSiemens - bias) ** 2,
    );
    return [
      {
        ...first,
        devices,
        meanSiemens: weighted(({ meanSiemens }) => meanSiemens),
        biasSiemens: bias,
        sigmaSiemens: Math.sqrt(variance),
      },
    ];
  });
}

function joinedAttribution(all: readonly Attribution[]): ValidatedAttribution {
  const [first] = all;
  if (first === undefined) throw new RangeError("there is nothing to attribute");
  const joined = (of: (attribution: Attribution) => Loss): ValidatedLoss => joinedLoss(all.map(of));
  return {
    effects: first.effects.map(({ name }, index) => ({
      name,
      alone: joined(({ effects }) => effects[index]!.alone),
      added: joined(({ effects }) => effects[index]!.added),
      compensated: joined(({ effects }) => effects[index]!.compensated),
    })),
    together: joined(({ together }) => together),
    remainder: mean(all.map(({ remainder }) => remainder)),
    compensation: {
      name: first.compensation.name,
      alone: joined(({ compensation }) => compensation.alone),
      added: joined(({ compensation }) => compensation.added),
    },
    total: joined(({ total }) => total),
  };
}

/** With several instances the interval is that of the mean over them. */
function joinedLoss(all: readonly Loss[]): ValidatedLoss {
  const losses = all.map(({ loss }) => loss);
  const deviation = spread(losses);
  return {
    accuracy: mean(all.map(({ accuracy }) => accuracy)),
    loss: mean(losses),
    halfWidth:
      deviation === null
        ? (all[0]?.halfWidth ?? 0)
        : (student95(all.length - 1) * deviation) / Math.sqrt(all.length),
  };
}

function readingOf(instances: readonly ChipInstance[], ageSeconds: number): ValidatedSource["reading"] {
  const rms = (of: (instance: ChipInstance) => number): number =>
    Math.sqrt(mean(instances.map((instance) => of(instance) ** 2)));
  const noises = instances.map(({ readings }) => readingNoise(readings));
  return {
    readings: instances.reduce((least, { readings }) => Math.min(least, readings.length), Infinity),
    measuredSiemens: noises.includes(null) ? null : Math.sqrt(mean(noises.map((noise) => (noise ?? 0) ** 2))),
    publishedSiemens: rms(({ levels, stored }) =>
      publishedReadNoise(levels.targets, stored.gmaxSiemens, ageSeconds),
    ),
    errorSiemens: rms(({ levels }) => levels.errorSiemens),
  };
}
