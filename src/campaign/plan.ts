/** What a campaign reads and when, as it is written before it begins. Pure data: it is kept as JSON, and read again by any process. */

import { z } from "zod";
import type { Region } from "../chip/region.ts";

const ages = z.array(z.number().nonnegative()).min(1);
const count = z.number().int().nonnegative();

const regionSchema: z.ZodType<Region> = z.object({
  array: count,
  row: count,
  column: count,
  rows: count.min(1),
  columns: count.min(1),
});

export const planSchema = z.object({
  name: z.string(),
  averages: count.min(1).max(255),
  readVolts: z.number().positive(),
  /** Number of the calibration that conductances are derived with; null for what the chip says of itself. */
  calibration: z.number().int().positive().nullable(),
  /** Every programmed tile at these ages (s) since the end of its own programming. */
  tiles: z.object({ agesSeconds: ages }).nullable(),
  /** Whole arrays and other rectangles, canaries above all, at these ages since `since`. */
  regions: z.array(z.object({ name: z.string(), region: regionSchema, agesSeconds: ages })),
  /** Products of random inputs, the same every time. */
  mvm: z
    .object({
      vectors: count.min(1),
      seed: count,
      phases: z.union([z.literal(1), z.literal(4)]),
      agesSeconds: ages,
    })
    .nullable(),
  /** The converters are measured again. */
  calibrations: z.object({ agesSeconds: ages }).nullable(),
  temperature: z.object({ agesSeconds: ages }).nullable(),
  /** Outside of them an alarm is raised (K). */
  limitsKelvin: z.object({ low: z.number().positive(), high: z.number().positive() }).nullable(),
  /** What the ages of all but tiles count from: when the campaign was planned, or the end of the latest programming. */
  since: z.enum(["start", "programming"]),
});

export type CampaignPlan = z.infer<typeof planSchema>;
