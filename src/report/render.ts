/** The report: what a store holds, as one HTML file that needs nothing else: no script, no network. */

import type { ConverterCalibration } from "../chip/readout.ts";
import { cellCount } from "../chip/region.ts";
import type { StoredNetwork } from "../store/networks.ts";
import type { Store } from "../store/store.ts";
import { html } from "./markup.ts";
import { page } from "./page.ts";
import { type Drawing, drawingsOf, type Section, sectionMarkup } from "./section.ts";
import { accuracySection } from "./sections/accuracy.ts";
import { conductanceSection } from "./sections/conductance.ts";
import { driftSection } from "./sections/drift.ts";
import { driftFitsSection } from "./sections/drift-fits.ts";
import { headlineMarkup } from "./sections/headline.ts";
import { mapSection } from "./sections/map.ts";
import { outcomesSection } from "./sections/outcomes.ts";
import { programmingErrorSection } from "./sections/programming-error.ts";
import { provenanceSection } from "./sections/provenance.ts";
import { validationSection } from "./sections/validation.ts";
import { wearSection } from "./sections/wear.ts";
import { ConductanceHistogram } from "./statistics/conductance-histogram.ts";
import { ConductanceMap, windowsOf } from "./statistics/conductance-map.ts";
import { CountHistogram } from "./statistics/count-histogram.ts";
import { DriftByLevel } from "./statistics/drift-by-level.ts";
import { LevelErrors } from "./statistics/level-errors.ts";
import { type DeviceStatistic, reportedAges, tilesOf } from "./statistics/tile-data.ts";
import { WeightErrors } from "./statistics/weight-errors.ts";

/**
 * Renders everything that the store holds; parts that are missing say which command brings them. Equal stores give
 * equal pages.
 * @param other derives conductances from the raw codes again; without it each readout keeps the calibration that it was read with.
 * @throws LabError STORE when data in the store is damaged.
 */
export function renderReport(store: Store, other?: ConverterCalibration): string {
  const title = `${store.networks.find()?.name ?? "empty store"}: pcmlab report`;
  const content = html`${headlineMarkup(store, store.results.latest())}
${sectionsOf(store, other).map(sectionMarkup)}`;
  return page(title, content);
}

/** The figures that the report of this store has, as files of their own. @param other @throws as `renderReport`. */
export const reportDrawings = (store: Store, other?: ConverterCalibration): Drawing[] =>
  sectionsOf(store, other).flatMap(drawingsOf);

function sectionsOf(store: Store, other: ConverterCalibration | undefined): Section[] {
  const results = store.results.latest();
  return [
    accuracySection(results),
    validationSection(store),
    ...deviceSections(store, store.networks.find(), other),
    provenanceSection(store, results, other),
  ];
}

/** The sections that are about single devices; they look at each device once, together. */
function deviceSections(
  store: Store,
  network: StoredNetwork | undefined,
  other: ConverterCalibration | undefined,
): Section[] {
  const programmings = store.programmings.current();
  const statistics = network === undefined ? undefined : gather(store, network, other);
  const gmax = network?.gmaxSiemens ?? 0;
  const [firstAge] = reportedAges(store);
  return [
    programmingErrorSection(statistics?.errors ?? new LevelErrors(gmax), statistics?.weights, gmax, firstAge),
    conductanceSection(statistics?.histogram),
    outcomesSection(network, programmings, statistics?.iterations ?? new CountHistogram()),
    driftSection(statistics?.drift, gmax),
    driftFitsSection(store),
    mapSection(statistics?.maps ?? [], network, programmings.length > 0),
    wearSection(statistics?.pulses ?? new CountHistogram(), pulseLimitOf(store)),
  ];
}

const pulseLimitOf = (store: Store): number | undefined =>
  store.chips.latest()?.descriptor.envelope?.maxPulsesPerCell;

function gather(
  store: Store,
  { gmaxSiemens, tiles, options }: StoredNetwork,
  other: ConverterCalibration | undefined,
) {
  const regions = tiles.map(({ region }) => region);
  const devices = regions.reduce((sum, region) => sum + cellCount(region), 0);
  const errors = new LevelErrors(gmaxSiemens);
  const weights = new WeightErrors(gmaxSiemens, options.devices === 4 ? 4 : 2);
  const histogram = new ConductanceHistogram(gmaxSiemens);
  const drift = new DriftByLevel(gmaxSiemens, devices);
  const maps = windowsOf(regions).map((window) => new ConductanceMap(window, regions));
  const iterations = new CountHistogram();
  const pulses = new CountHistogram();
  const all: DeviceStatistic[] = [errors, weights, histogram, drift, ...maps];
  for (const data of tilesOf(store, other)) {
    for (const statistic of all) statistic.add(data);
    iterations.add(data.cells.iterations);
    pulses.add(data.lifetimePulses);
  }
  return { errors, weights, histogram, drift, maps, iterations, pulses };
}
