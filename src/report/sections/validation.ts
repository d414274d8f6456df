/** The chip beside the digital network and other chips: layers, causes of the loss, levels, limits. */

import { microsiemens } from "../../core/units.ts";
import type { Store } from "../../store/store.ts";
import type {
  ValidatedSource,
  ValidationCheck,
  ValidationDocument,
} from "../../store/validation-document.ts";
import { dataMarkup } from "../figure.ts";
import { layerFigures } from "../layer-figure.ts";
import { lossFigures } from "../loss-figures.ts";
import { html, type Markup } from "../markup.ts";
import { missing, type Section } from "../section.ts";
import { type Table, tableMarkup } from "../table.ts";
import { ageText, compensationName, count, inMicrosiemens, percent, rounded } from "../words.ts";

const command = "pcmlab validate --store FILE --images IMAGES --normalise AS-FOR-INFER";

export function validationSection(store: Store): Section {
  const document = store.validations.latest()?.document;
  const section = { id: "validation", title: "Validation" };
  if (document === undefined)
    return {
      ...section,
      parts: [missing("Layers were not compared with the digital network yet; this compares them:", command)],
    };
  const { sources, notes, checks } = document;
  const outliers = outlierTable(document);
  return {
    ...section,
    parts: [
      introduction(document),
      tableMarkup(accuracyTable(document)),
      ...layerFigures(sources),
      ...(outliers.rows.length === 0 ? [] : [dataMarkup("outlier-channels", outliers, "Outlier channels")]),
      ...sources.flatMap((source, index) => lossFigures(source, index)),
      dataMarkup("validated-levels", levelTable(document), "Conductance by target"),
      ...(checks.length === 0 ? [] : [dataMarkup("limits", checkTable(checks), "Limits")]),
      ...notes.map((note) => html`<p>${note}.</p>`),
    ],
  };
}

function introduction({
  ageSeconds,
  compensation,
  modelled,
  images,
  passed,
  checks,
}: ValidationDocument): Markup {
  const when = `${ageText(ageSeconds)}, ${count(images)} images, ${compensationName(compensation)}${modelled === "" ? "" : `, ${modelled}`}`;
  const failed = checks.filter((check) => !check.passed);
  const verdict =
    passed === null
      ? ""
      : passed
        ? ` All ${checks.length} limits are kept.`
        : ` ${failed.length} of ${checks.length} limits are not kept: ${[...new Set(failed.map(({ limit }) => limit))].join(", ")}.`;
  return html`<p>${when}.${verdict}</p>`;
}

const accuracyTable = ({ digital, sources }: ValidationDocument): Table => ({
  columns: ["", "accuracy", "95 % interval", "over", "loss"],
  rows: [
    ["digital", percent(digital.accuracy), intervalText(digital.interval), "images", null],
    ...sources.map(({ name, accuracy, interval, intervalOver, instances, drop }) => [
      name,
      percent(accuracy),
      intervalText(interval),
      intervalOver === "images" ? "images" : `${countOf(instances, intervalOver)} ${intervalOver}`,
      percent(drop),
    ]),
  ],
});

const countOf = (instances: ValidatedSource["instances"], over: "chips" | "repeats"): number =>
  over === "chips" ? new Set(instances.map(({ chip }) => chip)).size : instances.length;

const intervalText = ({ low, high }: { readonly low: number; readonly high: number }): string =>
  `${(100 * low).toFixed(2)}–${(100 * high).toFixed(2)}`;

const outlierTable = ({ sources }: ValidationDocument): Table => ({
  columns: ["layer", "channel", "chip", "error (%)", "robust z", "what may be wrong"],
  rows: sources.flatMap(({ layers }) =>
    layers.flatMap(({ name, outliers }) =>
      outliers.map(({ instance, column, error, robustZ, suspicion }) => [
        name,
        column,
        instance,
        rounded(100 * error, 2),
        rounded(robustZ, 1),
        suspicion,
      ]),
    ),
  ),
});

const levelTable = ({ sources }: ValidationDocument): Table => ({
  columns: [
    "source",
    "target (µS)",
    "devices",
    "mean (µS)",
    "bias (µS)",
    "sigma (µS)",
    "published sigma of programming (µS)",
  ],
  rows: sources.flatMap(({ name, levels }) =>
    levels.map((level) => [
      name,
      inMicrosiemens(level.targetSiemens),
      level.devices,
      inMicrosiemens(level.meanSiemens),
      inMicrosiemens(level.biasSiemens),
      inMicrosiemens(level.sigmaSiemens),
      inMicrosiemens(level.publishedSigmaSiemens),
    ]),
  ),
});

/** Those that are not kept first. */
const checkTable = (checks: readonly ValidationCheck[]): Table => ({
  columns: ["limit", "of", "value", "bound", "unit", "kept"],
  rows: [...checks]
    .sort((a, b) => Number(a.passed) - Number(b.passed))
    .map(({ limit, of, value, bound, unit, passed }) => {
      const { factor, name } = units[unit];
      const shown = (number: number): number => Number((factor * number).toPrecision(5));
      return [limit, of, value === null ? null : shown(value), shown(bound), name, passed ? "yes" : "no"];
    }),
});

const units: Readonly<Record<ValidationCheck["unit"], { readonly factor: number; readonly name: string }>> = {
  fraction: { factor: 100, name: "%" },
  S: { factor: microsiemens(1), name: "µS" },
  bits: { factor: 1, name: "bits" },
  channels: { factor: 1, name: "channels" },
  "": { factor: 1, name: "" },
};
