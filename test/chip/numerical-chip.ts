/** A Chip port whose devices are a formula, for tests of procedures; it speaks no bytes and has no noise of its own. */

import type { Chip } from "../../src/chip/chip.ts";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import { type PulseTrain, pulsesIn } from "../../src/chip/pulse.ts";
import { cellCount, type Region } from "../../src/chip/region.ts";

export const smallDescriptor: Descriptor = {
  protocol: "1.0",
  manufacturer: "test",
  model: "formula",
  serialNumber: "1",
  firmware: "1",
  emulated: true,
  arrays: [{ name: "A", rows: 16, columns: 16 }],
  read: {
    adcBits: 12,
    fullScaleSiemens: 50e-6,
    minVolts: 0.1,
    maxVolts: 0.3,
    sampleSeconds: 1e-6,
    maxAverages: 16,
  },
  program: {
    dacBits: 12,
    fullScaleAmperes: 500e-6,
    maxAmperes: 450e-6,
    minWidthSeconds: 10e-9,
    maxWidthSeconds: 1e-5,
    maxTrailingSeconds: 0,
    maxSteps: 16,
  },
  maxCellsPerRequest: 256,
  features: [],
};

export interface Call {
  readonly kind: "read" | "pulse";
  readonly region: Region;
  readonly cells: number;
}

/**
 * @param response conductance in S that a pulse of so many amperes leaves in a cell (index within the array) that had `before`.
 * @returns the chip and the calls that it saw, in order.
 */
export function numericalChip(response: (cell: number, amperes: number, before: number) => number): {
  chip: Chip;
  calls: Call[];
} {
  const { columns } = smallDescriptor.arrays[0]!;
  const siemens = new Float64Array(256).fill(40e-6);
  const calls: Call[] = [];
  let operationId = 0;
  let seconds = 0;
  const cellAt = (region: Region, n: number): number =>
    (region.row + Math.floor(n / region.columns)) * columns + region.column + (n % region.columns);
  const chip: Chip = {
    descriptor: smallDescriptor,
    async read(region, options) {
      const cells = cellCount(region);
      const codeSums = new Uint16Array(cells);
      const chosen = options.mask ?? new Uint8Array(cells).fill(1);
      for (let n = 0; n < cells; n++) {
        const code = Math.round((siemens[cellAt(region, n)]! / 50e-6) * 4095);
        if (chosen[n] !== 0) codeSums[n] = code * options.averages;
      }
      calls.push({ kind: "read", region, cells: chosen.filter((flag) => flag !== 0).length });
      const firstSampleSeconds = seconds;
      seconds += 1e-6;
      return {
        ...options,
        region,
        codeSums,
        firstSampleSeconds,
        lastSampleSeconds: seconds,
        temperatureKelvin: 300,
        saturatedCells: 0,
      };
    },
    async pulse(region, train) {
      forEachPulse(train, (n, code) => {
        const cell = cellAt(region, n);
        siemens[cell] = response(cell, (code * 500e-6) / 4095, siemens[cell]!);
      });
      calls.push({ kind: "pulse", region, cells: pulsesIn(train) });
      const startSeconds = seconds;
      seconds += 1e-6;
      return {
        operationId: ++operationId,
        certainty: "acknowledged",
        pulses: pulsesIn(train),
        startSeconds,
        endSeconds: seconds,
      };
    },
    mvm: async () => {
      throw new TypeError("a chip of formulas does no MVM");
    },
    measureCurrents: async () => {
      throw new TypeError("a chip of formulas measures no currents");
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
  return { chip, calls };
}

function forEachPulse(train: PulseTrain, apply: (cell: number, code: number) => void): void {
  const entries = train.kind === "per-cell" ? train.amplitudeCodes : train.mask;
  for (const [n, entry] of entries.entries()) {
    if (entry === 0) continue;
    if (train.kind === "per-cell") apply(n, entry);
    else for (const step of train.steps) apply(n, step.amplitudeCode);
  }
}
