/** Wear: pulses that each device has had in the life of the store. */

import { commands, missing, type Section } from "../section.ts";
import type { CountHistogram } from "../statistics/count-histogram.ts";
import { rounded } from "../words.ts";
import { countFigure } from "./count-figure.ts";

export function wearSection(pulses: CountHistogram): Section {
  const part =
    pulses.total === 0
      ? missing("No pulse was applied yet; programming applies them:", commands.program)
      : wearFigure(pulses);
  return { id: "wear", title: "Wear", parts: [part] };
}

const wearFigure = (pulses: CountHistogram) =>
  countFigure(pulses, {
    id: "figure-wear",
    title: "Pulses of each device",
    unit: "pulses",
    caption: `All programmings in this store together: ${rounded(pulses.mean, 2)} pulses a device on average, ${pulses.largest} at most.`,
  });
