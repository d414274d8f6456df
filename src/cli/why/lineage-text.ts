/** A lineage as people read it: from the accuracy down to the pulses, each step with the command that made it. */

import { cellOutcomes } from "../../chip/outcome.ts";
import { regionText } from "../../chip/region.ts";
import { formatDuration } from "../../core/units.ts";
import type { StoredRun } from "../../store/runs.ts";
import type { Store } from "../../store/store.ts";
import { type Lineage, nameOf, type TileLineage } from "./lineage.ts";

/** @param tiles whether every tile has a line of its own. */
export function lineageText(store: Store, lineage: Lineage, tiles: boolean): string {
  const { result, run } = lineage;
  const percent = (100 * result.correct) / result.images;
  return [
    `result ${result.id}, ${nameOf(result)}: ${percent.toFixed(2)} % of ${count(result.images)} images ` +
      `(95 %: ${(100 * result.interval.low).toFixed(2)} to ${(100 * result.interval.high).toFixed(2)})`,
    ...runLines("computed by", run),
    ...Object.entries(result.details).flatMap(([key, value]) => wrapped(`${key}: ${inWords(value)}`)),
    ...networkLines(store),
    ...readingLines(lineage, store),
    ...calibrationLines(lineage, store),
    ...programmingLines(lineage),
    ...(tiles ? tileLines(lineage.tiles) : []),
  ].join("\n");
}

const count = (value: number): string => value.toLocaleString("en");
const utc = (wallSeconds: number): string =>
  `${new Date(1000 * wallSeconds).toISOString().slice(0, 19).replace("T", " ")} UTC`;

function runLines(what: string, run: StoredRun | undefined): string[] {
  if (run === undefined) return [`  ${what} a run that the store does not name`];
  const { id, commandLine, toolVersion, gitCommit, seed, startedWallSeconds, outcome } = run;
  const commit = gitCommit === null ? "" : `, commit ${gitCommit.slice(0, 12)}`;
  return [
    `  ${what} run ${id}: pcmlab ${commandLine.join(" ")}`,
    `    ${utc(startedWallSeconds)}, pcmlab ${toolVersion}${commit}${seed === null ? "" : `, seed ${seed}`}, ${outcome ?? "never ended"}`,
  ];
}

function networkLines(store: Store): string[] {
  const network = store.networks.find();
  if (network === undefined) return [];
  const { name, sha256, gmaxSiemens, options, layers } = network;
  return [
    `  network ${name}, sha256 ${sha256.slice(0, 16)}..., ${layers.length} layers on the array`,
    ...wrapped(`largest weight at ${(1e6 * gmaxSiemens).toFixed(3)} uS, ${inWords(options)}`),
  ];
}

function readingLines({ tiles, runs }: Lineage, store: Store): string[] {
  if (tiles.length === 0) return ["  no reading of a chip: the weights are those of the file"];
  const readouts = tiles.map(({ readout }) => readout);
  const span = (of: (one: (typeof readouts)[number]) => number, digits: number): string =>
    rangeText(readouts.map(of), (value) => value.toFixed(digits));
  const past = tiles.filter(({ isPast }) => isPast).length;
  return [
    `  ${tiles.length} readings of ${new Set(tiles.map(({ tile }) => tile.id)).size} tiles, ` +
      `${span(({ averages }) => averages, 0)} conversions at ${span(({ readVolts }) => readVolts, 3)} V, ` +
      `${span(({ temperatureKelvin }) => temperatureKelvin, 1)} K, ` +
      `${count(readouts.reduce((sum, { saturatedCells }) => sum + saturatedCells, 0))} saturated`,
    ...chipLine(store, readouts[0]?.run),
    ...runsOf(
      runs,
      readouts.map(({ run }) => run),
    ).flatMap((run) => [...runLines("read by", run), ...agesLine(tiles, run)]),
    ...(past > 0
      ? [`    ${past} of these tiles were programmed again since: the chip no longer holds them`]
      : []),
  ];
}

/** The readings for a compensation are much younger than those that it is for, and often of another run. */
function agesLine(tiles: readonly TileLineage[], { id }: StoredRun): string[] {
  const own = tiles.filter(({ readout }) => readout.run === id);
  const ages = own.flatMap(({ ageSeconds }) => ageSeconds ?? []);
  return ages.length === 0
    ? []
    : [`    ${own.length} of the readings, true ages ${rangeText(ages, formatDuration)}`];
}

const rangeText = (values: readonly number[], text: (value: number) => string): string =>
  [...new Set([Math.min(...values), Math.max(...values)].map(text))].join(" to ");

function chipLine(store: Store, run: StoredRun["id"] | undefined): string[] {
  const chip = run === undefined ? undefined : store.chips.of(run);
  if (chip === undefined) return [];
  const { manufacturer, model, serialNumber, firmware, emulated } = chip.descriptor;
  return [
    `    ${manufacturer} ${model} ${serialNumber}, firmware ${firmware}${emulated ? ", emulated" : ""}`,
  ];
}

function calibrationLines({ tiles, calibrations, runs }: Lineage, store: Store): string[] {
  if (tiles.length === 0) return [];
  const names = [...new Set(tiles.map(({ readout }) => readout.calibration.name))];
  const measured = store.calibrations.list().filter(({ id }) => calibrations.includes(id));
  return [
    `  conductances derived with ${names.join(", ")}`,
    ...measured.flatMap(({ id, run, wallSeconds, validUntilWallSeconds, temperatureKelvin, ...rest }) => [
      `    calibration ${id}: ${rest.columns} bit lines, ${rest.failedColumns} failed, measured ${utc(wallSeconds)} ` +
        `at ${temperatureKelvin.toFixed(1)} K, valid until ${utc(validUntilWallSeconds)}`,
      ...runsOf(runs, [run]).flatMap((made) => runLines("  measured by", made)),
    ]),
  ];
}

function programmingLines({ tiles, runs }: Lineage): string[] {
  const programmings = [
    ...new Map(
      tiles.flatMap(({ programming }) => (programming ? [[programming.id, programming]] : [])),
    ).values(),
  ];
  if (programmings.length === 0) return [];
  const total = (of: (one: (typeof programmings)[number]) => number): number =>
    programmings.reduce((sum, one) => sum + of(one), 0);
  const algorithms = new Map(programmings.map(({ algorithm }) => [JSON.stringify(algorithm), algorithm]));
  return [
    `  ${programmings.length} programmings with ${count(total(({ pulseCount }) => pulseCount))} pulses: ` +
      cellOutcomes.map((outcome) => `${count(total(({ counts }) => counts[outcome]))} ${outcome}`).join(", "),
    ...[...algorithms.values()].flatMap(({ name, parameters }) => wrapped(`${name}: ${inWords(parameters)}`)),
    ...runsOf(
      runs,
      programmings.map(({ run }) => run),
    ).flatMap((run) => runLines("programmed by", run)),
  ];
}

const runsOf = (runs: readonly StoredRun[], ids: readonly StoredRun["id"][]): StoredRun[] =>
  runs.filter(({ id }) => ids.includes(id));

const tileLines = (tiles: readonly TileLineage[]): string[] =>
  tiles.map(
    ({ layer, tile, readout, programming, ageSeconds }) =>
      `  ${layer}, tile ${tile.id} at ${regionText(tile.region)}: readout ${readout.id} ` +
      `${ageSeconds === undefined ? "" : `at ${formatDuration(ageSeconds)} `}after programming ${programming?.id ?? "?"} ` +
      `(${count(programming?.pulseCount ?? 0)} pulses)`,
  );

/** Stored options, each name before its value. */
function inWords(value: unknown): string {
  if (value === null) return "none";
  if (typeof value === "number") return String(Number(value.toPrecision(9)));
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return value.map(inBrackets).join(" ");
  return Object.entries(value)
    .map(([key, inner]) => `${key} ${Array.isArray(inner) ? inWords(inner) : inBrackets(inner)}`)
    .join(", ");
}

const inBrackets = (value: unknown): string =>
  typeof value === "object" && value !== null ? `(${inWords(value)})` : inWords(value);

const lineWidth = 120;

/** As lines with an indent of four; what goes on has two more. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = "   ";
  for (const word of text.split(" ")) {
    if (line.length + 1 + word.length > lineWidth && line.trim() !== "") {
      lines.push(line);
      line = "     ";
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
