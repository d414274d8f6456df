/** The emulated silicon, and a witness of all that it was asked: what was really done, whatever the host believes. */

import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { tiny } from "../../mocks/array/profiles/tiny.ts";
import type { ChipArray } from "../../mocks/firmware/chip-array.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import type { Readout } from "../../src/chip/readout.ts";
import { type Region, regionText } from "../../src/chip/region.ts";

export const wholeArray: Region = { array: 0, row: 0, column: 0, rows: 6, columns: 6 };

/** Two rows a request, so that a region is programmed in three bands. */
const profile = {
  ...tiny,
  name: "six",
  arrays: [{ name: "A", rows: wholeArray.rows, columns: wholeArray.columns }],
  maxCellsPerRequest: 12,
};

interface Pulsed {
  readonly bootId: number;
  readonly region: Region;
  readonly train: PulseTrain;
  readonly startSeconds: number;
}

export class Silicon {
  readonly trains: Pulsed[] = [];
  readonly #crossbar = createCrossbar(profile, 1);
  readonly #reads = new Set<string>();
  /** Of the silicon's own time, which goes on when the chip clock begins anew. */
  #bootSeconds = 0;
  #lastSeconds = 0;

  /** The silicon as a board sees it that has just got its power. */
  powerUp(bootId: number): ChipArray {
    this.#bootSeconds = this.#lastSeconds;
    const since = this.#bootSeconds;
    const chip = this.#crossbar;
    return {
      descriptor: chip.descriptor,
      read: (region, options, startSeconds) => {
        const reading = chip.read(region, options, since + startSeconds);
        this.#reads.add(readKey(bootId, region, options.averages, startSeconds, reading.codeSums));
        return { ...reading, endSeconds: this.#passed(reading.endSeconds) };
      },
      pulse: (region, train, startSeconds) => {
        this.trains.push({ bootId, region, train, startSeconds });
        const done = chip.pulse(region, train, since + startSeconds);
        return { ...done, endSeconds: this.#passed(done.endSeconds) };
      },
      temperatureKelvin: () => chip.temperatureKelvin(),
      setTemperature: (kelvin, atSeconds) => chip.setTemperature(kelvin, since + atSeconds),
      conductances: (region, atSeconds) => chip.conductances(region, since + atSeconds),
      pulseCounts: (region) => chip.pulseCounts(region),
    };
  }

  /** Pulses that each cell of the array has felt; all pulses of the simulation are strong enough for that. */
  get wear(): Uint32Array {
    return this.#crossbar.pulseCounts(wholeArray);
  }

  /** Whether it ever gave this reading, to a board of this boot id. The masked cells, which it was not asked for, are left out. */
  gave(bootId: number, { region, averages, firstSampleSeconds, codeSums, mask }: Readout): boolean {
    const asked = mask === undefined ? codeSums : codeSums.filter((_, cell) => mask[cell] !== 0);
    return this.#reads.has(readKey(bootId, region, averages, firstSampleSeconds, asked));
  }

  #passed(siliconSeconds: number): number {
    this.#lastSeconds = siliconSeconds;
    return siliconSeconds - this.#bootSeconds;
  }
}

/** Chip times are told to the nanosecond and better. */
const readKey = (
  bootId: number,
  region: Region,
  averages: number,
  seconds: number,
  codes: Uint16Array,
): string => `${bootId} ${regionText(region)} x${averages} ${seconds.toFixed(9)} ${codes.join()}`;
