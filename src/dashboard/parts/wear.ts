/** Wear: what the chip's ledger counts over its life, and what programming in this store took. */

import { figureMarkup } from "../../report/figure.ts";
import { html, type Markup } from "../../report/markup.ts";
import { countFigure } from "../../report/sections/count-figure.ts";
import type { CountHistogram } from "../../report/statistics/count-histogram.ts";
import { type Table, tableMarkup } from "../../report/table.ts";
import { count, percent, rounded } from "../../report/words.ts";
import type { WearSummary } from "../../store/ledger/summary.ts";
import { type Look, nothingYet, type Source } from "../part.ts";

/** How many of the most worn cells are listed. */
export const mostWornShown = 10;

export function wearPart({ digest, wear }: Source): Look {
  const document = { ledger: wear === undefined ? null : ledgerDocument(wear) };
  const devices = digest.tiles?.pulses;
  return {
    version: `${digest.programmings.map(({ id }) => id)} ${JSON.stringify(document)}`,
    draw: () => ({
      document,
      markup: html`${wear === undefined ? nothingYet("There is no wear ledger of this chip here; it begins with the first pulse, and --ledger names another folder.") : ledgerMarkup(wear)}
${devices === undefined ? "" : figureMarkup(pulsesFigure(devices))}`,
    }),
  };
}

const pulsesFigure = (pulses: CountHistogram) =>
  countFigure(pulses, {
    id: "figure-wear",
    title: "Pulses of each device",
    unit: "pulses",
    caption: `Of the programmings that the devices hold now: ${rounded(pulses.mean, 2)} pulses a device on average, ${pulses.largest} at most.`,
  });

function ledgerDocument({
  path,
  chip,
  pulses,
  pulsedCells,
  unknownPulses,
  unsettled,
  mostWorn,
}: WearSummary) {
  const limit = chip.maxPulsesPerCell ?? null;
  return { path, pulses, pulsedCells, unknownPulses, unsettled, maxPulsesPerCell: limit, mostWorn };
}

function ledgerMarkup(wear: WearSummary): Markup {
  const { chip, pulses, pulsedCells, unknownPulses, mostWorn } = wear;
  const most = mostWorn[0]?.pulses ?? 0;
  const limit = chip.maxPulsesPerCell;
  const facts = [
    ["pulses in its life", count(pulses)],
    ["cells pulsed", count(pulsedCells)],
    ["most worn cell", count(most)],
    ["of its limit", limit === undefined ? "no limit" : percent(most / limit, 3)],
  ] as const;
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<p>${count(unknownPulses)} of the pulses may not have been applied. The ledger counts over all stores: <code>${wear.path}</code></p>
<details><summary>Most worn cells</summary>${tableMarkup(mostWornTable(wear))}</details>`;
}

const mostWornTable = ({ mostWorn, chip }: WearSummary): Table => ({
  columns: ["array", "word line", "bit line", "pulses", "of them unknown"],
  rows: mostWorn.map(({ array, row, column, pulses, unknown }) => [
    chip.arrays[array]?.name ?? String(array),
    row,
    column,
    pulses,
    unknown,
  ]),
});
