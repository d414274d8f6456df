/** A section of the page, and what stands in for one that has no data yet. */

import { html, Markup } from "./markup.ts";

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

export const sectionMarkup = ({ id, title, body }: Section): Markup =>
  html`<section id="${id}"><h2>${title}</h2>
${body}</section>`;

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
