/** What became of the devices, by layer, and the iterations that it took. */

import { type CellOutcome, cellOutcomes } from "../../chip/outcome.ts";
import type { StoredNetwork } from "../../store/networks.ts";
import type { StoredProgramming } from "../../store/programmings.ts";
import { dataMarkup } from "../figure.ts";
import { html, type Markup } from "../markup.ts";
import { commands, missing, type Section } from "../section.ts";
import type { CountHistogram } from "../statistics/count-histogram.ts";
import { type Cell, type Table, tableMarkup } from "../table.ts";
import { count, rounded } from "../words.ts";
import { countFigure } from "./count-figure.ts";

export function outcomesSection(
  network: StoredNetwork | undefined,
  programmings: readonly StoredProgramming[],
  iterations: CountHistogram,
): Section {
  const parts =
    network === undefined || programmings.length === 0
      ? [missing("No device was programmed yet; this programs them:", commands.program)]
      : [tablePart(network, programmings), iterationsFigure(iterations)];
  return { id: "outcomes", title: "Outcomes and iterations", parts };
}

/** Converged devices among those that were to be programmed, as a fraction. */
export function yieldOf(programmings: readonly StoredProgramming[]): number {
  const programmed = attempted(programmings);
  return programmed === 0 ? 0 : total(programmings, "converged") / programmed;
}

const attempted = (programmings: readonly StoredProgramming[]): number =>
  cellOutcomes
    .filter((outcome) => outcome !== "skipped")
    .reduce((sum, outcome) => sum + total(programmings, outcome), 0);

const total = (programmings: readonly StoredProgramming[], outcome: CellOutcome): number =>
  programmings.reduce((sum, { counts }) => sum + counts[outcome], 0);

function tablePart(network: StoredNetwork, programmings: readonly StoredProgramming[]): Markup {
  const whole = { columns: ["", ...columns], rows: [rowOf("all layers", programmings)] };
  return html`<p>Devices by outcome of their last programming.</p>${tableMarkup(whole)}${dataMarkup("outcomes", byLayer(network, programmings), "By layer")}`;
}

const columns = ["converged (%)", ...cellOutcomes];

const rowOf = (name: string, programmings: readonly StoredProgramming[]): Cell[] => [
  name,
  rounded(100 * yieldOf(programmings), 3),
  ...cellOutcomes.map((outcome) => total(programmings, outcome)),
];

function byLayer(network: StoredNetwork, programmings: readonly StoredProgramming[]): Table {
  const layerOfTile = new Map(network.tiles.map((tile) => [tile.id, tile.layer]));
  const rows = network.layers.map(({ index, name }) => {
    const own = programmings.filter(({ tile }) => layerOfTile.get(tile) === index);
    return rowOf(name, own);
  });
  return { columns: ["layer", ...columns], rows };
}

const iterationsFigure = (iterations: CountHistogram) =>
  countFigure(iterations, {
    id: "figure-iterations",
    title: "Iterations of program-and-verify",
    unit: "iterations",
    caption: `Iterations that each device took at its last programming: ${averageText(iterations)} 99 % of all took ${iterations.quantile(0.99)} or fewer, and none more than ${iterations.largest}.`,
  });

function averageText({ mean, meanOfOthers, withNone }: CountHistogram): string {
  if (withNone === 0) return `${rounded(mean, 2)} on average.`;
  return `none for ${count(withNone)} devices, as may be where the target is 0, and ${rounded(meanOfOthers, 2)} on average for the others.`;
}
