/** All ways to program by name, with the parameters for a chip, or with those that were stored. */

import { z } from "zod";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import { descentSchema } from "../gradient-descent/parameter-schema.ts";
import { descentFor } from "../gradient-descent/parameters.ts";
import { type Choices, chosenAlgorithm, storedAlgorithm } from "../program-verify/algorithms.ts";
import { meltQuenchSchema } from "../program-verify/parameter-schemas.ts";
import { parametersFor } from "../program-verify/parameters.ts";
import { byBoard } from "./by-board.ts";
import { byDescent, type DescentMethodParameters } from "./by-descent.ts";
import { byHost } from "./by-host.ts";
import type { ProgrammingMethod } from "./method.ts";
import type { MethodName } from "./names.ts";

/** @param gmaxSiemens largest conductance that a device is meant to get. */
export function methodFor(
  name: MethodName,
  descriptor: Descriptor,
  choices: Choices,
  gmaxSiemens: number,
): ProgrammingMethod {
  switch (name) {
    case "on-board":
      return byBoard({ ...parametersFor(descriptor), ...choices });
    case "gradient-descent":
      return byDescent(descentParameters(descriptor, choices, gmaxSiemens));
    default:
      return byHost(chosenAlgorithm(name, descriptor, choices));
  }
}

/** @param parameters plain JSON that the method had. @throws ZodError when this version has others. */
export function storedMethod(name: MethodName, parameters: unknown): ProgrammingMethod {
  switch (name) {
    case "on-board":
      return byBoard(meltQuenchSchema.parse(parameters));
    case "gradient-descent":
      return byDescent(descentMethodSchema.parse(parameters));
    default:
      return byHost(storedAlgorithm(name, parameters));
  }
}

/** Over gmax: 1.5 µS at 10.35 µS, where test/bench/program-gradient.ts has it. */
const startMargin = 0.145;

function descentParameters(
  descriptor: Descriptor,
  choices: Choices,
  gmaxSiemens: number,
): DescentMethodParameters {
  const start = {
    ...parametersFor(descriptor),
    ...choices,
    marginSiemens: startMargin * gmaxSiemens,
  };
  return { start, descent: descentFor(start, gmaxSiemens), inputSeed: 1 };
}

const descentMethodSchema = z.strictObject({
  start: meltQuenchSchema,
  descent: descentSchema,
  inputSeed: z.int().nonnegative(),
}) satisfies z.ZodType<DescentMethodParameters>;
