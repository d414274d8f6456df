/** The calibration that a command works with: the one asked for, if it counts for this chip now; or the command that brings one. */

import { existsSync } from "node:fs";
import type { DacLine } from "../../../calibration/converter/calibrated-dac.ts";
import { hasReferences } from "../../../calibration/converter/measure.ts";
import { isSameChip, validityFault } from "../../../calibration/converter/validity.ts";
import type { Chip } from "../../chip/chip.ts";
import { type ConverterCalibration, nominalCalibration } from "../../chip/readout.ts";
import { LabError } from "../../core/errors.ts";
import type { StoredCalibration, StoredConverters } from "../../store/calibrations.ts";
import { calibrationId } from "../../store/identity.ts";
import { openStore, type Store } from "../../store/store.ts";
import type { CalibrationChoice } from "../calibration-choice.ts";
import type { Context } from "../context.ts";

export interface CalibrationArguments {
  readonly chip: string;
  readonly store: string;
  /** latest when missing. */
  readonly converterCalibration?: CalibrationChoice | undefined;
}

export interface ChosenCalibration {
  readonly converters: ConverterCalibration | StoredConverters;
  /** Undefined where the DAC was not measured: its nominal currents count. */
  readonly dac: DacLine | undefined;
}

/**
 * @param store undefined when there is none yet.
 * @throws LabError STORE_CONTENT when the store has no such calibration, or it does not count for this chip now.
 */
export async function chooseCalibration(
  args: CalibrationArguments,
  chip: Chip,
  store: Store | undefined,
  context: Context,
): Promise<ChosenCalibration> {
  const choice = args.converterCalibration ?? "latest";
  const nominal = { converters: nominalCalibration(chip.descriptor), dac: undefined };
  if (choice === "nominal") return nominal;
  if (choice === "latest" && !hasReferences(chip)) {
    context.output.note(
      "calibration nominal: the chip has no reference resistors to measure its converters with",
    );
    return nominal;
  }
  const renew = `measure one: pcmlab calibrate --chip ${args.chip} --store ${args.store}`;
  const found = findCalibration(store, choice);
  if (found === undefined || store === undefined) {
    const lacks = choice === "latest" ? "no calibration" : `no calibration ${choice}`;
    throw new LabError("STORE_CONTENT", `${args.store} holds ${lacks} of the converters`, { next: renew });
  }
  const now = {
    chip: chip.descriptor,
    temperatureKelvin: await chip.temperature(),
    wallSeconds: context.clock.wallSeconds(),
  };
  const fault = validityFault({ ...found, measuredWallSeconds: found.wallSeconds }, now);
  if (fault !== undefined) {
    // The store of another chip would not take a calibration of this one.
    const next = isSameChip(found.chip, chip.descriptor)
      ? renew
      : "give this chip its own file with --store, or connect the chip that the store belongs to";
    throw new LabError("STORE_CONTENT", `calibration ${found.id} in ${args.store} ${fault}`, { next });
  }
  return { converters: store.calibrations.converters(found.id), dac: dacLineOf(found) };
}

/** As `chooseCalibration`, for a command that has not opened its store yet; a store that is not there is not made. */
export async function chooseBeforeStore(
  args: CalibrationArguments,
  chip: Chip,
  context: Context,
): Promise<ChosenCalibration> {
  if (!existsSync(args.store)) return chooseCalibration(args, chip, undefined, context);
  const store = openStore(args.store, { mode: "create" });
  try {
    return await chooseCalibration(args, chip, store, context);
  } finally {
    store.close();
  }
}

/**
 * What conductances of a store are derived with again; undefined leaves each readout the calibration that it was read with.
 * @throws LabError STORE_CONTENT when the store has no such calibration, or knows no chip.
 */
export function derivation(
  store: Store,
  choice: CalibrationChoice | undefined,
): ConverterCalibration | undefined {
  if (choice === undefined) return undefined;
  const next = "pcmlab calibrate --list --store FILE shows what it holds";
  if (choice === "nominal") {
    const chip = store.chips.latest();
    if (chip === undefined) throw new LabError("STORE_CONTENT", `${store.path} knows no chip`, { next });
    return nominalCalibration(chip.descriptor);
  }
  const found = findCalibration(store, choice);
  if (found !== undefined) return store.calibrations.converters(found.id);
  const lacks = choice === "latest" ? "no calibration" : `no calibration ${choice}`;
  throw new LabError("STORE_CONTENT", `${store.path} holds ${lacks}`, { next });
}

function findCalibration(
  store: Store | undefined,
  choice: Exclude<CalibrationChoice, "nominal">,
): StoredCalibration | undefined {
  return choice === "latest" ? store?.calibrations.latest() : store?.calibrations.find(calibrationId(choice));
}

function dacLineOf({ dac }: StoredCalibration): DacLine | undefined {
  if (dac === null) return undefined;
  const { amperesPerCode, offsetAmperes, faults } = dac;
  return { amperesPerCode, offsetAmperes, faults };
}
