/** The top of the page: what was measured on what, and the accuracies at a glance. */

import { cellCount } from "../../chip/region.ts";
import { formatDuration } from "../../core/units.ts";
import type { StoredNetwork } from "../../store/networks.ts";
import type { StoredProgramming } from "../../store/programmings.ts";
import type { StoredResult } from "../../store/results.ts";
import type { Store } from "../../store/store.ts";
import { compensationsOf } from "../accuracy-figures.ts";
import { html, type Markup, nothing } from "../markup.ts";
import { commands, missing } from "../section.ts";
import { compensationName, count, percent } from "../words.ts";
import { accuracyOf, isTimed, type TimedResult } from "./accuracy.ts";
import { yieldOf } from "./outcomes.ts";

export function headlineMarkup(store: Store, results: readonly StoredResult[]): Markup {
  const network = store.networks.find();
  return html`<header>
<p class="kicker">pcmlab report</p>
<h1>${network?.name ?? "A store without a network"}</h1>
<p class="subtitle">${subtitle(store, network)}</p>
</header>
${network === undefined ? missing("No network was programmed yet; this programs one:", commands.program) : nothing}
${network === undefined ? nothing : factsMarkup(network, store.programmings.current(), results)}
${resultsMarkup(results)}`;
}

function subtitle(store: Store, network: StoredNetwork | undefined): string {
  const chip = store.chips.latest()?.descriptor;
  if (chip === undefined) return "No chip has been connected yet.";
  const doing = network === undefined ? "for" : "programmed into";
  const kind = chip.emulated ? "emulated chip" : "chip";
  return `${doing} the ${kind} ${chip.model}, serial number ${chip.serialNumber}, by ${chip.manufacturer}`;
}

function factsMarkup(
  network: StoredNetwork,
  programmings: readonly StoredProgramming[],
  results: readonly StoredResult[],
): Markup {
  const weights = network.layers.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  const devices = network.tiles.reduce((sum, { region }) => sum + cellCount(region), 0);
  const baseline = results.find((result) => !isTimed(result));
  const facts: (readonly [string, string])[] = [
    ["weights", count(weights)],
    ["devices", count(devices)],
    ["converged of all devices", programmings.length === 0 ? "–" : percent(yieldOf(programmings))],
    ["digital baseline", baseline === undefined ? "–" : percent(accuracyOf(baseline))],
  ];
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** Times down, compensations across. */
function resultsMarkup(results: readonly StoredResult[]): Markup {
  const timed = results.filter(isTimed);
  if (timed.length === 0) return nothing;
  const names = compensationsOf(timed);
  const ages = [...new Set(timed.map(({ ageSeconds }) => ageSeconds))].sort((a, b) => a - b);
  const head = names.map((name) => html`<th scope="col">${compensationName(name)}</th>`);
  const row = (age: number): Markup =>
    html`<tr><th scope="row">${age === 0 ? "at once" : formatDuration(age)}</th>${names.map((name) => cell(timed, age, name))}</tr>`;
  return html`<div class="scroll" tabindex="0"><table class="headline"><caption>Accuracy by time since programming, with 95 % intervals</caption>
<thead><tr><th scope="col">time</th>${head}</tr></thead><tbody>${ages.map(row)}</tbody></table></div>`;
}

function cell(timed: readonly TimedResult[], age: number, name: string): Markup {
  const result = timed.find(({ ageSeconds, compensation }) => ageSeconds === age && compensation === name);
  if (result === undefined) return html`<td>–</td>`;
  const { low, high } = result.interval;
  return html`<td><b>${percent(accuracyOf(result))}</b> <span>${(100 * low).toFixed(2)}–${(100 * high).toFixed(2)}</span></td>`;
}
