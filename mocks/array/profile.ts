/** A chip profile: everything that makes one emulated chip different from another. */

import { z } from "zod";
import {
  arraySchema,
  arraysFault,
  type Descriptor,
  deviceCount,
  programSchema,
  readSchema,
} from "../../src/chip/descriptor.ts";
import { envelopeFault, envelopeSchema } from "../../src/chip/envelope.ts";
import { LabError } from "../../src/core/errors.ts";
import { deviceContradiction, deviceParametersSchema } from "../device/parameters.ts";
import { strictObject } from "../device/strict-object.ts";
import { currentSenseSchema } from "./current-sense.ts";
import { mvmParametersSchema } from "./mvm/parameters.ts";
import { limitsText } from "./profile-limits.ts";
import { fusion1m } from "./profiles/fusion-1m.ts";
import { hermesCore } from "./profiles/hermes-core.ts";
import { tiny } from "./profiles/tiny.ts";

const largestSum = 65_535;

/** What no chip of this kind leaves: outside it a value is a slip of a unit. */
const volts = z.number().min(1e-3).max(10);
const amperes = z.number().min(1e-9).max(1);
const pulseSeconds = z.number().min(1e-10).max(1);

/** Devices of an emulated chip: the 64 cores of the largest published one (FACTS 8.2), 900 MB here. */
const mostDevices = 2 ** 24;

const chipReadSchema = strictObject({
  ...readSchema.shape,
  fullScaleSiemens: z.number().min(1e-9).max(1),
  minVolts: volts,
  maxVolts: volts,
  sampleSeconds: z.number().min(1e-9).max(1),
})
  .refine((read) => read.minVolts <= read.maxVolts, { path: ["minVolts"], error: "must be at most maxVolts" })
  .refine((read) => (2 ** read.adcBits - 1) * read.maxAverages <= largestSum, {
    path: ["maxAverages"],
    error: `sums of ADC codes must fit 16 bits: (2^adcBits - 1) * maxAverages at most ${largestSum}`,
  });

const chipProgramSchema = strictObject({
  ...programSchema.shape,
  fullScaleAmperes: amperes,
  maxAmperes: amperes,
  minWidthSeconds: pulseSeconds,
  maxWidthSeconds: pulseSeconds,
  maxTrailingSeconds: z.number().min(0).max(1),
})
  .refine((program) => program.maxAmperes <= program.fullScaleAmperes, {
    path: ["maxAmperes"],
    error: "must be at most fullScaleAmperes",
  })
  .refine((program) => program.minWidthSeconds <= program.maxWidthSeconds, {
    path: ["minWidthSeconds"],
    error: "must be at most maxWidthSeconds",
  });

const chipEnvelopeSchema = strictObject({
  ...envelopeSchema.shape,
  supplyVolts: volts,
  maxPulseJoules: z.number().min(1e-15).max(1),
  dutySeconds: z.number().min(1e-6).max(1e6),
  minKelvin: z.number().min(1).max(1000),
  maxKelvin: z.number().min(1).max(1000),
});

const chipProfileSchema = strictObject({
  /** Name of the profile; serial numbers are made from it. */
  name: z.string().regex(/^[a-z0-9-]+$/, "must be lower-case letters, digits and hyphens"),
  model: z.string().min(1),
  manufacturer: z.string().min(1),
  /** Which published model each law follows, where the published ones disagree; for people. */
  follows: z.array(z.string().min(1)).max(32),
  arrays: z.array(strictObject(arraySchema.shape)).min(1).max(256),
  read: chipReadSchema,
  program: chipProgramSchema,
  /** What no pulse may leave; none when missing. */
  envelope: chipEnvelopeSchema.optional(),
  maxCellsPerRequest: z
    .number()
    .int()
    .positive()
    .max(1 << 20),
  timing: strictObject({
    /** Time between two pulses in which the current source settles; added before each pulse. */
    pulseSettleSeconds: z.number().min(0).max(1),
  }),
  converter: strictObject({
    /** White noise of the front end for one conversion at the largest read voltage, rms ADC codes. */
    whiteNoiseCodes: z.number().min(0).max(1000),
    /** Standard deviation of the relative gain of the ADC from bit line to bit line. */
    gainSpread: z.number().min(0).max(0.3),
    /** Standard deviation of the offset of the ADC from bit line to bit line, ADC codes. */
    offsetSpreadCodes: z.number().min(0).max(100),
    /** Standard deviation of the relative gain of the programming DAC from chip to chip. */
    dacGainSpread: z.number().min(0).max(0.3),
    /** Standard deviation of the error of each DAC code, in steps of the DAC. */
    dacStepSpread: z.number().min(0).max(10),
    /** Standard deviation of the relative mismatch of the reference resistors. */
    resistorSpread: z.number().min(0).max(0.3),
  }),
  /** Only for a board that can measure the currents of its DAC. */
  currentSense: currentSenseSchema.optional(),
  device: deviceParametersSchema,
  /** Only for a chip that multiplies in its array. */
  mvm: mvmParametersSchema.optional(),
}).superRefine(({ arrays, mvm, device, envelope, program }, context) => {
  const faults = {
    arrays: chipArraysFault(arrays, mvm?.ability),
    device: deviceContradiction(device),
    envelope: envelope && envelopeFault(envelope, program),
  };
  for (const [part, message] of Object.entries(faults))
    if (message !== undefined) context.addIssue({ code: "custom", path: [part], message });
});
export type ChipProfile = z.infer<typeof chipProfileSchema>;

function chipArraysFault(arrays: Descriptor["arrays"], mvm: Descriptor["mvm"]): string | undefined {
  const devices = deviceCount({ arrays });
  return devices > mostDevices
    ? `${devices.toLocaleString("en")} devices, the emulator holds up to ${mostDevices.toLocaleString("en")}`
    : arraysFault({ arrays, mvm });
}

const builtins: ReadonlyMap<string, ChipProfile> = new Map(
  [fusion1m, hermesCore, tiny].map((profile) => [profile.name, profile]),
);

export const profileNames: readonly string[] = [...builtins.keys()];

/** @throws LabError BAD_PROFILE when there is no built-in profile of this name. */
export function builtinProfile(name: string): ChipProfile {
  const profile = builtins.get(name);
  if (profile !== undefined) return profile;
  throw new LabError("BAD_PROFILE", `no built-in profile is called "${name}"`, {
    next: `choose one of ${profileNames.join(", ")}`,
  });
}

/**
 * Checks a value that came from outside.
 * @throws LabError BAD_PROFILE with the path, the value, what is allowed and the unit, in one line, for the first fault.
 */
export function parseProfile(value: unknown): ChipProfile {
  const result = chipProfileSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path ?? [];
  const limits = limitsText(chipProfileSchema, path);
  const remarks = [
    issue?.message,
    ...(limits === undefined ? [] : [limits]),
    ...(result.error.issues.length > 1 ? [`and ${result.error.issues.length - 1} more`] : []),
  ];
  throw new LabError(
    "BAD_PROFILE",
    `chip profile: ${pathText(path)} is ${valueText(value, path)}: ${remarks.join("; ")}`,
    { next: "correct the value, or start from a built-in profile", cause: result.error },
  );
}

const pathText = (path: readonly PropertyKey[]): string =>
  path.length === 0 ? "the profile" : path.map(String).join(".");

const longestValueText = 60;

function valueText(root: unknown, path: readonly PropertyKey[]): string {
  const value = path.reduce<unknown>((parent, key) => propertyOf(parent, key), root);
  if (value === undefined) return "missing";
  if (typeof value === "number") return String(value);
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > longestValueText ? `${text.slice(0, longestValueText)}...` : text;
}

const propertyOf = (parent: unknown, key: PropertyKey): unknown =>
  typeof parent === "object" && parent !== null ? Reflect.get(parent, key) : undefined;
