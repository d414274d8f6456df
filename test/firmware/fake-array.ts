/**
 * Silicon that remembers what was asked of it and answers predictable codes: cell n of a region reads n + 1 for each average,
 * and every unit cell of an MVM counts 1, so that an output is the sum of the inputs of its vector, plus the column in the region.
 */

import type { ChipArray } from "../../mocks/firmware/chip-array.ts";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import { type MvmRequest, vectorsOf } from "../../src/chip/mvm.ts";
import { type PulseTrain, pulsesIn } from "../../src/chip/pulse.ts";
import type { ReadOptions } from "../../src/chip/readout.ts";
import { cellCount, type Region } from "../../src/chip/region.ts";

export interface FakeArray extends ChipArray {
  readonly trains: readonly { readonly region: Region; readonly train: PulseTrain }[];
  readonly reads: readonly { readonly region: Region; readonly options: ReadOptions }[];
  readonly mvms: readonly MvmRequest[];
  readonly temperatures: readonly { readonly kelvin: number; readonly atSeconds: number }[];
}

/** Every pulse takes a millisecond, every conversion what the descriptor says. */
const pulseSeconds = 1e-3;
const currentSeconds = 1e-4;

export function fakeArray(descriptor: Descriptor): FakeArray {
  const trains: { region: Region; train: PulseTrain }[] = [];
  const reads: { region: Region; options: ReadOptions }[] = [];
  const mvms: MvmRequest[] = [];
  const temperatures: { kelvin: number; atSeconds: number }[] = [];
  return {
    descriptor,
    trains,
    reads,
    mvms,
    temperatures,
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
    mvm(request, startSeconds) {
      mvms.push(request);
      const seconds = vectorsOf(request) * request.phases * (descriptor.mvm?.phaseSeconds ?? 0);
      return { outputs: sums(request), saturatedOutputs: 0, endSeconds: startSeconds + seconds };
    },
    measureCurrents: (codes, startSeconds) => ({
      amperes: Float32Array.from(codes, (code) => code * 2 ** -23),
      endSeconds: startSeconds + codes.length * currentSeconds,
    }),
    temperatureKelvin: () => temperatures.at(-1)?.kelvin ?? 300,
    setTemperature(kelvin, atSeconds) {
      temperatures.push({ kelvin, atSeconds });
    },
    conductances: (region) => new Float32Array(cellCount(region)).fill(2 ** -16),
    pulseCounts: (region) => new Uint32Array(cellCount(region)).fill(trains.length),
  };
}

function sums(request: MvmRequest): Int16Array {
  const { rows, columns } = request.cells;
  const outputs = new Int16Array(vectorsOf(request) * columns);
  for (let vector = 0; vector < vectorsOf(request); vector++) {
    const inputs = request.inputs.subarray(vector * rows, (vector + 1) * rows);
    const sum = inputs.reduce((a, b) => a + b, 0);
    for (let c = 0; c < columns; c++) outputs[vector * columns + c] = sum + c;
  }
  return outputs;
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

/** The same board with arrays for and against the weight, three reference resistors a column, and up to 8 vectors of 7-bit inputs. */
export const mvmDescriptor: Descriptor = {
  ...exampleDescriptor,
  emulated: true,
  arrays: [
    { name: "G+", rows: 4, columns: 4 },
    { name: "G-", rows: 4, columns: 4 },
    { name: "REF", rows: 3, columns: 4, referenceSiemens: [0, 1e-5, 4e-5] },
  ],
  mvm: {
    inputBits: 7,
    outputBits: 8,
    fullScaleSiemens: 1e-4,
    readVolts: 0.2,
    phaseSeconds: 1e-6,
    phases: [1, 4],
    plusArrays: [0],
    minusArrays: [1],
    maxVectors: 8,
  },
  features: ["advance-time", "set-temperature", "measure-current", "program-verify"],
};
