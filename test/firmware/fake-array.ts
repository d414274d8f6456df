/** Silicon that remembers what was asked of it and answers predictable codes: cell n of a region reads n + 1 for each average. */

import type { ChipArray } from "../../mocks/firmware/chip-array.ts";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import { type PulseTrain, pulsesIn } from "../../src/chip/pulse.ts";
import type { ReadOptions } from "../../src/chip/readout.ts";
import { cellCount, type Region } from "../../src/chip/region.ts";

export interface FakeArray extends ChipArray {
  readonly trains: readonly { readonly region: Region; readonly train: PulseTrain }[];
  readonly reads: readonly { readonly region: Region; readonly options: ReadOptions }[];
}

/** Every pulse takes a millisecond, every conversion what the descriptor says. */
const pulseSeconds = 1e-3;

export function fakeArray(descriptor: Descriptor): FakeArray {
  const trains: { region: Region; train: PulseTrain }[] = [];
  const reads: { region: Region; options: ReadOptions }[] = [];
  return {
    descriptor,
    trains,
    reads,
    read(region, options, startSeconds) {
      reads.push({ region, options });
      const codes = Uint16Array.from({ length: cellCount(region) }, (_, n) => (n + 1) * options.averages);
      const codeSums = codes.filter((_, n) => options.mask === undefined || options.mask[n] !== 0);
      const seconds = codeSums.length * options.averages * descriptor.read.sampleSeconds;
      return { codeSums, saturatedCells: 0, endSeconds: startSeconds + seconds };
    },
    pulse(region, train, startSeconds) {
      trains.push({ region, train });
      const pulses = pulsesIn(train);
      return { pulses, endSeconds: startSeconds + pulses * pulseSeconds };
    },
    conductances: (region) => new Float32Array(cellCount(region)).fill(2 ** -16),
    pulseCounts: (region) => new Uint32Array(cellCount(region)).fill(trains.length),
  };
}

/** A board of one 4 x 4 array with 8-bit converters; 400 uA of 500 uA allowed, 10 ns to 10 us, 8 steps. */
export const exampleDescriptor: Descriptor = {
  protocol: "1.0",
  manufacturer: "Example Lab",
  model: "PCM-16",
  serialNumber: "0042",
  firmware: "2.1.0",
  emulated: false,
  arrays: [{ name: "A", rows: 4, columns: 4 }],
  read: {
    adcBits: 8,
    fullScaleSiemens: 5e-5,
    minVolts: 0.1,
    maxVolts: 0.3,
    sampleSeconds: 1e-6,
    maxAverages: 255,
  },
  program: {
    dacBits: 12,
    fullScaleAmperes: 5e-4,
    maxAmperes: 4e-4,
    minWidthSeconds: 1e-8,
    maxWidthSeconds: 1e-5,
    maxTrailingSeconds: 1e-5,
    maxSteps: 8,
  },
  maxCellsPerRequest: 16,
  features: ["advance-time"],
};
