/** What is compared: the store that is validated, other stores, and emulated chips. */

import { basename } from "node:path";
import { LabError } from "../../core/errors.ts";
import { parseQuantity } from "../../core/units.ts";
import { exampleShape } from "../../inference/batches.ts";
import type { ImageSet } from "../../inference/image-set.ts";
import type { Network } from "../../network/layer.ts";
import { readNetwork } from "../../network/read.ts";
import { openStore } from "../../store/store.ts";
import { loadProfile } from "../actions/profile.ts";
import type { CalibrationChoice } from "../calibration-choice.ts";
import type { Context } from "../context.ts";
import { parseSeeds } from "../sweep/instances.ts";
import { type EmulatedArguments, emulatedStores, type Recipe, recipeOf, usualRecipe } from "./emulated.ts";
import { type ChipInstance, instanceOf, validatedAge } from "./instance.ts";

export interface SourceArguments extends Omit<EmulatedArguments, "emulator"> {
  /** Of emulated chips that are validated without a store. */
  readonly network?: string | undefined;
  readonly store?: string | undefined;
  readonly chip?: string | undefined;
  /** Stores. */
  readonly against?: readonly string[] | undefined;
  readonly emulator?: string | undefined;
  readonly at?: string | undefined;
  readonly converterCalibration?: CalibrationChoice | undefined;
}

type OneOrMore<T> = readonly [T, ...T[]];

export interface Source {
  readonly name: string;
  readonly instances: OneOrMore<ChipInstance>;
}

export interface Sources {
  readonly ageSeconds: number;
  /** The first one is what is validated. */
  readonly list: OneOrMore<Source>;
}

/** How the network is programmed, which is also which one it is. @throws LabError USAGE, STORE, STORE_CONTENT, BAD_NETWORK. */
export async function recipeFor(args: SourceArguments): Promise<Recipe> {
  assertEnough(args);
  if (args.store === undefined) return usualRecipe(args.network ?? "");
  // Not only to read: it will keep what is found, and an older one is brought to this version here.
  const store = openStore(args.store, { mode: "existing" });
  try {
    return recipeOf(store);
  } finally {
    store.close();
  }
}

function assertEnough({ store, chip, at, emulator, network, against }: SourceArguments): void {
  const usage = (problem: string, next: string): LabError => new LabError("USAGE", problem, { next });
  if (store === undefined && emulator === undefined)
    throw usage("there is nothing to validate", "give --store FILE, or NETWORK.onnx --emulator PROFILE");
  if (store === undefined && network === undefined)
    throw usage("which network should the emulated chips hold?", "give NETWORK.onnx, or --store FILE");
  if (store !== undefined && network !== undefined)
    throw usage(
      "the network is that of the store",
      "leave the ONNX file away, or --store (or --no-config, where a config file names the store)",
    );
  if (chip !== undefined && (store === undefined || at === undefined))
    throw usage("readings of --chip need a store, and a time", "give --store FILE --at 1d");
  if (store === undefined && at === undefined)
    throw usage("when should the emulated chips be read?", "give --at 1d");
  if (store === undefined && against !== undefined)
    throw usage("--against compares with --store", "give --store FILE");
}

/** The network. @throws LabError for what could be found out only after hours otherwise. */
export function assertUsable(args: SourceArguments, recipe: Recipe, images: ImageSet): Network {
  const network = readNetwork(recipe.onnx, { bias: recipe.bias });
  exampleShape(network, images);
  if (args.emulator !== undefined) {
    loadProfile(args.emulator);
    parseSeeds(args.seeds);
  }
  const wanted = ageOf(args);
  for (const path of othersOf(args)) {
    const store = openStore(path, { mode: "read" });
    try {
      assertSame(recipe, path, store.networks.onnx(store.networks.get().id));
      if (wanted !== undefined) validatedAge(store, wanted);
    } finally {
      store.close();
    }
  }
  return network;
}

const othersOf = ({ against }: SourceArguments): readonly string[] => against ?? [];

const ageOf = ({ at }: SourceArguments): number | undefined =>
  at === undefined ? undefined : parseQuantity(at, "s");

function assertSame(recipe: Recipe, path: string, onnx: Uint8Array): void {
  if (Buffer.compare(recipe.onnx, onnx) === 0) return;
  throw new LabError("STORE_CONTENT", `${path} holds another network than ${recipe.name}`, {
    next: "compare stores of the same ONNX file",
  });
}

/** Makes the emulated chips that are not there yet. @throws LabError STORE_CONTENT when a store was not read at the age. */
export async function sourcesOf(args: SourceArguments, recipe: Recipe, context: Context): Promise<Sources> {
  const wanted = ageOf(args);
  const own = args.store === undefined ? undefined : chipSource(args.store, wanted, args);
  const ageSeconds = own?.ageSeconds ?? wanted ?? 0;
  const others = othersOf(args).map((path) => chipSource(path, ageSeconds, args).source);
  const emulated = await emulatedSource(args, recipe, ageSeconds, context);
  const [first, ...rest] = [...(own === undefined ? [] : [own.source]), ...others, ...emulated];
  if (first === undefined) throw new RangeError("there is nothing to validate");
  return { ageSeconds, list: [first, ...rest] };
}

function chipSource(path: string, wanted: number | undefined, args: SourceArguments) {
  const store = openStore(path, { mode: "read" });
  try {
    const ageSeconds = validatedAge(store, wanted);
    const name = basename(path);
    const instance = instanceOf(store, name, ageSeconds, args.converterCalibration);
    const source: Source = { name, instances: [instance] };
    return { ageSeconds, source };
  } finally {
    store.close();
  }
}

async function emulatedSource(
  args: SourceArguments,
  recipe: Recipe,
  ageSeconds: number,
  context: Context,
): Promise<Source[]> {
  const { emulator } = args;
  if (emulator === undefined) return [];
  const paths = await emulatedStores({ ...args, emulator }, recipe, ageSeconds, context);
  const [first, ...others] = paths.map((path): ChipInstance => {
    const [instance] = chipSource(path, ageSeconds, args).source.instances;
    return { ...instance, name: instance.descriptor?.serialNumber ?? instance.name };
  });
  return first === undefined
    ? []
    : [{ name: `emulated ${basename(emulator)}`, instances: [first, ...others] }];
}
