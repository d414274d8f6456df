/** Measures the converters of a chip and stores what was found. */

import {
  type ConverterMeasurement,
  measureConverters,
  readingsOf,
} from "../../../calibration/converter/measure.ts";
import { newCalibration } from "../../campaign/journal.ts";
import type { Chip } from "../../chip/chip.ts";
import { LabError } from "../../core/errors.ts";
import { parseQuantity } from "../../core/units.ts";
import { openStore, type Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { toolVersion } from "../package-files.ts";
import { recorded } from "../provenance.ts";
import {
  type CalibrationSummary,
  calibrationList,
  calibrationTable,
  summaryOf,
} from "./calibration-table.ts";
import { type ChipArguments, withChip } from "./with-chip.ts";

export interface CalibrateArguments extends ChipArguments {
  readonly store: string;
  /** How long it counts. */
  readonly valid: string;
}

export async function calibrate(args: CalibrateArguments, context: Context): Promise<CalibrationSummary> {
  const validSeconds = validityOf(args.valid);
  return withChip(args, context, async (chip, _, remarks) => {
    const done = await measured(chip, context);
    const store = openStore(args.store, { mode: "create" });
    try {
      const config = { chip: args.chip, validSeconds, parameters: done.parameters };
      const facts = { command: "calibrate", seed: null, config, link: () => remarks.link() };
      const summary = await recorded(store, context, facts, async (run) => {
        remarks.keepIn(store, run);
        return keepCalibration(store, run, done, { wallSeconds: context.clock.wallSeconds(), validSeconds });
      });
      for (const fault of summary.dac?.faults ?? [])
        context.output.warn(`the DAC is out of tolerance: ${fault}`);
      context.output.result({ ...summary, link: remarks.link() }, calibrationTable(summary));
      return summary;
    } finally {
      store.close();
    }
  });
}

async function measured(chip: Chip, { output, stop }: Context): Promise<ConverterMeasurement> {
  const progress = output.progress("calibrating", "readings", readingsOf(chip));
  const done = await measureConverters(chip, { onReading: () => progress.advance(1), signal: stop });
  progress.end();
  return done;
}

/** Stores a measurement that was just made. @throws LabError STORE_CONTENT when the store belongs to another chip. */
export function keepCalibration(
  store: Store,
  run: ReturnType<Store["runs"]["begin"]>,
  done: ConverterMeasurement,
  { wallSeconds, validSeconds }: { readonly wallSeconds: number; readonly validSeconds: number },
): CalibrationSummary {
  const chip = store.chips.attach(run, done.descriptor);
  const facts = { chip, run, toolVersion: toolVersion(), wallSeconds, validSeconds };
  const id = store.calibrations.add(newCalibration(done, facts));
  const stored = store.calibrations.find(id);
  if (stored === undefined) throw new RangeError(`there is no calibration ${id}`);
  return summaryOf(stored, done);
}

/** The calibrations of a store, oldest first. */
export function listCalibrations(path: string, context: Context): void {
  const store = openStore(path, { mode: "existing" });
  try {
    const calibrations = store.calibrations.list();
    context.output.result({ calibrations }, calibrationList(calibrations, context.clock.wallSeconds()));
  } finally {
    store.close();
  }
}

const longestSeconds = 10 * 31_536_000;

function validityOf(text: string): number {
  const seconds = parseQuantity(text, "s");
  if (seconds > 0 && seconds <= longestSeconds) return seconds;
  throw new LabError("USAGE", `--valid ${text}: a calibration counts for a time up to 10 years`, {
    next: "give a time such as 30d",
  });
}
