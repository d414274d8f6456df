/** The programming algorithms by name, each with the parameters for a chip. */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import type { ProgrammingAlgorithm } from "./algorithm.ts";
import { maxSetFill } from "./max-set-fill.ts";
import { maxSetFillParametersFor } from "./max-set-fill-parameters.ts";
import { meltQuench } from "./melt-quench.ts";
import { type MeltQuenchParameters, parametersFor } from "./parameters.ts";
import { partialSet } from "./partial-set.ts";
import { partialSetParametersFor } from "./partial-set-parameters.ts";
import { residual } from "./residual.ts";
import { residualParametersFor } from "./residual-parameters.ts";

/** What all algorithms can be told otherwise than the chip has it. */
export type Choices = Partial<Pick<MeltQuenchParameters, "split" | "deviceSiemens">>;

type Maker = (descriptor: Descriptor, choices: Choices) => ProgrammingAlgorithm;

const algorithms = {
  "melt-quench": (descriptor, choices) => meltQuench({ ...parametersFor(descriptor), ...choices }),
  "partial-set": (descriptor, choices) => partialSet({ ...partialSetParametersFor(descriptor), ...choices }),
  "max-set-fill": (descriptor, choices) => maxSetFill({ ...maxSetFillParametersFor(descriptor), ...choices }),
  residual: (descriptor, choices) => residual({ ...residualParametersFor(descriptor), ...choices }),
} as const satisfies Readonly<Record<string, Maker>>;

export type AlgorithmName = keyof typeof algorithms;

export const isAlgorithmName = (word: string): word is AlgorithmName => Object.hasOwn(algorithms, word);
export const algorithmNames: readonly AlgorithmName[] = Object.keys(algorithms).filter(isAlgorithmName);

export const algorithmFor = (
  name: AlgorithmName,
  descriptor: Descriptor,
  choices: Choices = {},
): ProgrammingAlgorithm => algorithms[name](descriptor, choices);
