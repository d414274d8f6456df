/** The emulated chip of a dry run, which poses as the real one where there is one. */

import { openRemoteChip } from "../../../drivers/chip/remote-chip.ts";
import { maxAmbientKelvin, minAmbientKelvin } from "../../../firmware-protocol/operation/set-temperature.ts";
import { descriptorOf, type StuckPlace } from "../../../mocks/array/crossbar.ts";
import type { ChipProfile } from "../../../mocks/array/profile.ts";
import { powerUp } from "../../../mocks/host/power-up.ts";
import type { Descriptor } from "../../chip/descriptor.ts";
import { programFeature } from "../../chip/on-board.ts";
import type { OpenedChip } from "../../chip/opened-chip.ts";
import type { Timer } from "../../core/clock.ts";
import { type MeteredLine, meteredLine } from "./metered-line.ts";

/** One individual of the profile; which one matters little to the statistics of a network. */
const individual = { seed: 1, life: "dry-run" };

/** What the emulated chip says of itself when it stands for no other. */
export const ownDescriptor = (profile: ChipProfile): Descriptor =>
  descriptorOf(profile, individual.seed, individual.life);

export interface EmulatedChip {
  readonly board: OpenedChip;
  readonly line: MeteredLine;
}

export interface Posed {
  /** Of the chip that it stands for, or its own. */
  readonly descriptor: Descriptor;
  readonly temperatureKelvin?: number | undefined;
  /** Devices that are known to be stuck. */
  readonly stuck: readonly StuckPlace[];
}

export async function openEmulated(profile: ChipProfile, posed: Posed, timer: Timer): Promise<EmulatedChip> {
  const { descriptor, stuck, temperatureKelvin: kelvin } = posed;
  const { firmware } = powerUp(
    { profile: calibrated(profile), seed: individual.seed },
    {
      bootId: 1,
      life: individual.life,
      ambientKelvin: kelvin === undefined ? undefined : emulatable(kelvin),
      stuck,
    },
  );
  const line = meteredLine(firmware.openLine());
  const { onBoard, ...chip } = await openRemoteChip(line.transport, timer);
  const canRun = onBoard !== undefined && descriptor.features.includes(programFeature);
  return { board: { ...chip, descriptor, ...(canRun && { onBoard }) }, line };
}

/** Converters without errors between bit lines: what a chip has whose calibration is right. Their noise stays. */
const calibrated = (profile: ChipProfile): ChipProfile => ({
  ...profile,
  converter: {
    ...profile.converter,
    gainSpread: 0,
    offsetSpreadCodes: 0,
    dacGainSpread: 0,
    dacStepSpread: 0,
    resistorSpread: 0,
  },
});

const emulatable = (kelvin: number): number | undefined =>
  kelvin >= minAmbientKelvin && kelvin <= maxAmbientKelvin ? kelvin : undefined;
