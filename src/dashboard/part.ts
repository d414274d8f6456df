/** What a part of the page is made of: a cheap look at what it would show, and the drawing, which is for when that has changed. */

import { html, type Markup } from "../report/markup.ts";
import { bodyMarkup, type Section } from "../report/section.ts";
import type { WearSummary } from "../store/ledger/summary.ts";
import type { Store } from "../store/store.ts";
import type { DeviceDigest } from "./devices/device-digest.ts";

/** What parts may look at. */
export interface Source {
  readonly store: Store;
  readonly digest: DeviceDigest;
  /** Of the chip's wear ledger; undefined when there is none. */
  readonly wear: WearSummary | undefined;
  /** What could not be read, newest last. */
  readonly faults: readonly string[];
  readonly nowWallSeconds: number;
}

export interface Drawn {
  readonly markup: Markup;
  /** Plain JSON, with units in the names. */
  readonly document: object;
}

export interface Look {
  /** Equal for looks that would be drawn equally. */
  readonly version: string;
  readonly draw: () => Drawn;
}

export type Part = (source: Source) => Look;

/** A part that its document says all of. */
export const lookAt = <Document extends object>(
  document: Document,
  markup: (document: Document) => Markup,
): Look => ({
  version: JSON.stringify(document),
  draw: () => ({ markup: markup(document), document }),
});

/** The body of a section of the report, under this page's own headings. */
export const bodyOf = (section: Section): Markup => bodyMarkup(section);

export const nothingYet = (text: string): Markup => html`<p class="missing">${text}</p>`;
