/** What a comparison is asked for, decided before a chip is opened. */

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { LabError, textOf } from "../../core/errors.ts";
import { parseDurations, parseQuantity } from "../../core/units.ts";
import type { WeightLimits } from "../../network/mapping.ts";
import { readNetwork } from "../../network/read.ts";
import type { GuardArguments } from "../actions/guarded-chip.ts";
import { gatherImages, type ImageArguments, parseMethods } from "../actions/image-inputs.ts";
import type { MappingArguments } from "../actions/mapping-plan.ts";
import type { ChipArguments } from "../actions/with-chip.ts";
import { type Contestant, parseContestants } from "./contestants.ts";
import type { NetworkContest } from "./network-accuracy.ts";
import type { ConverterChoice } from "./venue.ts";

export interface CompareArguments
  extends Omit<ChipArguments, "chip">,
    GuardArguments,
    MappingArguments,
    Omit<ImageArguments, "images"> {
  readonly algorithms: string;
  /** A real chip; emulated ones when missing. */
  readonly chip?: string | undefined;
  /** Of emulated chips; fusion-1m when missing. */
  readonly profile?: string | undefined;
  /** Cells of a chip that may be pulsed. */
  readonly region?: readonly string[] | undefined;
  /** The user agrees to the pulses. */
  readonly yes?: boolean | undefined;
  /** Weights of each level. */
  readonly perLevel: number;
  readonly at: string;
  readonly converters: ConverterChoice;
  readonly network?: string | undefined;
  readonly images?: string | undefined;
  readonly compensation: string;
  readonly html?: string | undefined;
}

/** Of emulated chips, when nobody says. */
export const usualProfile = "fusion-1m";

export interface ComparisonPlan {
  readonly args: CompareArguments;
  readonly contestants: readonly Contestant[];
  /** Rising. */
  readonly agesSeconds: readonly number[];
  readonly network: NetworkContest | undefined;
}

/** @throws LabError USAGE, and for files that cannot be used. */
export async function planOf(args: CompareArguments): Promise<ComparisonPlan> {
  const contestants = parseContestants(args.algorithms);
  const agesSeconds = [...new Set(parseDurations(args.at))].sort((a, b) => a - b);
  if (agesSeconds.some((age) => !(age >= 0)))
    throw new LabError("USAGE", `--at ${args.at}: times cannot be negative`, {
      next: "give times such as 25s,1h",
    });
  return { args, contestants, agesSeconds, network: await networkOf(args) };
}

async function networkOf(args: CompareArguments): Promise<NetworkContest | undefined> {
  const { network: path, images } = args;
  if (path === undefined) return undefined;
  if (images === undefined)
    throw new LabError("USAGE", "the accuracy of a network needs images", { next: "add --images FILE" });
  const onnx = await readFile(path).catch((cause: unknown) => {
    throw new LabError("BAD_NETWORK", `${path} cannot be read: ${textOf(cause)}`, {
      cause,
      next: "check --network",
    });
  });
  const network = readNetwork(onnx, { bias: args.bias });
  const methods = parseMethods(args.compensation);
  return {
    name: basename(path),
    network,
    methods,
    inputs: await gatherImages({ ...args, images }, methods),
  };
}

/** The largest conductance of a device as the command line has it; `readableGmax` checks it against the chip. */
export const weightLimitsOf = (args: CompareArguments): WeightLimits => ({
  gmaxSiemens: parseQuantity(args.gmax, "S"),
  devicesPerWeight: args.devices,
});
