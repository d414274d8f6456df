/** Firmwares that break the envelope of their own descriptor. */

// biome-ignore-all lint/suspicious/noControlCharactersInRegex: blocks hold any byte.

import { fakeArray, mvmDescriptor } from "../../firmware/fake-array.ts";
import type { Fault } from "../boards.ts";
import { instead } from "../faults.ts";
import type { Broken } from "./case.ts";
import { rewrites } from "./case.ts";

/** Every limit can be reached by one train for one cell, or by a temperature that can be set. */
export const guardedDescriptor = {
  ...mvmDescriptor,
  program: { ...mvmDescriptor.program, maxSteps: 64 },
  envelope: {
    supplyVolts: 3,
    maxPulseJoules: 5e-9,
    maxPulsesPerCell: 63,
    maxDuty: 0.1,
    dutySeconds: 1e-3,
    minKelvin: 250,
    maxKelvin: 350,
  },
};

const array = () => fakeArray(guardedDescriptor);
const guarded = (broken: Broken): Broken => ({ ...broken, array });

/** Has a thermometer of its own, and pulses by another one that stays at room temperature. */
const deafToHeat: Fault = (line, firmware) => {
  let shown = "300";
  return instead((sent, run) => {
    const set = /^EMULator:TEMPerature\? ([\d.]+)\n/.exec(sent);
    shown = set?.[1] ?? shown;
    if (set !== null) return [`0,${shown}\n`];
    return /^CHIP:TEMPerature\?\n/.test(sent) ? run(sent).map(() => `0,${shown}\n`) : undefined;
  })(line, firmware);
};

export const envelopeCases: readonly Broken[] = [
  guarded(
    rewrites(
      "shortens a pulse with too much energy",
      /^(ARRay:PULSe\? \d+,1,3,3,1,1),10000,10000,/,
      "$1,10,0,",
      "envelope.energy",
    ),
  ),
  guarded(
    rewrites(
      "gives as much of a train as its duty allows",
      /^(ARRay:TRAin\?[^#]*#11\x01)(?:,1,10000,10000)+\n/,
      "$1,1,10000,10000\n",
      "envelope.duty",
    ),
  ),
  guarded(
    rewrites(
      "drops the pulses that a cell may not get",
      /^(ARRay:TRAin\?[^#]*#11\x01)(?:,1,10,0){64}\n/,
      "$1,1,10,0\n",
      "envelope.pulses",
    ),
  ),
  { name: "pulses at any temperature", fault: deafToHeat, fails: ["envelope.temperature"], array },
];
