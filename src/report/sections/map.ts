/** Where the conductances lie on the chip. */

import type { StoredNetwork } from "../../store/networks.ts";
import { dataMarkup } from "../figure.ts";
import { html, type Markup } from "../markup.ts";
import {
  type Blanks,
  blanksIn,
  imageMarkup,
  type Picture,
  type Raster,
  rasterPlate,
  scaleMarkup,
} from "../raster.ts";
import { commands, missing, type Plate, type Section } from "../section.ts";
import type { ConductanceMap } from "../statistics/conductance-map.ts";
import { quantile } from "../statistics/quantile.ts";
import type { Table } from "../table.ts";
import { ageText, inMicrosiemens } from "../words.ts";

/** @param maps one for each array that holds devices of the network. */
export function mapSection(
  maps: readonly ConductanceMap[],
  network: StoredNetwork | undefined,
  programmed: boolean,
): Section {
  const part =
    maps.length === 0 || network === undefined || !programmed
      ? missing("No device was programmed yet; this programs them:", commands.program)
      : plateOf(maps, network);
  const title = maps.length > 1 ? "On the arrays" : "On the array";
  return { id: "map", title, parts: [part] };
}

function plateOf(maps: readonly ConductanceMap[], network: StoredNetwork): Plate {
  const pictures = maps.map(picturesOf);
  const shown = pictures.flatMap(({ target, measured }) =>
    measured === undefined ? [target] : [target, measured],
  );
  const top = scaleTop(
    pictures.map(({ target }) => target.raster),
    network.gmaxSiemens,
  );
  const blanks = blanksOf(shown.map(({ raster }) => raster));
  const markup = html`<figure id="figure-map">${pictures.map((row) => arrayMarkup(row, top))}
${scaleMarkup(top, blanks)}
<figcaption>${maps.map(captionOf).join(" ")}${captionOfBlanks(blanks)}</figcaption>
${dataMarkup("figure-map", placesOf(network, maps), "Data")}</figure>`;
  return {
    id: "figure-map",
    title: "Conductances on the arrays",
    markup,
    ...rasterPlate(shown, top, blanks),
  };
}

function blanksOf(rasters: readonly Raster[]): Blanks {
  const { free, unknown } = blanksIn(rasters);
  return { free: free ? "not used" : undefined, unknown: unknown ? "not programmed or read" : undefined };
}

const captionOfBlanks = ({ free, unknown }: Blanks): string =>
  [
    free &&
      " Empty places belong to no tile of the network: nothing fitted there, or bad lines were avoided.",
    unknown && " Grey ones belong to a tile whose programming or readout is not complete.",
  ]
    .filter(Boolean)
    .join("");

interface Pictures {
  readonly target: Picture;
  readonly measured: Picture | undefined;
}

/** Targets, and beside them what was measured where it was. */
function picturesOf(map: ConductanceMap): Pictures {
  const { window, firstAgeSeconds: age } = map;
  const target = { name: `array ${window.array}, target`, raster: map.target() };
  if (age === undefined) return { target, measured: undefined };
  const measured = { name: `array ${window.array}, measured ${ageText(age)}`, raster: map.measured() };
  return { target, measured };
}

function arrayMarkup({ target, measured }: Pictures, top: number): Markup {
  const layout = target.raster.width > 2.5 * target.raster.height ? "maps" : "maps beside";
  return html`<div class="${layout}">
${imageMarkup(target, top)}
${measured === undefined ? missing("Not read yet; this reads the devices:", commands.read) : imageMarkup(measured, top)}
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

/** The tiles with the mean conductances of what was programmed. */
function placesOf(network: StoredNetwork, maps: readonly ConductanceMap[]): Table {
  const means = new Map(maps.flatMap((map) => map.tileMeans()));
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
      "mean target (µS)",
      "mean measured (µS)",
    ],
    rows: network.tiles.map(({ id, layer, region, rows, columns, devices }) => [
      names.get(layer) ?? String(layer),
      region.array,
      region.row,
      region.column,
      region.rows,
      region.columns,
      rows,
      columns,
      devices.join(" "),
      optional(means.get(id)?.targetSiemens),
      optional(means.get(id)?.measuredSiemens),
    ]),
  };
}

const optional = (siemens: number | undefined): number | null =>
  siemens === undefined ? null : inMicrosiemens(siemens);
