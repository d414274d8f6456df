/** Drift: programmed devices by target level, and regions that are read as a whole. */

import { figureMarkup } from "../../report/figure.ts";
import { html, type Markup, nothing } from "../../report/markup.ts";
import { driftSection } from "../../report/sections/drift.ts";
import type { ReadoutId } from "../../store/identity.ts";
import type { Store } from "../../store/store.ts";
import { newestCampaign, slotAges } from "../campaign.ts";
import type { DeviceDigest } from "../devices/device-digest.ts";
import { bodyOf, type Look, type Source } from "../part.ts";
import { type RegionCurve, regionCurves, regionFigure } from "./region-curves.ts";
import { fitsMarkup, storedFits } from "./stored-fits.ts";

export function driftPart({ digest, store }: Source): Look {
  const analysis = store.driftFits.latest();
  return {
    version: `${digest.version} ${analysis?.id}`,
    draw: () => {
      const levels = digest.tiles?.drift.levels(trueAges(store, digest)) ?? [];
      const gmax = digest.tiles?.gmaxSiemens ?? 0;
      const curves = curvesOf(store, digest);
      return {
        markup: html`${bodyOf(driftSection({ levels: () => levels }, gmax))}
${analysis === undefined ? nothing : fitsMarkup(store, analysis)}
${regionsMarkup(curves)}`,
        document: {
          levels: levels.map(({ g, ...rest }) => ({ targetSiemens: g * gmax, ...rest })),
          fits: analysis === undefined ? null : storedFits(store, analysis),
          regions: curves,
        },
      };
    },
  };
}

/** By the campaign's timeline, which goes on over power-ups; else by the chip's clock, unless that began anew. */
function trueAges(store: Store, { summaries }: DeviceDigest): (readout: ReadoutId) => number | undefined {
  const ages = slotAges(store);
  return (readout) => {
    const age = ages.get(readout) ?? summaries.get(readout)?.ageSeconds;
    return age !== undefined && age > 0 ? age : undefined;
  };
}

function curvesOf(store: Store, { summaries }: DeviceDigest): RegionCurve[] {
  const campaign = newestCampaign(store);
  if (campaign === undefined) return [];
  return regionCurves(store.campaigns.subjects(campaign.id), store.campaigns.slots(campaign.id), summaries);
}

const regionsMarkup = (curves: readonly RegionCurve[]): Markup =>
  curves.length === 0 ? nothing : figureMarkup(regionFigure(curves));
