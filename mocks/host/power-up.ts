/** Switches an emulated chip on: one fresh from the factory, or one that goes on where it was saved. */

import type { PulseRecord } from "../../firmware-protocol/operation/pulse-reply.ts";
import type { Clock } from "../../src/core/clock.ts";
import { createCrossbar, type StuckPlace } from "../array/crossbar.ts";
import { restoreArrays } from "../array/device-arrays.ts";
import type { ChipProfile } from "../array/profile.ts";
import type { ChipState } from "../array/state.ts";
import { type ChipClock, virtualClock } from "../firmware/chip-clock.ts";
import { Firmware } from "../firmware/firmware.ts";
import { sincePowerUp } from "../firmware/since-power-up.ts";

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
  /**
   * Chip time for which a saved chip was off, as a real board: its devices are so much older, its clock begins at 0, and its record of
   * operations is empty. When missing no time has passed: it goes on where it was saved, with its clock and its record.
   */
  readonly offSeconds?: number | undefined;
  /** Makes the chip's clock; virtual unless given. */
  readonly clockFrom?: (startSeconds: number) => ChipClock;
  /** For leases of the board's lock; no lock when missing. */
  readonly poweredClock?: Clock | undefined;
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
 * A saved chip goes on with its wear and its drift, under a new boot id.
 * @throws LabError BAD_PROFILE when the state does not fit this version of the device model.
 */
export function powerUp(origin: ChipIdentity | ChipState, options: PowerUpOptions): PoweredChip {
  const { profile, seed } = origin;
  const saved = "arrays" in origin ? origin : undefined;
  const life = saved?.life ?? options.life;
  const crossbar = createCrossbar(profile, seed, life, options.stuck);
  if (saved !== undefined) restoreArrays(crossbar.deviceArrays, saved.arrays);
  const { offSeconds, ambientKelvin, clockFrom = virtualClock } = options;
  const deviceSeconds = (saved?.chipSeconds ?? 0) + (offSeconds ?? 0);
  if (ambientKelvin !== undefined) crossbar.setTemperature(ambientKelvin, deviceSeconds);
  const [originSeconds, startSeconds] = offSeconds === undefined ? [0, deviceSeconds] : [deviceSeconds, 0];
  const array = originSeconds === 0 ? crossbar : sincePowerUp(crossbar, originSeconds);
  const firmware = new Firmware(array, options.bootId, {
    clock: clockFrom(startSeconds),
    lastPulse: offSeconds === undefined ? saved?.lastPulse : undefined,
    poweredClock: options.poweredClock,
  });
  return {
    profile,
    seed,
    firmware,
    state: () => ({
      profile,
      seed,
      life,
      chipSeconds: firmware.memory.chipSeconds + originSeconds,
      lastPulse: later(firmware.memory.lastPulse, originSeconds),
      arrays: crossbar.deviceArrays,
    }),
  };
}

/** A record with the times of the devices instead of those of its power-up. */
const later = (record: PulseRecord | undefined, bySeconds: number): PulseRecord | undefined =>
  record && {
    ...record,
    startSeconds: record.startSeconds + bySeconds,
    endSeconds: record.endSeconds + bySeconds,
  };
