/** The compensation ladder: from weights read off the chip to the parameters that inference uses. */

import { gdcScale } from "../../calibration/compensation/gdc.ts";
import { columnScales } from "../../calibration/compensation/per-column.ts";
import { LabError } from "../core/errors.ts";
import { seededPrng } from "../core/prng.ts";
import type { Network } from "../network/layer.ts";
import { adaptBatchNorm } from "./adabs.ts";
import { correctProducts, digitalProducts, normalised, type ProductStatistics } from "./affine.ts";
import { type CalibrationOptions, calibrationImageCount } from "./calibration-batches.ts";
import type { Parameters } from "./graph.ts";
import type { ImageSet } from "./image-set.ts";
import { retuneBatchNorm } from "./retune.ts";

/**
 * Rungs that can be combined with "+". none: the weights as read. gdc: one factor for each layer, its bias row included. per-column: one
 * for each output of a layer. adabs: batch norm statistics of calibration images; layers that no batch norm follows have their factors
 * alone (FACTS.md 1.7). retune: gamma and beta too, so that batch norms give what they give in the digital network. affine: a scale and an offset for each output of the layers that no adapted batch norm follows, from calibration
 * images. adabs, retune and affine have gdc below them unless per-column is named.
 */
const rungs = ["none", "gdc", "per-column", "adabs", "retune", "affine"] as const;
type Rung = (typeof rungs)[number];

export interface Compensation {
  /** As people write it: "per-column+adabs". */
  readonly name: string;
  readonly scale: "none" | "layer" | "column";
  readonly adabs: boolean;
  /** Instead of adabs. */
  readonly retune: boolean;
  readonly affine: boolean;
}

/** @throws LabError USAGE for what is no compensation. */
export function parseCompensation(text: string): Compensation {
  const words = [...new Set(text.split("+").map((word) => word.trim()))];
  const chosen = rungs.filter((rung) => words.includes(rung));
  const has = (rung: Rung): boolean => chosen.includes(rung);
  const contradicts =
    (has("none") && chosen.length > 1) ||
    (has("gdc") && has("per-column")) ||
    (has("adabs") && has("retune"));
  if (chosen.length === words.length && !contradicts) {
    const scale = has("none") ? "none" : has("per-column") ? "column" : "layer";
    const images = has("adabs") || has("retune") || has("affine");
    const name = chosen.filter((rung) => rung !== "gdc" || !images).join("+");
    return { name, scale, adabs: has("adabs"), retune: has("retune"), affine: has("affine") };
  }
  throw new LabError("USAGE", `"${text}" is not a compensation`, {
    next: `choose from ${rungs.join(", ")}, or combine them: per-column+adabs`,
  });
}

export const needsImages = ({ adabs, retune, affine }: Compensation): boolean => adabs || retune || affine;

/** Weights of all layers, each rows x columns, row by row. */
export type LayerWeights = readonly Float32Array[];

/** Calibration images, and how they are run. */
export interface CalibrationInput extends Omit<CalibrationOptions, "prng"> {
  readonly images: ImageSet;
  /** Of the order and the augmentation of the images: every run over them sees the same. */
  readonly seed: number;
}

export interface Compensated {
  readonly parameters: Parameters;
  /** The factor of each layer by GDC, or the mean of those of its columns; 1 without. */
  readonly alphas: readonly number[];
  /** What the compensation takes each time. */
  readonly cost: CompensationCost;
  /** What the user should know, for example that AdaBS had nothing to adapt. */
  readonly note: string | undefined;
}

export interface CompensationCost {
  /** Products of the array with one input at a time that the factors are taken from: one for each row of each layer. */
  readonly mvms: number;
  /** Calibration images that ran through the weights of the chip. */
  readonly images: number;
  /** Multiplications and additions that inference does beside those of the network, for each position of its outputs. */
  readonly operations: number;
}

/** No compensation. */
export const uncompensated = (network: Network, now: LayerWeights): Compensated => ({
  parameters: { weights: now, batchNorms: network.batchNorms },
  alphas: now.map(() => 1),
  cost: { mvms: 0, images: 0, operations: 0 },
  note: undefined,
});

/** GDC: `reference` are the weights at the reference time (read after programming, or ideal), `now` those of the inference. */
export function compensateGdc(network: Network, reference: LayerWeights, now: LayerWeights): Compensated {
  const alphas = now.map((weights, layer) => gdcScale(reference[layer] ?? new Float32Array(), weights));
  const scales = network.layers.map(({ columns }, layer) => new Float32Array(columns).fill(alphas[layer]!));
  return { ...withScales(network, now, scales), alphas };
}

/** As GDC, with a factor for each column of a layer. */
export function compensatePerColumn(
  network: Network,
  reference: LayerWeights,
  now: LayerWeights,
): Compensated {
  const scales = network.layers.map(({ columns }, layer) =>
    columnScales(reference[layer] ?? new Float32Array(), now[layer] ?? new Float32Array(), columns),
  );
  const alphas = scales.map((scale) => scale.reduce((sum, value) => sum + value, 0) / scale.length);
  return { ...withScales(network, now, scales), alphas };
}

function withScales(network: Network, now: LayerWeights, scales: readonly Float32Array[]): Compensated {
  const plain = uncompensated(network, now);
  return { ...plain, parameters: { ...plain.parameters, scales }, cost: scaleCost(network) };
}

const scaleCost = ({ layers }: Network): CompensationCost => ({
  mvms: layers.reduce((sum, { rows }) => sum + rows, 0),
  images: 0,
  operations: outputsOf(layers),
});

const outputsOf = (layers: readonly { readonly columns: number }[]): number =>
  layers.reduce((sum, { columns }) => sum + columns, 0);

/** Compensates the weights of one network, again and again; what follows from the digital network alone is computed once. */
export class CompensationLadder {
  readonly #network: Network;
  readonly #calibration: CalibrationInput | undefined;
  readonly #wanted = new Map<string, Promise<ProductStatistics>>();

  constructor(network: Network, calibration: CalibrationInput | undefined) {
    this.#network = network;
    this.#calibration = calibration;
  }

  /**
   * @param reference weights right after programming. @param now those of the inference.
   * @param products how the products of the layers are computed, where not exactly.
   * @throws TypeError when calibration images are needed and there are none; LabError BAD_DATA when there are too few of them.
   */
  async compensate(
    { scale, ...wanted }: Compensation,
    reference: LayerWeights,
    now: LayerWeights,
    products?: Parameters["products"],
  ): Promise<Compensated> {
    const plain = scaledBy(scale, this.#network, reference, now);
    const scaled =
      products === undefined ? plain : { ...plain, parameters: { ...plain.parameters, products } };
    const isAdapted = wanted.adabs || wanted.retune;
    const adapted = isAdapted ? await this.#adapted(scaled, wanted.retune) : scaled;
    return wanted.affine ? this.#corrected(adapted, isAdapted) : adapted;
  }

  async #adapted(before: Compensated, retune: boolean): Promise<Compensated> {
    if (this.#network.batchNorms.length === 0)
      return {
        ...before,
        note: `the network has no batch normalisation: ${retune ? "retuning" : "AdaBS"} adapts nothing, affine would`,
      };
    const { images, options } = this.#images();
    const adapt = retune ? retuneBatchNorm : adaptBatchNorm;
    const batchNorms = await adapt(this.#network, before.parameters, images, options);
    const cost = { ...before.cost, images: before.cost.images + calibrationImageCount(options) };
    return { ...before, parameters: { ...before.parameters, batchNorms }, cost };
  }

  async #corrected(before: Compensated, adapted: boolean): Promise<Compensated> {
    const { images, options } = this.#images();
    const behind = normalised(this.#network);
    const wanted = await this.#digital(behind.map((isNormalised) => !(adapted && isNormalised)));
    const parameters = await correctProducts(this.#network, before.parameters, images, options, wanted);
    const layers = this.#network.layers.filter((_, layer) => wanted[layer] !== undefined);
    const cost = {
      ...before.cost,
      images: before.cost.images + calibrationImageCount(options),
      operations: before.cost.operations + outputsOf(layers),
    };
    return { ...before, parameters, cost };
  }

  #digital(corrected: readonly boolean[]): Promise<ProductStatistics> {
    const key = corrected.join();
    const { images, options } = this.#images();
    const known = this.#wanted.get(key) ?? digitalProducts(this.#network, images, options, corrected);
    this.#wanted.set(key, known);
    return known;
  }

  #images(): { images: ImageSet; options: CalibrationOptions } {
    if (this.#calibration === undefined)
      throw new TypeError("adabs, retune and affine need calibration images");
    const { images, seed, ...options } = this.#calibration;
    return { images, options: { ...options, prng: seededPrng(seed) } };
  }
}

function scaledBy(
  scale: Compensation["scale"],
  network: Network,
  reference: LayerWeights,
  now: LayerWeights,
): Compensated {
  switch (scale) {
    case "none":
      return uncompensated(network, now);
    case "layer":
      return compensateGdc(network, reference, now);
    case "column":
      return compensatePerColumn(network, reference, now);
    default:
      return scale satisfies never;
  }
}
