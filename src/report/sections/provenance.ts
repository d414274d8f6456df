/** Provenance: which tool, chip, settings and commands made these numbers. */

import type { ConverterCalibration } from "../../chip/readout.ts";
import { formatDuration } from "../../core/units.ts";
import type { StoredResult } from "../../store/results.ts";
import type { StoredRun } from "../../store/runs.ts";
import type { Store } from "../../store/store.ts";
import { html, type Markup, nothing } from "../markup.ts";
import type { Section } from "../section.ts";
import { condensed, csvLink, type Table, tableMarkup } from "../table.ts";
import { dateAndTime, inMicrosiemens } from "../words.ts";
import { linkMarkup } from "./link.ts";
import {
  compensationParts,
  type Fact,
  inferenceFacts,
  leavesText,
  listed,
  parameterParts,
} from "./methods.ts";

/** @param other the calibration that conductances of this report were derived with again. */
export function provenanceSection(
  store: Store,
  results: readonly StoredResult[],
  other?: ConverterCalibration,
): Section {
  const parts = [
    subjectMarkup(store, results, other),
    ...parameterParts(store),
    ...compensationParts(results),
    runsMarkup(store.runs.list()),
    eventsMarkup(store),
    linkMarkup(store),
  ];
  return { id: "provenance", title: "Provenance", parts };
}

function subjectMarkup(
  store: Store,
  results: readonly StoredResult[],
  other: ConverterCalibration | undefined,
): Markup {
  const facts = [
    ...chipFacts(store),
    ...networkFacts(store),
    ...methodFacts(store),
    ...(other === undefined
      ? []
      : listed("conductances of this report", [`derived again by ${converterText(other)}`])),
    ...inferenceFacts(results),
  ];
  const rows = facts.map(
    ([name, value]) => html`<tr><th scope="row">${name}</th><td class="wrap">${value}</td></tr>`,
  );
  return html`<div class="scroll" tabindex="0"><table class="pairs">${rows}</table></div>`;
}

function chipFacts(store: Store): Fact[] {
  const chip = store.chips.latest()?.descriptor;
  if (chip === undefined) return [];
  const arrays = chip.arrays.map(({ name, rows, columns }) => `${name} (${rows} × ${columns})`).join(", ");
  return [
    ["chip", `${chip.manufacturer} ${chip.model}${chip.emulated ? ", emulated" : ""}`],
    ["serial number", chip.serialNumber],
    ["firmware", `${chip.firmware}, protocol ${chip.protocol}`],
    ["arrays", arrays],
  ];
}

function networkFacts(store: Store): Fact[] {
  const network = store.networks.find();
  if (network === undefined) return [];
  return [
    ["network", network.name],
    ["SHA-256 of the network", network.sha256],
    ["mapping", `Gmax ${inMicrosiemens(network.gmaxSiemens)} µS; ${leavesText(network.options)}`],
  ];
}

function methodFacts(store: Store): Fact[] {
  const algorithms = store.programmings.current().map(({ algorithm }) => algorithm.name);
  const readouts = store.readouts.completeAges().flatMap((age) => store.readouts.atAge(age));
  const readings = readouts.map(
    ({ averages, readVolts, calibration }) =>
      `${averages} conversions at ${readVolts} V, ${converterText(calibration)}`,
  );
  return [...listed("programming", algorithms), ...listed("reading", readings)];
}

/** The name, and what a code means: on every bit line, or on one of those that can be trusted and on how many it was measured. */
export function converterText({ name, siemensPerCode, offsetCodes, success }: ConverterCalibration): string {
  const column = Math.max(0, success.indexOf(1));
  const [siemens = 0, offset = 0] = [siemensPerCode[column], offsetCodes[column]];
  const code = `${inMicrosiemens(siemens, 5)} µS a code, offset ${Number(offset.toPrecision(4))} codes`;
  const alike = siemensPerCode.every((value) => value === siemens);
  if (alike) return `calibration ${name} (${code})`;
  const each = `a converter for each of ${siemensPerCode.length} bit lines`;
  return `${name} (${each}${failedText(success)}; on bit line ${column} ${code})`;
}

const mostNamed = 10;

/** Tiles are placed beside them. */
function failedText(success: ConverterCalibration["success"]): string {
  const failed = Array.from(success.keys()).filter((column) => success[column] === 0);
  if (failed.length === 0) return "";
  const more = failed.length > mostNamed ? " ..." : "";
  return `, ${failed.length} of them not to be trusted: ${failed.slice(0, mostNamed).join(", ")}${more}`;
}

function runsMarkup(runs: readonly StoredRun[]): Markup {
  if (runs.length === 0) return html`<p class="missing">No command has written to this store yet.</p>`;
  const table: Table = {
    columns: ["run", "began", "took", "outcome", "command line", "version", "commit", "seed", "host"],
    rows: runs.map((run) => [
      String(run.id),
      dateAndTime(run.startedWallSeconds),
      run.endedWallSeconds === null ? "–" : formatDuration(run.endedWallSeconds - run.startedWallSeconds),
      outcomeText(run),
      `pcmlab ${run.commandLine.join(" ")}`,
      run.toolVersion,
      run.gitCommit?.slice(0, 12) ?? "–",
      run.seed === null ? "–" : String(run.seed),
      hostText(run),
    ]),
  };
  const { table: shown, shared } = condensed(table, ["version", "commit", "host"]);
  const all = shared.length === 0 ? "" : `All runs: ${shared.join(", ")}. `;
  return html`<h3>Runs</h3>${tableMarkup(shown)}
<p>${all}A run takes from its entry in the store to its end: a calibration is measured before it is entered.</p>
<p>${csvLink("runs", table)}</p>`;
}

/** As `host` is written today; other names of other versions are told as they are. */
const hostText = ({ host: { platform, node, cores, memoryBytes, ...rest } }: StoredRun): string =>
  [
    platform,
    node && `Node ${node}`,
    cores && `${cores} processors`,
    typeof memoryBytes === "number" && `${(memoryBytes / 2 ** 30).toFixed(0)} GiB`,
    ...Object.entries(rest).map(([name, value]) => `${name} ${JSON.stringify(value)}`),
  ]
    .filter(Boolean)
    .join(", ");

const outcomeText = ({ outcome, message }: StoredRun): string =>
  outcome === null ? "did not end" : message === null ? outcome : `${outcome}: ${message}`;

const eventsShown = 50;

function eventsMarkup(store: Store): Markup {
  const notable = store.events.list().filter(({ level }) => level !== "info");
  if (notable.length === 0) return nothing;
  const table: Table = {
    columns: ["time", "level", "event"],
    rows: notable
      .slice(-eventsShown)
      .map(({ wallSeconds, level, text }) => [dateAndTime(wallSeconds), level, text]),
  };
  const earlier = notable.length > eventsShown ? `The last ${eventsShown} of ${notable.length}.` : "";
  return html`<h3>Warnings and errors</h3><p>${earlier}</p>${tableMarkup(table)}`;
}
