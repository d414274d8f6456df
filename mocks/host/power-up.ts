/** Switches an emulated chip on: one fresh from the factory, or one that goes on where it was saved. */

import { createCrossbar, type StuckPlace } from "../array/crossbar.ts";
import { restoreArrays } from "../array/device-arrays.ts";
import type { ChipProfile } from "../array/profile.ts";
import type { ChipState } from "../array/state.ts";
import { type ChipClock, virtualClock } from "../firmware/chip-clock.ts";
import { Firmware } from "../firmware/firmware.ts";

export interface ChipIdentity {
  readonly profile: ChipProfile;
  /** One (profile, seed) is one individual chip. */
  readonly seed: number;
}

export interface PowerUpOptions {
  /** Differs from that of the power-up before. */
  readonly bootId: number;
  /** Of a chip that is fresh, or was saved before chips had one: new for every chip that is made. None when missing. */
  readonly life?: string | undefined;
  /** Makes the chip's clock; virtual unless given. */
  readonly clockFrom?: (startSeconds: number) => ChipClock;
  /** Ambient temperature from the start on (K); the chip's own default, or that of the saved chip, when missing. */
  readonly ambientKelvin?: number | undefined;
  /** Devices of a fresh chip that are stuck, beside those that the seed draws. */
  readonly stuck?: readonly StuckPlace[] | undefined;
}

export interface PoweredChip extends ChipIdentity {
  readonly firmware: Firmware;
  /** The chip as it is now. Its arrays are the live ones: encode them before anything else happens. */
  state(): ChipState;
}

/**
 * A saved chip goes on with its wear, its clock and its operation record, under a new boot id. No chip time passes while it is
 * switched off, so drift goes on exactly where it stopped, whatever clock the chip follows.
 * @throws LabError BAD_PROFILE when the state does not fit this version of the device model.
 */
export function powerUp(origin: ChipIdentity | ChipState, options: PowerUpOptions): PoweredChip {
  const { profile, seed } = origin;
  const saved = "arrays" in origin ? origin : undefined;
  const life = saved?.life ?? options.life;
  const crossbar = createCrossbar(profile, seed, life, options.stuck);
  if (saved !== undefined) restoreArrays(crossbar.deviceArrays, saved.arrays);
  const startSeconds = saved?.chipSeconds ?? 0;
  if (options.ambientKelvin !== undefined) crossbar.setTemperature(options.ambientKelvin, startSeconds);
  const firmware = new Firmware(crossbar, options.bootId, {
    clock: (options.clockFrom ?? virtualClock)(startSeconds),
    lastPulse: saved?.lastPulse,
  });
  return {
    profile,
    seed,
    firmware,
    state: () => ({ profile, seed, life, ...firmware.memory, arrays: crossbar.deviceArrays }),
  };
}
