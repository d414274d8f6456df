/** How a run programs: the method with its parameters for the chip, and when it verifies late. */

import { z } from "zod";
import type { ProgrammingMethod } from "../../../calibration/methods/method.ts";
import { methodFor, storedMethod } from "../../../calibration/methods/methods.ts";
import { type MethodName, methodNames } from "../../../calibration/methods/names.ts";
import type { Choices } from "../../../calibration/program-verify/algorithms.ts";
import { parametersFor } from "../../../calibration/program-verify/parameters.ts";
import type { Descriptor } from "../../chip/descriptor.ts";
import type { ReadOptions } from "../../chip/readout.ts";
import { LabError } from "../../core/errors.ts";
import { parseDurations } from "../../core/units.ts";
import type { WeightLimits } from "../../network/mapping.ts";
import type { StoredPlan } from "../../store/programming-plans.ts";

export interface AlgorithmArguments {
  /** Melt-quench when not given. */
  readonly algorithm?: MethodName | undefined;
  readonly verifyAt?: string | undefined;
  readonly readAt?: string | undefined;
}

export interface ChosenAlgorithm {
  readonly method: ProgrammingMethod;
  /** Seconds after the programming of a block, rising. */
  readonly verifyAtSeconds: readonly number[];
  /** Seconds after the last pulses of a block at which the run itself reads it, rising. */
  readonly readAtSeconds: readonly number[];
  /** Of the readouts of the run. */
  readonly reading: ReadOptions;
  /** Targets of a device up to this are the zero level, S. */
  readonly zeroSiemens: number;
}

/** @throws LabError USAGE for late verification by a method that has none, and for times that are none. */
export function chosenAlgorithm(
  { algorithm = "melt-quench", verifyAt, readAt }: AlgorithmArguments,
  descriptor: Descriptor,
  limits: WeightLimits,
): ChosenAlgorithm {
  const verifyAtSeconds = timesAboveZero("--verify-at", verifyAt);
  const readAtSeconds = timesAboveZero("--read-at", readAt);
  const method = methodFor(algorithm, descriptor, choicesOf(limits), limits.gmaxSiemens);
  if (verifyAtSeconds.length > 0 && method.noLate !== undefined)
    throw new LabError("USAGE", `--verify-at does not go with ${algorithm}: ${method.noLate}`, {
      next: "leave --verify-at away, or choose another --algorithm",
    });
  return { method, verifyAtSeconds, readAtSeconds, ...firstReading(descriptor) };
}

/** Several devices of one sign are filled up to gmax one after the other, as the mapping has it. */
export const choicesOf = ({ devicesPerWeight, gmaxSiemens }: WeightLimits): Choices =>
  devicesPerWeight === 2 ? {} : { split: "fill-first", deviceSiemens: gmaxSiemens };

/**
 * What the run of a stored plan programs by, whatever this version would choose for such a chip.
 * @throws LabError STORE_CONTENT for an algorithm or parameters that this version does not know.
 */
export function storedChoice({ algorithm, parameters }: StoredPlan, descriptor: Descriptor): ChosenAlgorithm {
  const { verifyAtSeconds: verifyAt, readAtSeconds: readAt = [], ...own } = parameters;
  try {
    const times = z.array(z.number().positive());
    return {
      method: storedMethod(knownMethod(algorithm), own),
      verifyAtSeconds: times.parse(verifyAt),
      readAtSeconds: times.parse(readAt),
      ...firstReading(descriptor),
    };
  } catch (cause) {
    if (!(cause instanceof z.ZodError)) throw cause;
    const [issue] = cause.issues;
    const where = `${issue?.path.join(".")}: ${issue?.message}`;
    throw new LabError(
      "STORE_CONTENT",
      `the run programs by ${algorithm} with parameters that this pcmlab does not know: ${where}`,
      { cause, next: "resume it with the pcmlab that began it, or program the network again" },
    );
  }
}

function firstReading(descriptor: Descriptor): Pick<ChosenAlgorithm, "reading" | "zeroSiemens"> {
  const { averages, readVolts, zeroSiemens } = parametersFor(descriptor);
  return { reading: { averages, readVolts }, zeroSiemens };
}

/** @throws LabError USAGE. */
function timesAboveZero(option: string, text: string | undefined): number[] {
  const times = text === undefined ? [] : parseDurations(text);
  if (times.every((time) => time > 0)) return [...new Set(times)].sort((a, b) => a - b);
  throw new LabError("USAGE", `${option} ${text}: times must be above zero`, {
    next: "give times such as 5s,20s",
  });
}

/** As a process that goes on with the run has to find it. */
export const plannedAlgorithm = ({
  method,
  verifyAtSeconds,
  readAtSeconds,
}: Pick<ChosenAlgorithm, "method" | "verifyAtSeconds" | "readAtSeconds">) => ({
  algorithm: method.name,
  parameters: { ...method.parameters, verifyAtSeconds, readAtSeconds },
});

function knownMethod(word: string): MethodName {
  const name = methodNames.find((known) => known === word);
  if (name !== undefined) return name;
  throw new LabError("STORE_CONTENT", `the run programs by ${word}, which this pcmlab does not know`, {
    next: `resume it with the pcmlab that began it, or program the network again by one of ${methodNames.join(", ")}`,
  });
}
