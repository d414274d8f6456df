/** A Chip port that multiplies in arrays whose devices are a formula: for tests of procedures; it speaks no bytes and has no noise of its own. */

import type { Chip } from "../../src/chip/chip.ts";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import { largestInputCode, mvmAbility, siemensPerOutputCode } from "../../src/chip/mvm.ts";
import { pulsesIn } from "../../src/chip/pulse.ts";
import type { WeightBlock } from "../../src/chip/weight-block.ts";
import { smallDescriptor } from "./numerical-chip.ts";

const side = 16;
const cells = side * side;

export const coreDescriptor: Descriptor = {
  ...smallDescriptor,
  arrays: ["G1+", "G2+", "G1-", "G2-"].map((name) => ({ name, rows: side, columns: side })),
  mvm: {
    inputBits: 8,
    outputBits: 14,
    fullScaleSiemens: 400e-6,
    readVolts: 0.2,
    phaseSeconds: 130e-9,
    phases: [1, 4],
    plusArrays: [0, 1],
    minusArrays: [2, 3],
    maxVectors: 64,
  },
};

/** All unit cells of the core. */
export const coreBlock: WeightBlock = {
  rows: side,
  columns: side,
  devicesPerWeight: 4,
  parts: [0, 1, 2, 3].map((array) => ({
    region: { array, row: 0, column: 0, rows: side, columns: side },
    devices: [array],
  })),
};

export interface Converter {
  readonly scale: number;
  readonly offsetCodes: number;
}

const perfect: Converter = { scale: 1, offsetCodes: 0 };

/**
 * @param response conductance (S) that a pulse of so many amperes leaves in a device (array x 256 + cell).
 * @param siemens what the devices hold at first. @param converter of a column.
 */
export function numericalCore(
  response: (device: number, amperes: number) => number,
  siemens: Float64Array,
  converter: (column: number) => Converter = () => perfect,
): { chip: Chip; pulses: Uint32Array; siemens: Float64Array } {
  const held = siemens.slice();
  const pulses = new Uint32Array(4 * cells);
  const ability = mvmAbility(coreDescriptor);
  const perProduct = siemensPerOutputCode(ability) * largestInputCode(ability);
  let seconds = 0;
  let operationId = 0;
  const net = (cell: number): number =>
    held[cell]! + held[cells + cell]! - held[2 * cells + cell]! - held[3 * cells + cell]!;
  const refuse = async (): Promise<never> => {
    throw new TypeError("a core of formulas reads no single devices");
  };
  const chip: Chip = {
    descriptor: coreDescriptor,
    read: refuse,
    measureCurrents: refuse,
    async pulse(region, train) {
      if (train.kind !== "per-cell") return refuse();
      const first = region.array * cells + region.row * side;
      for (const [n, code] of train.amplitudeCodes.entries()) {
        if (code === 0) continue;
        pulses[first + n]!++;
        held[first + n] = response(first + n, (code * 500e-6) / 4095);
      }
      const startSeconds = seconds;
      seconds += 1e-6;
      operationId++;
      return {
        operationId,
        certainty: "acknowledged",
        pulses: pulsesIn(train),
        startSeconds,
        endSeconds: seconds,
      };
    },
    async mvm(request) {
      const vectors = request.inputs.length / side;
      const outputs = Int16Array.from({ length: vectors * side }, (_, n) => {
        const [vector, column] = [Math.floor(n / side), n % side];
        let sum = 0;
        for (let row = 0; row < side; row++)
          sum += request.inputs[vector * side + row]! * net(row * side + column);
        const { scale, offsetCodes } = converter(column);
        return Math.round((sum / perProduct) * scale + offsetCodes);
      });
      const times = { firstSampleSeconds: seconds, lastSampleSeconds: seconds, temperatureKelvin: 300 };
      return { ...request, ...times, outputs, saturatedOutputs: 0 };
    },
    temperature: async () => 300,
    now: async () => seconds,
    waitUntil: async (until) => {
      seconds = Math.max(seconds, until);
      return seconds;
    },
    safeOff: async () => {},
    close: async () => {},
  };
  return { chip, pulses, siemens: held };
}
