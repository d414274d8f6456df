/** A section of the page, what can be had of it as a file of its own, and what stands in for one that has no data yet. */

import { type Figure, figureMarkup, wideSize } from "./figure.ts";
import { html, Markup } from "./markup.ts";
import { type ChartSize, renderSvg } from "./svg-chart.ts";

/** A drawing that is no chart: it stands on the page in a form of its own. */
export interface Plate {
  readonly id: string;
  readonly title: string;
  readonly markup: Markup;
  /** The size that it is made for. */
  readonly size: Pick<ChartSize, "width" | "height">;
  /** A whole SVG file of that size, of the colours of the page. */
  readonly svg: () => string;
}

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly parts: readonly (Markup | Figure | Plate)[];
}

export const sectionMarkup = (section: Section): Markup =>
  html`<section id="${section.id}"><h2>${section.title}</h2>
${bodyMarkup(section)}</section>`;

/** A section without its heading. */
export const bodyMarkup = ({ parts }: Section): Markup =>
  joined(
    parts.map((part) => {
      if (part instanceof Markup) return part;
      return "markup" in part ? part.markup : figureMarkup(part);
    }),
  );

export type Drawing = Omit<Plate, "markup">;

/** What of a section can be had as a file of its own. */
export const drawingsOf = ({ parts }: Section): Drawing[] =>
  parts.flatMap((part): Drawing[] => {
    if (part instanceof Markup) return [];
    if ("markup" in part) return [part];
    const { id, title, option } = part;
    const size = wideSize(part);
    return [{ id, title, size, svg: () => renderSvg(id, option(size), size) }];
  });

/** Says what is missing and which command brings it. */
export const missing = (what: string, command: string): Markup =>
  html`<p class="missing">${what} <code>${command}</code></p>`;

export const commands = {
  program: "pcmlab program NETWORK.onnx --chip PORT --store FILE",
  read: "pcmlab read --chip PORT --store FILE --at 25s,1h,1d",
  infer: "pcmlab infer --store FILE --images IMAGES --compensation none,gdc,adabs",
} as const;

export const joined = (parts: readonly Markup[]): Markup =>
  new Markup(parts.map(({ text }) => text).join("\n"));
