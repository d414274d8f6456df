/** The programming algorithms by name, each with the parameters for a chip, or with those that were stored. */

import type { z } from "zod";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import type { ProgrammingAlgorithm } from "./algorithm.ts";
import type { AlgorithmName } from "./algorithm-names.ts";
import { maxSetFill } from "./max-set-fill.ts";
import { maxSetFillParametersFor } from "./max-set-fill-parameters.ts";
import { meltQuench } from "./melt-quench.ts";
import { maxSetFillSchema, meltQuenchSchema, partialSetSchema, residualSchema } from "./parameter-schemas.ts";
import { type MeltQuenchParameters, parametersFor } from "./parameters.ts";
import { partialSet } from "./partial-set.ts";
import { partialSetParametersFor } from "./partial-set-parameters.ts";
import { residual } from "./residual.ts";
import { residualParametersFor } from "./residual-parameters.ts";

/** What all algorithms can be told otherwise than the chip has it. */
export type Choices = Partial<Pick<MeltQuenchParameters, "split" | "deviceSiemens">>;

/** What devices hold in all algorithms. */
export type DeviceLimits = Pick<MeltQuenchParameters, "deviceSiemens" | "partnerSiemens">;

export interface AlgorithmWithLimits {
  readonly algorithm: ProgrammingAlgorithm;
  readonly limits: DeviceLimits;
}

const algorithms = {
  "melt-quench": kind(meltQuench, parametersFor, meltQuenchSchema),
  "partial-set": kind(partialSet, partialSetParametersFor, partialSetSchema),
  "max-set-fill": kind(maxSetFill, maxSetFillParametersFor, maxSetFillSchema),
  residual: kind(residual, residualParametersFor, residualSchema),
} as const satisfies Readonly<Record<AlgorithmName, object>>;

function kind<Parameters extends DeviceLimits & Choices>(
  make: (parameters: Parameters) => ProgrammingAlgorithm,
  usual: (descriptor: Descriptor) => Parameters,
  schema: z.ZodType<Parameters>,
) {
  const made = (parameters: Parameters): AlgorithmWithLimits => ({
    algorithm: make(parameters),
    limits: parameters,
  });
  return {
    chosen: (descriptor: Descriptor, choices: Choices) => made({ ...usual(descriptor), ...choices }),
    stored: (parameters: unknown) => made(schema.parse(parameters)),
  };
}

export const algorithmFor = (
  name: AlgorithmName,
  descriptor: Descriptor,
  choices: Choices = {},
): ProgrammingAlgorithm => chosenAlgorithm(name, descriptor, choices).algorithm;

export const chosenAlgorithm = (
  name: AlgorithmName,
  descriptor: Descriptor,
  choices: Choices,
): AlgorithmWithLimits => algorithms[name].chosen(descriptor, choices);

/** @param parameters plain JSON that the algorithm had. @throws ZodError when they are not those of this version. */
export const storedAlgorithm = (name: AlgorithmName, parameters: unknown): AlgorithmWithLimits =>
  algorithms[name].stored(parameters);
