/** What a chip says about itself. Nothing about a particular chip is hard-coded elsewhere. */

import { z } from "zod";
import { clockSchema } from "./clock-kind.ts";
import { envelopeFault, envelopeSchema } from "./envelope.ts";

const positive = z.number().positive();
const count = z.number().int().positive();

export const arraySchema = z.object({
  name: z.string().min(1),
  /** Word lines. */
  rows: count.max(65_536),
  /** Bit lines. */
  columns: count.max(65_536),
  /**
   * Present when the cells are reference resistors and no devices: the conductance of each row (S), for calibrating the
   * converters. Column c is converted by the same converter as column c of the other arrays. Read only.
   */
  referenceSiemens: z.array(z.number().nonnegative()).min(1).optional(),
  /** Standard deviation of the resistors about `referenceSiemens`, relative, where the maker knows it. */
  referenceTolerance: z.number().min(0).max(0.5).optional(),
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

export const mvmSchema = z.object({
  /** Signed input codes of the word lines: largest 2^(inputBits - 1) - 1. */
  inputBits: count.min(2).max(8),
  /** Signed output codes of one conversion: largest 2^(outputBits - 1) - 1. */
  outputBits: count.min(2).max(14),
  /** Sum over the rows of (input / largest input) x net conductance at the largest output code. */
  fullScaleSiemens: positive,
  /** Voltage of the read pulses; the inputs are their durations. */
  readVolts: positive,
  /** Time of one phase of one vector. */
  phaseSeconds: positive,
  /** 1: all signs in one phase. 4: input and weight signs in separate phases (PP, PN, NP, NN) with a conversion each. */
  phases: z.array(z.union([z.literal(1), z.literal(4)])).min(1),
  /** Arrays whose devices count for the weight and against it; unit cell (r, c) has the device at (r, c) of each of them. */
  plusArrays: z.array(z.number().int().nonnegative()).min(1),
  minusArrays: z.array(z.number().int().nonnegative()).min(1),
  /** Input vectors of one request. */
  maxVectors: count.max(65_536),
});

const descriptorFields = z.object({
  /** Version of the pcmlab wire protocol, major.minor. */
  protocol: z.string().regex(/^\d+\.\d+$/),
  manufacturer: z.string().min(1),
  model: z.string().min(1),
  serialNumber: z.string().min(1),
  /** New when the devices begin anew under the same serial number, which only those of software can. */
  life: z
    .string()
    .regex(/^[\x21-\x7e]{1,64}$/)
    .optional(),
  firmware: z.string().min(1),
  /** True when the physics is software. For people and records only; no algorithm may look at it. */
  emulated: z.boolean(),
  arrays: z.array(arraySchema).min(1).max(256),
  read: readSchema,
  program: programSchema,
  /** What no pulse may leave, beyond the ranges of `program`; none when missing. */
  envelope: envelopeSchema.optional(),
  /** Present when the array multiplies matrices and vectors by itself. */
  mvm: mvmSchema.optional(),
  /** Missing on silicon: a clock that begins at 0 at power-up; `clockOf` gives it. */
  clock: clockSchema.optional(),
  /** Cells of one request, a limit of the board's memory. */
  maxCellsPerRequest: count.max(1 << 20),
  /** Optional abilities by name, for example "advance-time". */
  features: z.array(z.string()),
});

/** Why the arrays of a chip do not fit together; undefined when they do. */
export function arraysFault({
  arrays,
  mvm,
}: Pick<z.infer<typeof descriptorFields>, "arrays" | "mvm">): string | undefined {
  const odd = arrays.find(
    ({ rows, referenceSiemens }) => referenceSiemens && referenceSiemens.length !== rows,
  );
  if (odd !== undefined) return `"${odd.name}" needs one referenceSiemens for each of its ${odd.rows} rows`;
  if (arrays.every(({ referenceSiemens }) => referenceSiemens !== undefined)) return "none holds devices";
  const paired = [...(mvm?.plusArrays ?? []), ...(mvm?.minusArrays ?? [])].map((index) => arrays[index]);
  const alike = paired.every(
    (array) =>
      array !== undefined &&
      array.referenceSiemens === undefined &&
      array.rows === paired[0]?.rows &&
      array.columns === paired[0]?.columns,
  );
  return alike ? undefined : "mvm needs plusArrays and minusArrays that hold devices and have one size";
}

/** Codes of all averages are added up in 16 bits. */
const largestCodeSum = 65_535;

/** Checks what a board, or a driver, says about its chip. SI units; every field has its meaning above. */
export const descriptorSchema = descriptorFields
  .superRefine((descriptor, context) => {
    const message = arraysFault(descriptor);
    if (message !== undefined) context.addIssue({ code: "custom", path: ["arrays"], message });
  })
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
  })
  .superRefine(({ program, envelope }, context) => {
    const message = envelope && envelopeFault(envelope, program);
    if (message !== undefined) context.addIssue({ code: "custom", path: ["envelope"], message });
  });

export type Descriptor = z.infer<typeof descriptorSchema>;
export type MvmAbility = z.infer<typeof mvmSchema>;

/**
 * What tells one chip from another, as people read it: firmware may change. An emulated chip that began anew under the same serial
 * number is another one, whose devices hold nothing of what was done to them before.
 */
export const chipIdentity = ({ manufacturer, model, serialNumber, life }: Descriptor): string =>
  `${manufacturer} ${model} ${serialNumber}${life === undefined ? "" : `, life ${life}`}`;

export const largestAdcCode = (descriptor: Descriptor): number => 2 ** descriptor.read.adcBits - 1;
export const largestDacCode = (descriptor: Descriptor): number => 2 ** descriptor.program.dacBits - 1;

/** Conductance of one ADC code (S per code) of an ideal converter. */
export const nominalSiemensPerCode = (descriptor: Descriptor): number =>
  descriptor.read.fullScaleSiemens / largestAdcCode(descriptor);

/** Current of one DAC code (A per code) of an ideal converter. */
export const nominalAmperesPerCode = (descriptor: Descriptor): number =>
  descriptor.program.fullScaleAmperes / largestDacCode(descriptor);

/** Bit lines of the widest array: so many read converters has the chip. */
export const columnCount = ({ arrays }: Pick<Descriptor, "arrays">): number =>
  Math.max(...arrays.map(({ columns }) => columns));

/** Numbers of the arrays that hold devices; the others hold reference resistors. */
export const deviceArrays = ({ arrays }: Pick<Descriptor, "arrays">): number[] =>
  arrays.flatMap(({ referenceSiemens }, index) => (referenceSiemens === undefined ? [index] : []));

/** The device count of the whole chip. */
export const deviceCount = ({ arrays }: Pick<Descriptor, "arrays">): number =>
  arrays.reduce(
    (sum, { rows, columns, referenceSiemens }) => sum + (referenceSiemens === undefined ? rows * columns : 0),
    0,
  );
