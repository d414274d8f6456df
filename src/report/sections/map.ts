/** Where the conductances lie on the chip. */

import type { StoredNetwork } from "../../store/networks.ts";
import { dataMarkup } from "../figure.ts";
import { html, type Markup } from "../markup.ts";
import { imageMarkup, type Raster, scaleMarkup } from "../raster.ts";
import { commands, missing, type Section } from "../section.ts";
import type { ConductanceMap } from "../statistics/conductance-map.ts";
import { quantile } from "../statistics/quantile.ts";
import type { Table } from "../table.ts";
import { ageText } from "../words.ts";

/** @param maps one for each array that holds devices of the network. */
export function mapSection(
  maps: readonly ConductanceMap[],
  network: StoredNetwork | undefined,
  programmed: boolean,
): Section {
  const body =
    maps.length === 0 || network === undefined || !programmed
      ? missing("No device was programmed yet; this programs them:", commands.program)
      : mapsMarkup(maps, network);
  const title = maps.length > 1 ? "On the arrays" : "On the array";
  return { id: "map", title, body };
}

function mapsMarkup(maps: readonly ConductanceMap[], network: StoredNetwork): Markup {
  const targets = maps.map((map) => map.target());
  const top = scaleTop(targets, network.gmaxSiemens);
  return html`<figure id="figure-map">${maps.map((map, index) => arrayMarkup(map, targets[index]!, top))}
${scaleMarkup(top)}
<figcaption>${maps.map(captionOf).join(" ")} Places without programmed devices are left empty.</figcaption>
${dataMarkup("places", placesOf(network), "Places of the layers")}</figure>`;
}

function arrayMarkup(map: ConductanceMap, target: Raster, top: number): Markup {
  const age = map.firstAgeSeconds;
  const layout = target.width > 2.5 * target.height ? "maps" : "maps beside";
  const { array } = map.window;
  return html`<div class="${layout}">
${imageMarkup(`array ${array}, target`, target, top)}
${age === undefined ? missing("Not read yet; this reads the devices:", commands.read) : imageMarkup(`array ${array}, measured ${ageText(age)}`, map.measured(), top)}
</div>
`;
}

/** Means over blocks seldom come near Gmax: the scale ends at the tenth of Gmax that 99 of 100 points lie below. */
function scaleTop(targets: readonly Raster[], gmaxSiemens: number): number {
  const known = Float64Array.from(
    targets.flatMap(({ siemens }) => [...siemens].filter((value) => !Number.isNaN(value))),
  ).sort();
  return (Math.max(1, Math.ceil((10 * quantile(known, 0.99)) / gmaxSiemens)) * gmaxSiemens) / 10;
}

function captionOf({ window, block }: ConductanceMap): string {
  const point =
    block === 1 ? "Each point is one device" : `Each point is the mean of ${block} × ${block} devices`;
  const lines = `word lines ${window.row} to ${window.row + window.rows - 1} downwards, bit lines ${window.column} to ${window.column + window.columns - 1} to the right`;
  return `Array ${window.array}: ${lines}. ${point}.`;
}

function placesOf(network: StoredNetwork): Table {
  const names = new Map(network.layers.map(({ index, name }) => [index, name]));
  return {
    columns: [
      "layer",
      "array",
      "first word line",
      "first bit line",
      "word lines",
      "bit lines",
      "weight rows",
      "weight columns",
      "devices of each weight",
    ],
    rows: network.tiles.map(({ layer, region, rows, columns, devices }) => [
      names.get(layer) ?? String(layer),
      region.array,
      region.row,
      region.column,
      region.rows,
      region.columns,
      rows,
      columns,
      devices.join(" "),
    ]),
  };
}
