/** The report of a comparison of programming algorithms: one HTML file that needs nothing else. */

import { formatDuration } from "../core/units.ts";
import { html, type Markup } from "./markup.ts";
import { page } from "./page.ts";
import { type Section, sectionMarkup } from "./section.ts";
import { comparedAccuracySection, effortSection, parametersSection } from "./sections/compared-effort.ts";
import { comparedErrorsSection } from "./sections/compared-errors.ts";
import type { ProgrammingComparison } from "./statistics/programming-comparison.ts";
import { count, inMicrosiemens, percent } from "./words.ts";

/** Equal comparisons give equal pages. */
export function renderComparison(comparison: ProgrammingComparison): string {
  const { network, chip } = comparison;
  const sections: Section[] = [
    comparedErrorsSection(comparison),
    effortSection(comparison),
    ...(network === undefined ? [] : [comparedAccuracySection(comparison, network)]),
    parametersSection(comparison),
  ];
  const content = html`${headline(comparison)}
${sections.map(sectionMarkup)}`;
  return page(`${chip.name}: pcmlab compare-programming`, content);
}

function headline(comparison: ProgrammingComparison): Markup {
  const { chip, gmaxSiemens, devicesPerWeight, weightsPerLevel, calibration, unfinished } = comparison;
  const kind =
    chip.profile === undefined
      ? `on the ${chip.emulated ? "emulated " : ""}chip ${chip.name}, firmware ${chip.firmware}; every algorithm had cells of its own`
      : `on emulated chips ${chip.name} (${chip.profile}, seed ${chip.seed}), one for each algorithm and all alike`;
  const how = `${count(weightsPerLevel)} weights of each level and more, ${devicesPerWeight} devices a weight, Gmax ${inMicrosiemens(gmaxSiemens)} µS, calibration ${calibration}`;
  return html`<header>
<p class="kicker">pcmlab compare-programming</p>
<h1>Programming algorithms</h1>
<p class="subtitle">${kind}; ${how}</p>
${unfinished === undefined ? "" : html`<p class="missing">Not finished: ${unfinished}</p>`}
</header>
${glance(comparison)}`;
}

/** Algorithms down; errors at the first age. */
function glance({ algorithms, productsInArray }: ProgrammingComparison): Markup {
  const age = algorithms[0]?.ages[0]?.ageSeconds ?? 0;
  const when = formatDuration(age);
  const head = [
    "algorithm",
    "devices converged",
    `median error at ${when}`,
    `MVM error at ${when}`,
    "pulses a device",
  ];
  const rows = algorithms.map(({ name, pattern, ages }) => {
    const errors = ages.find(({ ageSeconds }) => ageSeconds === age);
    const cells = [
      percent(pattern.convergedNonZeroShare),
      errors === undefined ? "–" : `${inMicrosiemens(errors.medianErrorSiemens)} µS`,
      errors === undefined ? "–" : percent(errors.mvmError),
      (pattern.pulses / pattern.devices).toFixed(1),
    ];
    return html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`;
  });
  const products = productsInArray ? "by the array" : "computed with the conductances that were read";
  const descent = algorithms.some(({ algorithm }) => algorithm === "gradient-descent")
    ? "; gradient descent judges weights, and their devices have the outcome of the weight"
    : "";
  return html`<div class="scroll"><table class="headline"><caption>Median over the levels of the error of weights whose devices converged; products ${products}${descent}</caption>
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
}
