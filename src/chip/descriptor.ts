/** What a chip says about itself. Nothing about a particular chip is hard-coded elsewhere. */

import { z } from "zod";

const positive = z.number().positive();
const count = z.number().int().positive();

export const arraySchema = z.object({
  name: z.string().min(1),
  /** Word lines. */
  rows: count.max(65_536),
  /** Bit lines. */
  columns: count.max(65_536),
});

export const readSchema = z.object({
  adcBits: count.max(15),
  /** Conductance at the largest ADC code, at any permitted read voltage: the converter's gain follows the voltage. */
  fullScaleSiemens: positive,
  minVolts: positive,
  maxVolts: positive,
  /** Time of one conversion of one device. */
  sampleSeconds: positive,
  /** Conversions of one device that the board adds up before it answers. */
  maxAverages: count.max(255),
});

export const programSchema = z.object({
  dacBits: count.max(16),
  /** Current at the largest DAC code. */
  fullScaleAmperes: positive,
  /** Largest current that the board applies, at most the full scale. */
  maxAmperes: positive,
  minWidthSeconds: positive,
  maxWidthSeconds: positive,
  /** Longest falling edge; 0 when the board makes rectangular pulses only. */
  maxTrailingSeconds: z.number().nonnegative(),
  /** Steps of a pulse train that is the same for all its cells. */
  maxSteps: count.max(64),
});

const descriptorFields = z.object({
  /** Version of the pcmlab wire protocol, major.minor. */
  protocol: z.string().regex(/^\d+\.\d+$/),
  manufacturer: z.string().min(1),
  model: z.string().min(1),
  serialNumber: z.string().min(1),
  firmware: z.string().min(1),
  /** True when the physics is software. For people and records only; no algorithm may look at it. */
  emulated: z.boolean(),
  arrays: z.array(arraySchema).min(1).max(256),
  read: readSchema,
  program: programSchema,
  /** Cells of one request, a limit of the board's memory. */
  maxCellsPerRequest: count.max(1 << 20),
  /** Optional abilities by name, for example "advance-time". */
  features: z.array(z.string()),
});

/** Codes of all averages are added up in 16 bits. */
const largestCodeSum = 65_535;

export const descriptorSchema = descriptorFields
  .refine(({ read }) => (2 ** read.adcBits - 1) * read.maxAverages <= largestCodeSum, {
    path: ["read", "maxAverages"],
    message: `largest code times maxAverages is above ${largestCodeSum}`,
  })
  .refine(({ read }) => read.minVolts <= read.maxVolts, {
    path: ["read", "minVolts"],
    message: "above maxVolts",
  })
  .refine(({ program }) => program.maxAmperes <= program.fullScaleAmperes * (1 + 1e-9), {
    path: ["program", "maxAmperes"],
    message: "above fullScaleAmperes",
  })
  .refine(({ program }) => program.minWidthSeconds <= program.maxWidthSeconds, {
    path: ["program", "minWidthSeconds"],
    message: "above maxWidthSeconds",
  });

export type Descriptor = z.infer<typeof descriptorSchema>;

export const largestAdcCode = (descriptor: Descriptor): number => 2 ** descriptor.read.adcBits - 1;
export const largestDacCode = (descriptor: Descriptor): number => 2 ** descriptor.program.dacBits - 1;

/** Conductance of one ADC code (S per code) of an ideal converter. */
export const nominalSiemensPerCode = (descriptor: Descriptor): number =>
  descriptor.read.fullScaleSiemens / largestAdcCode(descriptor);

/** Current of one DAC code (A per code) of an ideal converter. */
export const nominalAmperesPerCode = (descriptor: Descriptor): number =>
  descriptor.program.fullScaleAmperes / largestDacCode(descriptor);

/** The device count of the whole chip. */
export const deviceCount = (descriptor: Descriptor): number =>
  descriptor.arrays.reduce((sum, array) => sum + array.rows * array.columns, 0);
