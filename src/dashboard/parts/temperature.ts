/** Temperature of the chip, as it was with every reading and whenever a campaign asked for it. */

import { clockOf } from "../../chip/clock-kind.ts";
import { acrossAxis, blue, chartFrame, upAxis } from "../../report/chart-style.ts";
import { type Figure, figureMarkup } from "../../report/figure.ts";
import { bandSeries, lineSeries } from "../../report/series.ts";
import type { ChartSize } from "../../report/svg-chart.ts";
import { rounded } from "../../report/words.ts";
import { newestCampaign } from "../campaign.ts";
import { type Look, lookAt, nothingYet, type Source } from "../part.ts";
import { type Bucket, bucketed, type Sample } from "./buckets.ts";

const mostPoints = 200;

interface TemperatureDocument {
  /** What the seconds count on: the host's clock, or the chip's where that is virtual. */
  readonly clock: "host" | "chip";
  readonly firstSeconds: number | null;
  readonly points: readonly Bucket[];
}

export const temperaturePart = (source: Source): Look =>
  lookAt(documentOf(source), (document) =>
    document.points.length === 0
      ? nothingYet("The temperature is stored with every reading; there is none yet.")
      : figureMarkup(figureOf(document)),
  );

function documentOf(source: Source): TemperatureDocument {
  const { store, digest } = source;
  const descriptor = store.chips.latest()?.descriptor;
  const isVirtual = descriptor !== undefined && clockOf(descriptor).kind === "virtual";
  const readings = [...digest.summaries.values()].map(
    ({ chipSeconds, wallSeconds, temperatureKelvin }): Sample => ({
      seconds: isVirtual ? chipSeconds : wallSeconds,
      value: temperatureKelvin,
    }),
  );
  const samples = [...readings, ...askedFor(source, isVirtual)].sort((a, b) => a.seconds - b.seconds);
  return {
    clock: isVirtual ? "chip" : "host",
    firstSeconds: samples[0]?.seconds ?? null,
    points: bucketed(samples, mostPoints),
  };
}

/** By slots of their own: a virtual clock is one clock over all power-ups, so its timeline is chip time. */
function askedFor({ store }: Source, isVirtual: boolean): Sample[] {
  const campaign = newestCampaign(store);
  if (campaign === undefined) return [];
  const asked = store.campaigns.temperatures(campaign.id);
  if (asked.length === 0) return [];
  if (isVirtual) return asked.map(({ atSeconds, kelvin }) => ({ seconds: atSeconds, value: kelvin }));
  const wall = new Map(
    store.campaigns.slots(campaign.id).map(({ id, outcome }) => [id, outcome?.wallSeconds]),
  );
  return asked.flatMap(({ slot, kelvin }) => {
    const seconds = wall.get(slot);
    return seconds === undefined ? [] : [{ seconds, value: kelvin }];
  });
}

const units = [
  { name: "d", seconds: 86_400 },
  { name: "h", seconds: 3600 },
  { name: "min", seconds: 60 },
  { name: "s", seconds: 1 },
] as const;
const second = { name: "s", seconds: 1 } as const;

function figureOf({ clock, firstSeconds, points }: TemperatureDocument): Figure {
  const first = firstSeconds ?? 0;
  const span = (points.at(-1)?.seconds ?? first) - first;
  const unit = units.find(({ seconds }) => span >= 2 * seconds) ?? second;
  const across = points.map((point) => ({ ...point, position: (point.seconds - first) / unit.seconds }));
  const time = `${clock} time since the first reading (${unit.name})`;
  return {
    id: "figure-temperature",
    title: "Temperature of the chip",
    caption: `${points.some(({ samples }) => samples > 1) ? "Means of neighbouring readings, with the range that they span" : "As measured with every reading"}; time on the ${clock === "chip" ? "chip's virtual clock" : "host's clock"}.`,
    height: 240,
    narrowHeight: 240,
    option: (size) => optionOf(across, time, size),
    table: {
      columns: [time, "readings", "lowest (K)", "mean (K)", "highest (K)"],
      rows: across.map(({ position, samples, low, mean, high }) => [
        rounded(position, 3),
        samples,
        rounded(low, 2),
        rounded(mean, 2),
        rounded(high, 2),
      ]),
    },
  };
}

function optionOf(
  points: readonly (Bucket & { readonly position: number })[],
  time: string,
  size: ChartSize,
) {
  const low = Math.min(...points.map((point) => point.low));
  const high = Math.max(...points.map((point) => point.high));
  return {
    ...chartFrame([], size),
    xAxis: {
      ...acrossAxis(time),
      type: "value" as const,
      min: 0,
      max: rounded(points.at(-1)?.position ?? 1, 2) || 1,
    },
    yAxis: {
      ...upAxis("temperature (K)", size),
      type: "value" as const,
      min: Math.floor(low - 1),
      max: Math.ceil(high + 1),
    },
    series: [
      bandSeries(
        points.map((point) => [point.position, point.low, point.high]),
        blue,
      ),
      lineSeries(
        "temperature",
        points.map((point) => [point.position, point.mean]),
        { colour: blue, symbol: points.length > 30 ? "none" : "circle" },
      ),
    ],
  };
}
