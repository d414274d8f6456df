/** A twin as a file: a profile that the emulator takes, and under `twin` where every number of it comes from. */

import { createHash } from "node:crypto";
import { z } from "zod";
import { type ChipProfile, parseProfile } from "../../../mocks/array/profile.ts";
import { LabError } from "../../core/errors.ts";

const number = z.number();
const size = z.number().nonnegative();
const count = z.number().int().nonnegative();
const share = z.number().min(0).max(1);

/** A value with its standard error. */
const estimate = z.strictObject({ value: number, error: size });

const levelSchema = z.strictObject({
  /** Mean target (S). */
  targetSiemens: size,
  devices: count,
  converged: count,
  /** Reading less target at the first reading, over the devices that converged (S). */
  first: z
    .strictObject({ devices: count, ageSeconds: size, meanSiemens: number, sigmaSiemens: size })
    .nullable(),
  /** At the reference time of drift and without read noise (S). */
  programming: z.strictObject({ sigmaSiemens: estimate, biasSiemens: estimate }).nullable(),
  drift: z
    .strictObject({
      devices: count,
      stateSiemens: size,
      stateSpread: size,
      nuMean: estimate,
      nuSpread: estimate,
    })
    .nullable(),
  /** Q_s. */
  noise: estimate.nullable(),
  /** As `first`, of the twin itself after the same program-and-verify. */
  rehearsed: z.strictObject({ devices: count, meanSiemens: number, sigmaSiemens: size }).nullable(),
});

const stuckSchema = z.strictObject({ count, of: count, probability: share, low: share, high: share });

const twinSchema = z.strictObject({
  format: z.literal(1),
  toolVersion: z.string(),
  fittedWallSeconds: size,
  /** Of the profile as it was written. */
  profileSha256: z.string().regex(/^[0-9a-f]{64}$/),
  chip: z.strictObject({
    manufacturer: z.string(),
    model: z.string(),
    serialNumber: z.string(),
    life: z.string().nullable(),
    firmware: z.string(),
    emulated: z.boolean(),
  }),
  /** Name of the profile that the rest was taken from. */
  base: z.string(),
  store: z.string(),
  programmings: z.array(count).min(1),
  readouts: z.array(count).min(1),
  calibration: count.nullable(),
  devices: count,
  /** Of the first conversion of each reading after the end of the programming. */
  agesSeconds: z.array(size).min(1),
  algorithm: z.strictObject({
    name: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    verifyAtSeconds: z.array(size),
  }),
  reading: z.strictObject({ averages: count, readVolts: size }),
  /** Conductance of the largest weight (S). */
  gmaxSiemens: z.number().positive(),
  /** t_0 of drift and t_read of noise that the fits are for (s). */
  referenceSeconds: z.number().positive(),
  readSeconds: z.number().positive(),
  levels: z.array(levelSchema).min(1).max(256),
  /** c of sigma = c_0 + c_1 g + c_2 g^2 + ... at the reference time, without read noise (S); g over `gmaxSiemens`. */
  programming: z.strictObject({ coefficientsSiemens: z.array(estimate), worstSiemens: size }).nullable(),
  /** Q_s = coefficient g^exponent, g over `g1Siemens`. */
  readNoise: z
    .strictObject({
      coefficient: estimate,
      exponent: estimate,
      g1Siemens: z.number().positive(),
      worst: size,
      describes: z.boolean(),
    })
    .nullable(),
  /** Of the power spectrum of the noise; the emulator has 1/f noise, -1. */
  noiseSlope: number,
  stuck: z.strictObject({ low: stuckSchema, high: stuckSchema }),
  converters: z
    .strictObject({
      columns: count,
      gainMean: estimate,
      offsetMeanCodes: estimate,
      gainSpread: estimate,
      offsetSpreadCodes: estimate,
      whiteNoiseCodes: estimate,
    })
    .nullable(),
  /** Where the numbers of the profile come from, by path: the chip's own description, a fit, or the base profile. */
  described: z.array(z.string()),
  fitted: z.array(z.strictObject({ path: z.string(), how: z.string() })),
  taken: z.array(z.strictObject({ path: z.string(), why: z.string() })),
  /** What a reader of the numbers must know. */
  remarks: z.array(z.string()),
});
export type TwinRecord = z.infer<typeof twinSchema>;
export type TwinLevel = TwinRecord["levels"][number];

export interface Twin {
  readonly profile: ChipProfile;
  readonly twin: TwinRecord;
}

export const profileHash = (profile: ChipProfile): string =>
  createHash("sha256")
    .update(JSON.stringify(parseProfile(profile)))
    .digest("hex");

/** As it is written: the profile with `twin` beside its other keys. */
export const twinText = ({ profile, twin }: Twin): string =>
  `${JSON.stringify({ ...profile, twin: twinSchema.parse(twin) }, null, 2)}\n`;

/** Whether a JSON value claims to be one. */
export const isTwin = (value: unknown): value is object =>
  typeof value === "object" && value !== null && "twin" in value;

/** @throws LabError BAD_PROFILE with the path of the first fault, or when the profile is no longer the one that was fitted. */
export function parseTwin(value: object): Twin {
  const { twin: record, ...rest }: { twin?: unknown } = { ...value };
  const profile = parseProfile(rest);
  const parsed = twinSchema.safeParse(record);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = ["twin", ...(issue?.path ?? [])].join(".");
    throw new LabError("BAD_PROFILE", `twin: ${path}: ${issue?.message}`, {
      next: "fit it again: pcmlab twin fit; or take the key twin away to use it as a profile of your own",
      cause: parsed.error,
    });
  }
  if (parsed.data.profileSha256 !== profileHash(profile))
    throw new LabError("BAD_PROFILE", "twin: its profile was changed after it was fitted", {
      next: "take the key twin away to use it as a profile of your own, or fit it again: pcmlab twin fit",
    });
  return { profile, twin: parsed.data };
}
