/** Histograms of the conductances: wanted, and as they were measured first and last. */

import { conductanceSection } from "../../report/sections/conductance.ts";
import { bodyOf, type Look, type Source } from "../part.ts";

export function conductancePart({ digest }: Source): Look {
  const { tiles, programmings, version } = digest;
  return {
    version: String(version),
    draw: () => {
      const measured = tiles?.histograms.measured(programmings.length) ?? [];
      const counts = tiles && {
        binSiemens: tiles.histograms.binSiemens,
        target: tiles.histograms.target,
        measured: () => measured,
      };
      return {
        markup: bodyOf(conductanceSection(counts)),
        document: {
          binSiemens: counts?.binSiemens ?? null,
          targetDevices: counts === undefined ? null : [...counts.target],
          measured: measured.map((one) => ({ ageSeconds: one.ageSeconds, devices: [...one.counts] })),
        },
      };
    },
  };
}
