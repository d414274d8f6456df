/** Fits drift to what a store holds of it, stores the fits, and prints them by level, by tile, or for one device. */

import { noKind } from "../../../calibration/drift/kinds.ts";
import { LevelSummary } from "../../../calibration/drift/summary.ts";
import { cellCount } from "../../chip/region.ts";
import { LabError } from "../../core/errors.ts";
import { formatDuration } from "../../core/units.ts";
import type { StoredDriftLevel } from "../../store/drift-rows.ts";
import { openStore, type Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { analyseDrift, type DriftAnalysis, type FittedSubject, type LevelDrift } from "../drift/analysis.ts";
import { deviceDrift } from "../drift/device.ts";
import { type DriftArguments, type DriftRequest, requestOf } from "../drift/request.ts";
import { levelTable, selectionRemark, subjectTable } from "../drift/table.ts";
import { recorded } from "../provenance.ts";

export async function drift(args: DriftArguments, context: Context): Promise<void> {
  const store = openStore(args.store, { mode: args.device === undefined ? "existing" : "read" });
  try {
    const request = requestOf(args, store);
    for (const note of request.notes) context.output.note(note);
    if (args.device === undefined) await fitAll(args, request, store, context);
    else {
      const { document, text } = deviceDrift(store, request, args.device);
      context.output.result(document, text);
    }
  } finally {
    store.close();
  }
}

async function fitAll(
  args: DriftArguments,
  request: DriftRequest,
  store: Store,
  context: Context,
): Promise<void> {
  const { fromSeconds, subjects, options } = request;
  const { referenceSeconds, model } = options;
  const config = {
    from: fromSeconds,
    reference: referenceSeconds,
    model,
    calibration: args.converterCalibration ?? null,
  };
  const devices = subjects.reduce((sum, { region }) => sum + cellCount(region), 0);
  const progress = context.output.progress("fitting drift", "devices", devices);
  const onDevices = async (done: number): Promise<void> => {
    progress.advance(done);
    await new Promise(setImmediate);
    if (context.stop.aborted)
      throw new LabError("INTERRUPTED", "the fits were stopped by the user; none of them is stored", {
        next: "run the command again",
      });
  };
  const found = await recorded(store, context, { command: "drift", seed: null, config }, async (run) => {
    const analysis = await analyseDrift(store, subjects, { ...options, onDevices });
    progress.end();
    store.driftFits.add({
      run,
      wallSeconds: context.clock.wallSeconds(),
      referenceSeconds,
      fromSeconds,
      parameters: { model, noise: analysis.shape, calibration: options.derivation.other?.name ?? null },
      levels: analysis.levels.map(storedLevel),
      fits: analysis.subjects.map(storedFit),
    });
    return analysis;
  });
  context.output.result(documentOf(args, request, found), textOf(args, request, found));
}

const storedLevel = ({ summary, comparison, ...level }: LevelDrift): StoredDriftLevel => ({
  ...summary,
  level: level.number,
  programmed: level.programmed,
  targetSiemens: level.siemens,
  model: level.model,
  breakSeconds: level.breakSeconds,
  comparison: comparison ?? null,
  fan: level.fan,
});

const storedFit = ({ subject, fits, kinds }: FittedSubject) => {
  const { referenceSeconds: _, ...devices } = fits;
  return {
    programming: subject.programming?.id ?? null,
    region: subject.region,
    firstAgeSeconds: subject.reads[0]?.ageSeconds ?? Number.NaN,
    lastAgeSeconds: subject.reads.at(-1)?.ageSeconds ?? Number.NaN,
    readouts: subject.reads.flatMap(({ readouts }) => readouts.map(({ id }) => id)),
    reads: subject.reads.length,
    devices: { ...devices, levels: kinds },
  };
};

function documentOf(args: DriftArguments, { options, fromSeconds }: DriftRequest, found: DriftAnalysis) {
  return {
    store: args.store,
    referenceSeconds: options.referenceSeconds,
    fromSeconds,
    noiseSlope: -1 - (found.shape.slope ?? 0),
    subjects: tilesOf(found).map(({ name, reads, firstAgeSeconds, lastAgeSeconds, summary }) => ({
      name,
      reads,
      firstAgeSeconds,
      lastAgeSeconds,
      ...summary,
    })),
    levels: found.levels.map(storedLevel),
  };
}

const tilesOf = ({ subjects }: DriftAnalysis) =>
  subjects.map(({ subject, fits, kinds }) => {
    const summary = new LevelSummary();
    summary.add(
      fits,
      [...kinds.keys()].filter((device) => kinds[device] !== noKind),
    );
    return {
      name: subject.name,
      reads: subject.reads.length,
      firstAgeSeconds: subject.reads[0]?.ageSeconds ?? Number.NaN,
      lastAgeSeconds: subject.reads.at(-1)?.ageSeconds ?? Number.NaN,
      summary: summary.summary(),
    };
  });

function textOf({ tile }: DriftArguments, { options }: DriftRequest, found: DriftAnalysis): string {
  const tiles = tilesOf(found);
  const first = Math.min(...tiles.map(({ firstAgeSeconds }) => firstAgeSeconds));
  const last = Math.max(...tiles.map(({ lastAgeSeconds }) => lastAgeSeconds));
  const reads = [...new Set(tiles.map((one) => one.reads))].sort((a, b) => a - b);
  const devices = tiles.reduce((sum, { summary }) => sum + summary.devices, 0);
  const span = `${reads.join(" to ")} ages from ${formatDuration(first)} to ${formatDuration(last)}`;
  const slope = found.shape.slope ?? 0;
  const noise = slope === 0 ? "1/f" : `1/f^${(1 + slope).toFixed(2)}`;
  return [
    `drift of ${devices.toLocaleString("en")} devices, ${span}; 95 % intervals under ${noise} noise`,
    tile === true ? subjectTable(tiles) : levelTable(found.levels, options.referenceSeconds),
    ...(tile === true ? [] : selectionRemark(found.levels)),
  ].join("\n");
}
