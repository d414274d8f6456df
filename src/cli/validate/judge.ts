/** A source against limits. */

import { LabError } from "../../core/errors.ts";
import { type ModelledPart, modelledParts } from "../../inference/validation/array-states.ts";
import type { ValidatedLayer, ValidatedSource, ValidationCheck } from "../../store/validation-document.ts";
import { type LayerLimits, type Limits, limitsOfLayer } from "./limits.ts";

type Unit = ValidationCheck["unit"];

/** In the order of the file's schema; a value that is not known keeps no limit. */
export function checksOf(source: ValidatedSource, limits: Limits): ValidationCheck[] {
  return [
    ...atMost("accuracy-drop", "", source.drop, limits["accuracy-drop"], "fraction"),
    ...atLeast("accuracy", "", source.accuracy, limits.accuracy, "fraction"),
    ...source.layers.flatMap((layer) => layerChecks(layer, limitsOfLayer(limits, layer.name))),
    ...source.levels.flatMap(({ targetSiemens, sigmaSiemens, biasSiemens }) => {
      const level = `level ${Number((targetSiemens * 1e6).toPrecision(3))} µS`;
      return [
        ...atMost("levels.sigma", level, sigmaSiemens, limits.levels?.sigma, "S"),
        ...atMost("levels.bias", level, Math.abs(biasSiemens), limits.levels?.bias, "S"),
      ];
    }),
    ...Object.entries(limits.losses ?? {}).flatMap(([name, bound]) => {
      const effect = source.attribution.effects.find((one) => keyOf(one.name) === name);
      return atMost(`losses.${name}`, "", effect?.alone.loss ?? null, bound, "fraction");
    }),
  ];
}

/** @throws LabError USAGE for a limit of something that nobody asked to be modelled: found out after all the work otherwise. */
export function assertModelled({ losses = {} }: Limits, parts: readonly ModelledPart[]): void {
  const unasked = modelledParts.find((part) => keyOf(part) in losses && !parts.includes(part));
  if (unasked === undefined) return;
  throw new LabError("USAGE", `losses.${keyOf(unasked)} has a limit, and no ${unasked} is modelled`, {
    next: "add --read-noise, --ir-drop, or --dac-bits and --adc-bits, or leave the limit out",
  });
}

const keyOf = (effect: string): string => effect.toLowerCase().replace(" ", "-");

function layerChecks(layer: ValidatedLayer, limits: LayerLimits): ValidationCheck[] {
  const { name, own, accumulated, random, outliers } = layer;
  const columns = new Set(outliers.map(({ column }) => column)).size;
  return [
    ...atMost("mvm-error", name, own.mvmError, limits["mvm-error"], "fraction"),
    ...atLeast("correlation", name, own.correlation, limits.correlation, ""),
    ...atLeast("effective-bits", name, own.effectiveBits, limits["effective-bits"], "bits"),
    ...atMost("random-mvm-error", name, random.mvmError, limits["random-mvm-error"], "fraction"),
    ...atMost(
      "accumulated-mvm-error",
      name,
      accumulated.mvmError,
      limits["accumulated-mvm-error"],
      "fraction",
    ),
    ...atLeast(
      "accumulated-correlation",
      name,
      accumulated.correlation,
      limits["accumulated-correlation"],
      "",
    ),
    ...atMost("outlier-channels", name, columns, limits["outlier-channels"], "channels"),
  ];
}

/** No check without a bound; what could not be measured is not within it. */
const check =
  (isWithin: (value: number, bound: number) => boolean) =>
  (
    limit: string,
    of: string,
    value: number | null,
    bound: number | undefined,
    unit: Unit,
  ): ValidationCheck[] =>
    bound === undefined
      ? []
      : [{ limit, of, value, bound, unit, passed: value !== null && isWithin(value, bound) }];

const atMost = check((value, bound) => value <= bound);
const atLeast = check((value, bound) => value >= bound);
