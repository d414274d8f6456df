/** A validation as people read it in a terminal. */

import { microsiemens } from "../../core/units.ts";
import { ageText } from "../../report/words.ts";
import type {
  ValidatedLayer,
  ValidatedLoss,
  ValidatedSource,
  ValidationCheck,
  ValidationDocument,
} from "../../store/validation-document.ts";

export function validationTable(document: ValidationDocument): string {
  const { network, images, ageSeconds, compensation, modelled, sources, notes } = document;
  const models = modelled === "" ? "" : `, ${modelled}`;
  return [
    `${network}, ${images.toLocaleString("en")} images, ${ageText(ageSeconds)}, compensation ${compensation}${models}`,
    "",
    ...accuracyLines(document),
    ...sources.flatMap((source) => ["", ...layerLines(source)]),
    "",
    ...levelLines(sources),
    ...sources.flatMap((source) => ["", ...attributionLines(source)]),
    ...(notes.length === 0 ? [] : ["", ...notes.map((note) => `note: ${note}`)]),
    ...checkLines(document),
  ].join("\n");
}

/** Cells to the right but the first. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart((widths[column] ?? 0) + 2),
      )
      .join("")
      .trimEnd(),
  );
}

const percent = (fraction: number | null, digits = 2): string =>
  fraction === null ? "–" : (100 * fraction).toFixed(digits);

const fixed = (value: number | null, digits: number): string =>
  value === null ? "–" : value.toFixed(digits);

function accuracyLines({ digital, sources }: ValidationDocument): string[] {
  const between = ({ low, high }: { low: number; high: number }): string =>
    `${percent(low)}-${percent(high)}`;
  return aligned([
    ["accuracy (%)", "", "95 % interval", "over", "loss"],
    ["digital", percent(digital.accuracy), between(digital.interval), "images", ""],
    ...sources.map((source) => [
      source.name,
      percent(source.accuracy),
      between(source.interval),
      intervalOver(source),
      percent(source.drop),
    ]),
  ]);
}

function intervalOver({ intervalOver: over, instances }: ValidatedSource): string {
  if (over === "images") return over;
  const count = over === "chips" ? new Set(instances.map(({ chip }) => chip)).size : instances.length;
  return `${count} ${over}`;
}

function layerLines({ name, layers }: ValidatedSource): string[] {
  const head = ["MVM error (%)", "own", "correlation", "bits", "gathered", "random", "residual", "outliers"];
  const row = ({ name: layer, own, accumulated, random, outliers }: ValidatedLayer): string[] => [
    layer,
    percent(own.mvmError),
    own.correlation.toFixed(5),
    fixed(own.effectiveBits, 2),
    percent(accumulated.mvmError),
    percent(random.mvmError),
    percent(random.residual),
    String(outliers.length),
  ];
  return [
    `${name}: layers with the inputs of the digital network (own), with those of the layers before (gathered), and with uniform random ones`,
    ...aligned([head, ...layers.map(row)]),
    ...layers.flatMap(({ name: layer, outliers }) =>
      outliers.map(
        ({ instance, column, error, robustZ, suspicion }) =>
          `  ${layer}, channel ${column} of ${instance}: error ${percent(error)} %, z ${robustZ.toFixed(1)}: ${suspicion}`,
      ),
    ),
  ];
}

/** Targets down, sources across. */
function levelLines(sources: readonly ValidatedSource[]): string[] {
  const inMicro = (siemens: number | undefined): string =>
    siemens === undefined ? "–" : microsiemens(siemens).toFixed(3);
  const targets = [
    ...new Set(sources.flatMap(({ levels }) => levels.map(({ targetSiemens }) => targetSiemens))),
  ].sort((a, b) => a - b);
  const cells =
    (target: number) =>
    (source: ValidatedSource): string[] => {
      const level = source.levels.find(({ targetSiemens }) => targetSiemens === target);
      return [inMicro(level?.meanSiemens), inMicro(level?.biasSiemens), inMicro(level?.sigmaSiemens)];
    };
  const published = (target: number): number | undefined =>
    sources.flatMap(({ levels }) => levels).find(({ targetSiemens }) => targetSiemens === target)
      ?.publishedSigmaSiemens;
  return [
    "conductance by target (µS); published: spread right after programming (Joshi et al. 2020)",
    ...aligned([
      ["target", ...sources.flatMap(({ name }) => [`${name}: mean`, "bias", "sigma"]), "published sigma"],
      ...targets.map((target) => [
        microsiemens(target).toFixed(2),
        ...sources.flatMap(cells(target)),
        inMicro(published(target)),
      ]),
    ]),
  ];
}

function attributionLines({ name, attribution }: ValidatedSource): string[] {
  const { effects, compensation, together, remainder, total } = attribution;
  const interval = ({ loss, halfWidth }: ValidatedLoss): string => `${percent(loss)} ± ${percent(halfWidth)}`;
  return [
    `${name}: loss of accuracy (% of the images, 95 %): effects alone in an ideal array, one after the other, and the same under ${compensation.name}`,
    ...aligned([
      ["effect", "alone", "added", "compensated"],
      ...effects.map((effect) => [
        effect.name,
        interval(effect.alone),
        interval(effect.added),
        interval(effect.compensated),
      ]),
      ["interaction", percent(remainder), "", ""],
      ["together", "", interval(together), ""],
      [`by ${compensation.name}`, "", interval(compensation.added), interval(compensation.alone)],
      ["total", "", interval(total), interval(total)],
    ]),
  ];
}

function checkLines({ checks, passed }: ValidationDocument): string[] {
  if (passed === null) return [];
  const failed = checks.filter((check) => !check.passed);
  return [
    "",
    passed
      ? `passed: all ${checks.length} limits are kept`
      : `failed: ${failed.length} of ${checks.length} limits`,
    ...failed.map((check) => `  ${checkText(check)}`),
  ];
}

export function checkText({ limit, of, value, bound, unit }: ValidationCheck): string {
  const shown = (number: number | null): string => (number === null ? "not measured" : inUnit(number, unit));
  return `${limit}${of === "" ? "" : ` of ${of}`}: ${shown(value)}, the limit is ${shown(bound)}`;
}

function inUnit(value: number, unit: ValidationCheck["unit"]): string {
  switch (unit) {
    case "fraction":
      return `${Number((100 * value).toPrecision(4))} %`;
    case "S":
      return `${Number(microsiemens(value).toPrecision(4))} µS`;
    case "bits":
      return `${Number(value.toPrecision(4))} bits`;
    case "channels":
      return `${value} channels`;
    case "":
      return String(Number(value.toPrecision(6)));
    default:
      return unit satisfies never;
  }
}
