/** Whether a calibration that was measured once still counts, for this chip, now. */

/**
 * Converters change their gain by some hundred parts in a million a kelvin; ten kelvin stay within the half per cent that a calibration
 * is meant to give. Our choice.
 */
export const maxKelvinAway = 10;

interface ChipIdentity {
  readonly manufacturer: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly firmware: string;
}

/** Clocks of computers that measure and program may differ by this. Our choice. */
const clockDifferenceSeconds = 60;

export interface CalibrationValidity {
  readonly chip: ChipIdentity;
  readonly temperatureKelvin: number;
  /** Seconds since 1970, as the one below. */
  readonly measuredWallSeconds: number;
  readonly validUntilWallSeconds: number;
}

export interface ChipNow {
  readonly chip: ChipIdentity;
  readonly temperatureKelvin: number;
  readonly wallSeconds: number;
}

/** Whether it is the same chip, whatever its firmware. */
export const isSameChip = (one: ChipIdentity, other: ChipIdentity): boolean =>
  one.manufacturer === other.manufacturer &&
  one.model === other.model &&
  one.serialNumber === other.serialNumber;

/** Why a calibration does not count, to be read after its name; undefined when it does. */
export function validityFault(calibration: CalibrationValidity, now: ChipNow): string | undefined {
  const { chip, temperatureKelvin, measuredWallSeconds, validUntilWallSeconds } = calibration;
  if (!isSameChip(chip, now.chip))
    return `is of the chip ${chip.serialNumber}, this is ${now.chip.serialNumber}`;
  if (chip.firmware !== now.chip.firmware)
    return `was measured with firmware ${chip.firmware}, the board now has ${now.chip.firmware}`;
  if (now.wallSeconds < measuredWallSeconds - clockDifferenceSeconds)
    return `was measured in the future, at ${new Date(measuredWallSeconds * 1000).toISOString()}; set the computer's clock`;
  if (now.wallSeconds > validUntilWallSeconds)
    return `expired at ${new Date(validUntilWallSeconds * 1000).toISOString()}`;
  // Written so that a temperature that is no number is a fault.
  if (!(Math.abs(now.temperatureKelvin - temperatureKelvin) <= maxKelvinAway))
    return `was measured at ${temperatureKelvin.toFixed(1)} K, the chip is at ${now.temperatureKelvin.toFixed(1)} K, allowed are ${maxKelvinAway} K apart`;
  return undefined;
}
