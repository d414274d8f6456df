/**
 * Drift exponents that are fitted to a virtual day of 40 reads of an emulated Fusion chip, programmed by our own program-and-verify, beside
 * the exponents that its devices have; and how long the fits of a million devices take.
 */

import { fitDrift } from "../../calibration/drift/fit-drift.ts";
import type { DriftReadings } from "../../calibration/drift/readings.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import {
  compareWithTruth,
  type DriftTruth,
  driftOptions,
  logSpacedAges,
  openDriftLab,
  readDrift,
} from "../physics/drift-truth.ts";
import { programLevel, stripOf } from "../physics/lab.ts";
import { levels } from "../physics/published.ts";
import type { BenchOptions, Figures } from "./main.ts";

const seed = 1;
const reads = 40;
const million = 2 ** 20;

export async function drift({ small }: BenchOptions): Promise<Figures> {
  const rows = small ? 2 : 8;
  const lab = await openDriftLab(builtinProfile("fusion-1m"), seed);
  const ages = logSpacedAges(25, 86_400, reads);
  const found: DriftTruth[] = [];
  const strips: DriftReadings[] = [];
  for (const [index, level] of levels.entries()) {
    const programmed = await programLevel(lab.chip, stripOf(lab.chip, index, rows), level);
    const readings = await readDrift(lab.chip, programmed, ages);
    strips.push(readings);
    if (level > 0) found.push(compareWithTruth(lab, programmed, readings));
  }
  const { readings, kinds } = repeated(strips, small ? million / 8 : million);
  const [start, cpuStart] = [performance.now(), process.cpuUsage()];
  fitDrift(readings, kinds, driftOptions(lab.chip));
  const perMillion = million / kinds.length;
  const { user, system } = process.cpuUsage(cpuStart);
  return {
    devicesPerLevel: rows * 2048,
    reads,
    meanErrorPercentByLevel: byLevel(found, ({ meanErrorPercent }) => meanErrorPercent),
    coverageByLevel: byLevel(found, ({ coverage }) => coverage),
    nuErrorByLevel: byLevel(found, ({ nuError }) => nuError),
    worst: {
      meanErrorPercent: Math.max(...found.map(({ meanErrorPercent }) => Math.abs(meanErrorPercent))),
      smallestCoverage: Math.min(...found.map(({ coverage }) => coverage)),
      largestCoverage: Math.max(...found.map(({ coverage }) => coverage)),
    },
    secondsForMillionDevices: ((performance.now() - start) / 1000) * perMillion,
    /** Of the processor; the same on a machine that has nothing else to do. */
    cpuSecondsForMillionDevices: ((user + system) / 1e6) * perMillion,
  };
}

const byLevel = (
  found: readonly DriftTruth[],
  value: (truth: DriftTruth) => number,
): Record<string, number> => Object.fromEntries(found.map((truth) => [truth.level.toFixed(1), value(truth)]));

/** The readings of all strips side by side, again and again, as one region of so many devices: each device a kind of its strip. */
function repeated(
  strips: readonly DriftReadings[],
  devices: number,
): { readings: DriftReadings; kinds: Uint8Array } {
  const [first] = strips;
  if (first === undefined) throw new RangeError("no strips");
  const siemens = new Float32Array(devices * first.reads.length);
  const kinds = new Uint8Array(devices);
  for (let device = 0; device < devices; device++) {
    const kind = device % strips.length;
    const source = strips[kind]!;
    const from = Math.floor(device / strips.length) % source.devices;
    kinds[device] = kind;
    for (let r = 0; r < first.reads.length; r++)
      siemens[r * devices + device] = source.siemens[r * source.devices + from]!;
  }
  return { readings: { devices, reads: first.reads, siemens }, kinds };
}
