/** Wear: pulses that each device has had in the life of the store. */

import { commands, missing, type Section } from "../section.ts";
import type { CountHistogram } from "../statistics/count-histogram.ts";
import { count, rounded } from "../words.ts";
import { countFigure } from "./count-figure.ts";

/** @param limit pulses that the chip allows a cell in its life, where it says so. */
export function wearSection(pulses: CountHistogram, limit: number | undefined): Section {
  const part =
    pulses.total === 0
      ? missing("No pulse was applied yet; programming applies them:", commands.program)
      : wearFigure(pulses, limit);
  return { id: "wear", title: "Wear", parts: [part] };
}

const wearFigure = (pulses: CountHistogram, limit: number | undefined) =>
  countFigure(pulses, {
    id: "figure-wear",
    title: "Pulses of each device",
    unit: "pulses",
    caption: `All programmings in this store together: ${rounded(pulses.mean, 2)} pulses a device on average, ${pulses.largest} at most.${limit === undefined ? "" : ` The chip allows a cell ${count(limit)} in its life; its wear ledger counts those of other stores too.`}`,
  });
