/** Where the conductances lie on the arrays: targets beside what was read last. */

import type { Region } from "../../chip/region.ts";
import { formatDuration } from "../../core/units.ts";
import { html, type Markup, nothing } from "../../report/markup.ts";
import { imageMarkup, type Raster, scaleMarkup } from "../../report/raster.ts";
import { commands, missing } from "../../report/section.ts";
import { quantile } from "../../report/statistics/quantile.ts";
import { ageText } from "../../report/words.ts";
import type { DeviceDigest } from "../devices/device-digest.ts";
import type { PatchedMap } from "../devices/patches.ts";
import type { TileFigures } from "../devices/tile-figures.ts";
import type { Drawn, Look, Source } from "../part.ts";

export const mapPart = ({ digest, store }: Source): Look => ({
  version: String(digest.version),
  draw: () => drawn(digest, (array) => store.chips.latest()?.descriptor.arrays[array]?.name ?? String(array)),
});

/** A picture of one array. */
interface Picture {
  /** Of its array. */
  readonly arrayName: string;
  readonly name: string;
  readonly map: PatchedMap;
  /** What the raster shows of the array. */
  readonly window: Region;
  readonly raster: Raster;
}

function drawn(digest: DeviceDigest, nameOf: (array: number) => string): Drawn {
  const { tiles, regionMaps } = digest;
  const pictures = [
    ...(tiles?.maps ?? []).map((maps) => [maps.target, maps.measured]),
    ...regionMaps.map((map) => [map]),
  ]
    .map((row) => row.map((map) => pictureOf(map, tiles, nameOf)))
    .filter((row) => row.length > 0);
  if (pictures.length === 0)
    return {
      markup: missing("No device was programmed or read yet; this programs them:", commands.program),
      document: { maps: [] },
    };
  const markup = markupOf(pictures, tiles?.gmaxSiemens);
  return { markup, document: { maps: pictures.flat().map(documentOf) } };
}

function pictureOf(
  map: PatchedMap,
  tiles: TileFigures | undefined,
  nameOf: (array: number) => string,
): Picture {
  const { array } = map.window;
  const own = tiles?.maps.find(({ target, measured }) => target === map || measured === map);
  const what =
    own === undefined
      ? "read beside the tiles"
      : own.target === map
        ? "target"
        : `measured${agesText(tiles)}`;
  const arrayName = `array ${nameOf(array)}`;
  return { arrayName, name: `${arrayName}, ${what}`, map, ...shownOf(map, own === undefined) };
}

/** Tiles fill their window or will; of what is read beside them, a few word lines of an array may be all. */
const shownOf = (map: PatchedMap, cropped: boolean): Pick<Picture, "window" | "raster"> =>
  cropped ? map.known() : { window: map.window, raster: map.raster() };

/** The ages of the readouts in the picture, which may differ while they are being read. */
function agesText(tiles: TileFigures | undefined): string {
  const ages = tiles?.shownAgesSeconds ?? [];
  if (ages.length === 0) return "";
  const [low, high] = [Math.min(...ages), Math.max(...ages)];
  return low === high
    ? ` ${ageText(low)}`
    : ` ${formatDuration(low)} to ${formatDuration(high)} after programming`;
}

/** Means over blocks seldom come near Gmax: the scale ends where 99 of 100 points lie below, on two digits. */
function scaleTop(pictures: readonly Picture[], gmaxSiemens: number | undefined): number {
  const known = pictures.flatMap(({ raster }) => [...raster.siemens].filter((value) => !Number.isNaN(value)));
  const most = quantile(Float64Array.from(known).sort(), 0.99);
  const step = (gmaxSiemens ?? 10e-6) / 10;
  return Math.max(1, Math.ceil((Number.isNaN(most) ? 0 : most) / step)) * step;
}

function markupOf(pictures: readonly (readonly Picture[])[], gmaxSiemens: number | undefined): Markup {
  const top = scaleTop(pictures.flat(), gmaxSiemens);
  return html`<figure>${pictures.map((row) => rowMarkup(row, top))}
${scaleMarkup(top)}
<figcaption>${pictures.map(captionOf).join(" ")} All pictures have one scale. Places of which nothing is known are left empty. The numbers are at <a href="api/map">/api/map</a>.</figcaption></figure>`;
}

function rowMarkup(row: readonly Picture[], top: number): Markup {
  const [first] = row;
  if (first === undefined) return nothing;
  const layout = row.length === 1 || first.raster.width > 2.5 * first.raster.height ? "maps" : "maps beside";
  return html`<div class="${layout}">${row.map(({ name, map, raster }) =>
    map.isEmpty
      ? missing("Not read yet; this reads the devices:", commands.read)
      : imageMarkup({ name, raster }, top),
  )}</div>`;
}

/** Pictures beside each other are of the same places. */
function captionOf(row: readonly Picture[]): string {
  const [first] = row;
  if (first === undefined) return "";
  const { arrayName, name, window, map } = first;
  const { block } = map;
  const point = block === 1 ? "one device" : `the mean of ${block} × ${block} devices`;
  return `Of ${row.length === 1 ? name : arrayName}: word lines ${window.row} to ${window.row + window.rows - 1} downwards, bit lines ${window.column} to ${window.column + window.columns - 1} to the right; each point is ${point}.`;
}

/** Conductances in µS, row by row; null where nothing is known. */
const documentOf = ({ name, map, window, raster }: Picture) => ({
  name,
  window,
  devicesPerPointSide: map.block,
  width: raster.width,
  height: raster.height,
  meanMicrosiemens: Array.from(raster.siemens, (value) =>
    Number.isNaN(value) ? null : Number((value * 1e6).toFixed(2)),
  ),
});
