/** What a dry run asks of the real chip and looks up about it. The chip gets queries only; no store and no ledger is written. */

import { existsSync } from "node:fs";
import { parseResource } from "../../../drivers/chip/resource.ts";
import type { Chip } from "../../chip/chip.ts";
import type { Descriptor } from "../../chip/descriptor.ts";
import { type ConverterCalibration, nominalCalibration } from "../../chip/readout.ts";
import { LabError } from "../../core/errors.ts";
import { openStore } from "../../store/store.ts";
import { type StuckDevice, stuckDevices } from "../../store/stuck-devices.ts";
import { type CalibrationArguments, chooseCalibration } from "../actions/choose-calibration.ts";
import { type ChipArguments, withChip } from "../actions/with-chip.ts";
import type { Context } from "../context.ts";
import { type LineSpeed, measureLine } from "./line-speed.ts";

export interface SurveyArguments extends ChipArguments, Omit<CalibrationArguments, "store"> {
  readonly store?: string | undefined;
}

export interface Survey {
  readonly resource: string;
  readonly identification: string;
  readonly descriptor: Descriptor;
  readonly temperatureKelvin: number;
  readonly speed: LineSpeed;
  /** Its bit lines that failed are avoided. */
  readonly converters: ConverterCalibration;
  /** That earlier programmings in the store found. */
  readonly stuck: readonly StuckDevice[];
}

export const survey = (args: SurveyArguments, context: Context): Promise<Survey> =>
  withChip(args, context, async (chip, { resource, identification, descriptor }) => ({
    resource,
    identification,
    descriptor,
    temperatureKelvin: await chip.temperature(),
    speed: await measureLine(chip, nominalRate(args), context.clock),
    ...(await fromStore(args, chip, context)),
  }));

function nominalRate({ chip, baud, driver }: ChipArguments): number | null {
  if (driver !== undefined) return null;
  return parseResource(chip).kind === "serial" ? baud / 10 : null;
}

/** Without a calibration that counts the estimate is for a chip that will have one. */
async function fromStore(
  { store: path, ...args }: SurveyArguments,
  chip: Chip,
  context: Context,
): Promise<Pick<Survey, "converters" | "stuck">> {
  const { descriptor } = chip;
  const none = { converters: nominalCalibration(descriptor), stuck: [] };
  if (path === undefined) return none;
  const store = existsSync(path) ? openStore(path, { mode: "read" }) : undefined;
  try {
    const { converters } = await chooseCalibration({ ...args, store: path }, chip, store, context);
    const own = store?.chips.latest()?.descriptor.serialNumber === descriptor.serialNumber;
    return { converters, stuck: store !== undefined && own ? stuckDevices(store) : [] };
  } catch (failure) {
    if (!(failure instanceof LabError && failure.code === "STORE_CONTENT")) throw failure;
    context.output.warn(`program would refuse this: ${failure.message}; ${failure.next ?? ""}`);
    return none;
  } finally {
    store?.close();
  }
}
