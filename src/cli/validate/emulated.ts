/** Emulated chips that are programmed and read as the chip of a store was, or as flags say. */

import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { methodNames } from "../../../calibration/methods/names.ts";
import { LabError, textOf } from "../../core/errors.ts";
import { microsiemens } from "../../core/units.ts";
import { openStore, type Store } from "../../store/store.ts";
import { asStored } from "../actions/as-stored.ts";
import { givenNetwork } from "../actions/given-network.ts";
import { loadProfile } from "../actions/profile.ts";
import type { Context } from "../context.ts";
import { chipDigest } from "../sweep/identity.ts";
import { type Instance, instanceName, parseSeeds } from "../sweep/instances.ts";

export interface EmulatedArguments {
  readonly emulator: string;
  readonly seeds: string;
  readonly folder: string;
  readonly readings: number;
}

/** How a network is programmed. */
export interface Recipe extends Omit<Instance, "seed"> {
  /** Name and bytes of the ONNX file. */
  readonly name: string;
  readonly onnx: Uint8Array;
  readonly gmax: string;
  readonly bias: "array" | "digital";
}

const optionsSchema = z.object({
  bias: z.enum(["array", "digital"]),
  scale: z.string(),
  devices: z.union([z.literal(2), z.literal(4)]),
});

/** That of a store, without what is of its chip alone: late verification, and devices that were avoided. */
export function recipeOf(store: Store): Recipe {
  const stored = store.networks.get();
  const [programming] = store.programmings.current();
  const algorithm = methodNames.find((name) => name === programming?.algorithm.name);
  if (algorithm === undefined)
    throw new LabError("STORE_CONTENT", `${store.path} does not say how it was programmed`, {
      next: "program it to the end, or leave --emulator away",
    });
  return {
    name: stored.name,
    onnx: store.networks.onnx(stored.id),
    // As somebody would write it, so that it is read as the same number again.
    gmax: `${Number(microsiemens(stored.gmaxSiemens).toPrecision(12))}uS`,
    algorithm,
    ...asStored(optionsSchema, stored.options, "the mapping of the network", store),
  };
}

/** That of an ONNX file: what `pcmlab program` does by itself. @throws LabError BAD_NETWORK. */
export async function usualRecipe(network: string): Promise<Recipe> {
  const { onnx } = await givenNetwork({ network, bias: "array" });
  const how = { gmax: "25uS", bias: "array", scale: "layer", algorithm: "melt-quench", devices: 2 } as const;
  return { name: basename(network), onnx, ...how };
}

/**
 * The stores of the chips, one a seed; those that an earlier run made and read often enough are taken.
 * @throws LabError BAD_PROFILE, USAGE before the first chip is made; the failures of programming and reading.
 */
export async function emulatedStores(
  { emulator: profile, seeds, folder, readings }: EmulatedArguments,
  { name, onnx, gmax, bias, ...how }: Recipe,
  ageSeconds: number,
  context: Context,
): Promise<string[]> {
  const digest = chipDigest({ onnx, profile: loadProfile(profile), gmax, bias });
  const network = await networkFile(join(folder, digest), name, onnx);
  const plan = { network, profile, folder, gmax, bias, agesSeconds: [ageSeconds], readings };
  const stores: string[] = [];
  for (const seed of parseSeeds(seeds)) {
    if (context.stop.aborted) throw stopped(folder, stores.length);
    const path = join(folder, instanceName({ ...how, seed }, digest));
    const known = isRead(path, ageSeconds, readings);
    context.output.note(`emulated chip ${seed}: ${known ? "taken from " : ""}${path}`);
    if (!known) {
      const { forget, measure } = await import("../sweep/chip-store.ts");
      await forget(path);
      await measure(plan, { ...how, seed }, path, context);
    }
    stores.push(path);
  }
  return stores;
}

async function networkFile(folder: string, name: string, onnx: Uint8Array): Promise<string> {
  const path = join(folder, name);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(path, onnx);
  } catch (cause) {
    throw new LabError("USAGE", `${folder} cannot be used: ${textOf(cause)}`, {
      cause,
      next: "choose another --folder",
    });
  }
  return path;
}

/** False for a store that is not there, cannot be used, or was left unfinished. */
function isRead(path: string, ageSeconds: number, readings: number): boolean {
  try {
    const store = openStore(path, { mode: "read" });
    try {
      const programmings = store.programmings.current();
      const isComplete = store.readouts.completeAges().includes(ageSeconds);
      return isComplete && programmings.every(({ id }) => isOften(store.readouts.ofProgramming(id)));
    } finally {
      store.close();
    }
  } catch {
    return false;
  }
  function isOften(readouts: readonly { readonly requestedAgeSeconds: number | null }[]): boolean {
    return (
      readouts.filter(({ requestedAgeSeconds }) => requestedAgeSeconds === ageSeconds).length >= readings
    );
  }
}

const stopped = (folder: string, done: number): LabError =>
  new LabError("INTERRUPTED", `stopped by the user after ${done} emulated chips`, {
    next: `their stores are in ${folder}; the same command goes on`,
  });
