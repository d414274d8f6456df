/** The newest fits of single devices that `pcmlab drift` has stored, level by level. */

import { html, type Markup } from "../../report/markup.ts";
import { driftFitsSection } from "../../report/sections/drift-fits.ts";
import { dateAndTime } from "../../report/words.ts";
import type { StoredAnalysis } from "../../store/drift-rows.ts";
import type { Store } from "../../store/store.ts";
import { bodyOf } from "../part.ts";

export interface StoredFits {
  readonly wallSeconds: number;
  readonly referenceSeconds: number;
  readonly levels: readonly FittedLevel[];
}

/** Quantities are null without sound devices. */
export interface FittedLevel {
  readonly targetSiemens: number;
  /** False for devices that nobody programmed. */
  readonly programmed: boolean;
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
    programmed: level.programmed,
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

export const fitsMarkup = (store: Store, { wallSeconds }: StoredAnalysis): Markup =>
  html`<h3>Drift exponents</h3>
<p>Fitted by <code>pcmlab drift</code>, <time data-since="${wallSeconds}">${dateAndTime(wallSeconds)}</time>; what is read later is not in it.</p>
${bodyOf(driftFitsSection(store))}`;
