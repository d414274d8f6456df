/** The newest fits of single devices that `pcmlab drift` has stored, level by level. */

import { formatDuration } from "../../core/units.ts";
import { html, type Markup } from "../../report/markup.ts";
import { type Table, tableMarkup } from "../../report/table.ts";
import { dateAndTime, inMicrosiemens, rounded } from "../../report/words.ts";
import type { StoredAnalysis } from "../../store/drift-rows.ts";
import type { Store } from "../../store/store.ts";

export interface StoredFits {
  readonly wallSeconds: number;
  readonly referenceSeconds: number;
  readonly levels: readonly FittedLevel[];
}

/** Quantities are null without sound devices. */
export interface FittedLevel {
  readonly targetSiemens: number;
  readonly model: string;
  readonly devices: number;
  readonly fitted: number;
  readonly nuMean: number | null;
  /** Half of the 95 % interval of the mean. */
  readonly nuMeanHalfWidth: number | null;
  readonly nuSpread: number | null;
  /** At the reference age. */
  readonly siemensMean: number | null;
}

export function storedFits(store: Store, { id, wallSeconds, referenceSeconds }: StoredAnalysis): StoredFits {
  const levels = store.driftFits.levels(id).map((level) => ({
    targetSiemens: level.targetSiemens,
    model: level.model,
    devices: level.devices,
    fitted: level.fitted,
    nuMean: known(level.nuMean),
    nuMeanHalfWidth: known(level.nuMeanHalfWidth),
    nuSpread: known(level.nuSpread),
    siemensMean: known(level.siemensMean),
  }));
  return { wallSeconds, referenceSeconds, levels };
}

const known = (value: number): number | null => (Number.isFinite(value) ? value : null);

export const fitsMarkup = (fits: StoredFits): Markup =>
  html`<h3>Fits of single devices</h3>
<p>By <code>pcmlab drift</code>, <time data-since="${fits.wallSeconds}">${dateAndTime(fits.wallSeconds)}</time>; it is not done again by itself when more is read.</p>
${tableMarkup(tableOf(fits))}`;

const tableOf = ({ referenceSeconds, levels }: StoredFits): Table => ({
  columns: [
    "target (µS)",
    "law",
    "devices",
    "fitted",
    "mean ν",
    "± 95 %",
    "spread of ν",
    `mean G at ${formatDuration(referenceSeconds)} (µS)`,
  ],
  rows: levels.map((level) => [
    inMicrosiemens(level.targetSiemens),
    level.model,
    level.devices,
    level.fitted,
    digits(level.nuMean),
    digits(level.nuMeanHalfWidth),
    digits(level.nuSpread),
    level.siemensMean === null ? null : inMicrosiemens(level.siemensMean),
  ]),
});

const digits = (value: number | null): number | null => (value === null ? null : rounded(value, 4));
