/** ECharts options to an SVG string that takes its colours from the page, so that it is right in light, dark and print. */

import type { EChartsOption } from "echarts";
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, CustomChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

/** In units of the drawing, which equal CSS pixels at the size that it is made for. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
  /** Made for a phone. */
  readonly narrow: boolean;
}

/** @param id unique on the page: the drawing's own identifiers begin with it. */
export function renderSvg(id: string, option: EChartsOption, { width, height }: ChartSize): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({ animation: false, backgroundColor: "transparent", ...option });
    return tidied(chart.renderToSVGString({ useViewBox: true }), id);
  } finally {
    chart.dispose();
  }
}

/**
 * Drops what only a live chart needs, lets the page set the size, and replaces the renderer's running numbers, which
 * would make two reports of one store differ. Styles become attributes: a page may forbid styles that are not in its style sheet.
 */
function tidied(svg: string, id: string): string {
  return svg
    .replace(/<style\b[\s\S]*?<\/style>/g, "")
    .replace(/ (?:ecmeta_\w+|class|pointer-events)="[^"]*"/g, "")
    .replace(/ style="([^"]*)"/g, (_, style: string) => attributesOf(style))
    .replace(/^<svg width="[^"]*" height="[^"]*"/, '<svg aria-hidden="true"')
    .replace(/zr\d+-/g, `${id}-`)
    .replace(/\n/g, "");
}

/** `font-size:12px;` as ` font-size="12px"` (SVG 2, 6.4: presentation attributes). */
const attributesOf = (style: string): string => style.replace(/([\w-]+):([^;]*);?/g, ' $1="$2"');
