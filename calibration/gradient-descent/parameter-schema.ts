/** Parameters of a descent as they come back from JSON. Nothing that this version does not know is accepted. */

import { z } from "zod";
import type { DescentParameters } from "./parameters.ts";

const number = z.number().nonnegative();
const count = z.int().nonnegative();

export const descentSchema = z.strictObject({
  inputs: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("uniform") }),
    z.strictObject({ kind: z.literal("normal") }),
    z.strictObject({ kind: z.literal("sign"), zeroShare: number.max(1) }),
  ]),
  phases: z.union([z.literal(1), z.literal(4)]),
  vectors: count,
  refinements: count,
  rate: number,
  significance: number,
  marginSiemens: number,
  maxStepSiemens: number,
  maxIterations: count,
  maxPulsesPerDevice: count,
  maxPulses: count,
  restSeconds: number,
  pulseWidthSeconds: number,
  minAmperes: number,
  maxAmperes: number,
  curve: z.strictObject({ setSiemens: number, slopeAmperes: number, halfAmperes: number }),
  maxSiemens: number,
  stuckShare: number,
  stuckPulses: count,
  adaptation: number,
  maxScaleChange: number,
  maxOffsetCodes: number,
}) satisfies z.ZodType<DescentParameters>;
