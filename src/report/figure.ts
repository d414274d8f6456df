/** A figure of the page: drawn for a desk and for a phone, with its data as a table and as a CSV file. */

import type { EChartsOption } from "echarts";
import { html, Markup } from "./markup.ts";
import { type ChartSize, renderSvg } from "./svg-chart.ts";
import { csvLink, type Table, tableMarkup } from "./table.ts";

export interface Figure {
  /** Unique on the page, of letters and hyphens; also the name of the CSV file. */
  readonly id: string;
  readonly title: string;
  /** What is to be seen, and how to read it. */
  readonly caption: string;
  readonly option: (size: ChartSize) => EChartsOption;
  readonly table: Table;
  /** Height of the drawing for a desk, 340 unless told. */
  readonly height?: number;
  /** Height of the drawing for a phone, 300 unless told. */
  readonly narrowHeight?: number;
}

/** The size of the drawing for a desk. */
export const wideSize = ({ height }: Pick<Figure, "height">): ChartSize => ({
  width: 820,
  height: height ?? 340,
  narrow: false,
});

export function figureMarkup(figure: Figure): Markup {
  const { id, title, caption, option, table, narrowHeight } = figure;
  const narrow = { width: 380, height: narrowHeight ?? 300, narrow: true };
  const drawing = (size: ChartSize, suffix: string): Markup =>
    new Markup(renderSvg(`${id}-${suffix}`, option(size), size));
  return html`<figure id="${id}"><h3>${title}</h3>
<div role="img" aria-label="${title}. The data follow as a table."><div class="wide">${drawing(wideSize(figure), "w")}</div><div class="narrow">${drawing(narrow, "n")}</div></div>
<figcaption>${caption.replace(/(\d) %/g, "$1\u00a0%")}</figcaption>
${dataMarkup(id, table)}</figure>`;
}

/** A table folded away, with a link to it as a CSV file. */
export function dataMarkup(id: string, table: Table, title = "Data"): Markup {
  return html`<details><summary>${title}</summary>${tableMarkup(table)}<p>${csvLink(id, table)}</p></details>`;
}
