/** Where contestants run: each on an emulated chip of its own within this process, all of these alike, or all on one real chip. */

import { type DacLine, withCalibratedDac } from "../../../calibration/converter/calibrated-dac.ts";
import { success } from "../../../calibration/converter/column-state.ts";
import { hasReferences, measureConverters } from "../../../calibration/converter/measure.ts";
import { openRemoteChip } from "../../../drivers/chip/remote-chip.ts";
import type { ChipProfile } from "../../../mocks/array/profile.ts";
import { inProcessTransport } from "../../../mocks/host/in-process.ts";
import { powerUp } from "../../../mocks/host/power-up.ts";
import type { Chip } from "../../chip/chip.ts";
import { withLimits } from "../../chip/limits.ts";
import { type ConverterCalibration, nominalCalibration } from "../../chip/readout.ts";
import { withEnvelope } from "../../chip/with-envelope.ts";
import type { Context } from "../context.ts";
import { untilLeft } from "../until-left.ts";

export type ConverterChoice = "measured" | "nominal";

/** A chip with its converters known. */
export interface Venue {
  /** Its pulses have the currents that are asked for. */
  readonly chip: Chip;
  readonly calibration: ConverterCalibration;
}

/** `work` gets a chip fresh from the factory: equal profiles and seeds give chips that are alike in every device. */
export async function onEmulatedChip<T>(
  { profile, seed }: { readonly profile: ChipProfile; readonly seed: number },
  { timer, boards }: Context,
  work: (chip: Chip) => Promise<T>,
): Promise<T> {
  const { firmware } = powerUp({ profile, seed }, { bootId: 1 });
  const opening = openRemoteChip(inProcessTransport(firmware.openLine()), timer);
  const forget = boards.add("the emulated chip", opening);
  try {
    const board = await opening;
    try {
      return await work(withLimits(await withEnvelope(untilLeft(board, boards))));
    } finally {
      await board.close();
    }
  } finally {
    forget();
  }
}

/** What is known of the converters of a chip. */
export interface KnownConverters {
  readonly calibration: ConverterCalibration;
  /** Undefined where the DAC was not measured. */
  readonly dac: DacLine | undefined;
}

/** Measures the converters, which pulses nothing, where the chip has the references for it. */
export async function convertersOn(
  chip: Chip,
  choice: ConverterChoice,
  { stop }: Pick<Context, "stop">,
): Promise<KnownConverters> {
  if (choice === "nominal" || !hasReferences(chip))
    return { calibration: nominalCalibration(chip.descriptor), dac: undefined };
  const { fits, dac } = await measureConverters(chip, { signal: stop });
  const { siemensPerCode, offsetCodes, states } = fits;
  const trusted = states.map((state) => (state === success ? 1 : 0));
  const calibration = { name: "measured for this comparison", siemensPerCode, offsetCodes, success: trusted };
  return { calibration, dac: dac?.fit };
}

export async function venueOn(chip: Chip, choice: ConverterChoice, context: Context): Promise<Venue> {
  const { calibration, dac } = await convertersOn(chip, choice, context);
  return { chip: dac === undefined ? chip : withCalibratedDac(chip, dac), calibration };
}
