import { z } from "zod";
import type { Descriptor } from "../../chip/descriptor.ts";
import type { ConverterCalibration } from "../../chip/readout.ts";
import { LabError } from "../../core/errors.ts";
import { needsRanges } from "../../inference/array-model/model.ts";
import { exampleShape } from "../../inference/batches.ts";
import type { Compensation } from "../../inference/compensation.ts";
import { assignEngines, type EngineName } from "../../inference/engines.ts";
import type { Network } from "../../network/layer.ts";
import { readNetwork } from "../../network/read.ts";
import type { Store } from "../../store/store.ts";
import type { CalibrationChoice } from "../calibration-choice.ts";
import { asStored } from "./as-stored.ts";
import { assertChipLayers } from "./chip-layers.ts";
import { derivation } from "./choose-calibration.ts";
import { chosenAges } from "./chosen-ages.ts";
import { gatherImages, type ImageArguments, type ImageInputs } from "./image-inputs.ts";
import { type ArrayArguments, type ModelledArray, modelledArrayOf } from "./modelled-array.ts";

export interface InferArguments extends ImageArguments, ArrayArguments {
  readonly store: string;
  /** Derives conductances again; each readout keeps its own when missing. */
  readonly converterCalibration?: CalibrationChoice | undefined;
  readonly at?: string | undefined;
  readonly compensation: string;
  /** readout when missing. */
  readonly engine?: EngineName | undefined;
  /** Engines of single layers: NAME=ENGINE,... */
  readonly layers?: string | undefined;
  /** Conversions of one product of the chip; 1 when missing. */
  readonly phases?: 1 | 4 | undefined;
}

export interface Inputs extends ImageInputs {
  readonly name: string;
  readonly network: Network;
  /** GDC compares with the readout at this age. */
  readonly referenceAge: number;
  readonly ages: readonly number[];
  readonly converters: ConverterCalibration | undefined;
  /** Of each layer. */
  readonly engines: readonly EngineName[];
  /** What is modelled of the layers on the readout engine, beside their conductances. */
  readonly modelled: ModelledArray | undefined;
}

const optionsSchema = z.object({ bias: z.enum(["array", "digital"]) });

/** Reads and checks everything before the first image is run. */
export async function gather(
  args: InferArguments,
  methods: readonly Compensation[],
  store: Store,
): Promise<Inputs> {
  const stored = store.networks.get();
  const { bias } = asStored(optionsSchema, stored.options, "the mapping of the network", store);
  const network = readNetwork(store.networks.onnx(stored.id), { bias });
  const engines = assignEngines(network.layers, args.engine ?? "readout", args.layers);
  const onChip = engines.includes("chip");
  // Only the newest reading can be of the chip as it is now.
  const { referenceAge, ages } = chosenAges(store, stored, { at: args.at, newestOnly: onChip });
  if (onChip) assertChipLayers(network, engines, store, chipOf(store), args.phases ?? 1);
  const modelled = modelledArrayOf(args, onChip);
  assertReadout(modelled, engines);
  const ranged = onChip ? "the engine chip" : modelled && needsRanges(modelled.model) && "the modelled array";
  const images = await gatherImages(args, methods, ranged || undefined);
  // What does not fit is said before the first image runs.
  exampleShape(network, images.test);
  return {
    ...images,
    engines,
    modelled,
    name: stored.name,
    network,
    referenceAge,
    ages,
    converters: derivation(store, args.converterCalibration),
  };
}

/** @throws LabError USAGE for a model of products that no layer has. */
function assertReadout(modelled: ModelledArray | undefined, engines: readonly EngineName[]): void {
  if (modelled === undefined || engines.includes("readout")) return;
  throw new LabError("USAGE", `${modelled.text} is modelled on the engine readout, and no layer runs on it`, {
    next: "leave these options out, or give a layer the engine readout",
  });
}

/** The chip of a store. */
function chipOf(store: Store): Descriptor {
  const chip = store.chips.latest();
  if (chip !== undefined) return chip.descriptor;
  throw new LabError("STORE_CONTENT", `${store.path} knows no chip`, {
    next: "program the network first: pcmlab program NETWORK.onnx --chip PORT --store FILE",
  });
}
