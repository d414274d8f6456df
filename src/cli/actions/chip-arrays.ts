/**
 * The array of the chip as the engine of an inference: what can be refused without the board is refused without it; at each age the
 * chip is waited for and its products are calibrated against what was read of it then.
 */

import type { Chip } from "../../chip/chip.ts";
import type { OpenedChip } from "../../chip/opened-chip.ts";
import { LabError } from "../../core/errors.ts";
import { seededPrng } from "../../core/prng.ts";
import { formatDuration } from "../../core/units.ts";
import { arrayProduct } from "../../inference/array-product.ts";
import type { LayerWeights } from "../../inference/compensation.ts";
import type { EngineName } from "../../inference/engines.ts";
import type { Parameters } from "../../inference/graph.ts";
import { type BusyChip, busyChip } from "../../inference/on-chip/busy-chip.ts";
import { type ChipEngine, openChipEngine, saturationWarning } from "../../inference/on-chip/chip-engine.ts";
import type { ChipLayer } from "../../inference/on-chip/layer-products.ts";
import type { ArrayEngine, Output } from "../../inference/session.ts";
import type { Network } from "../../network/layer.ts";
import type { OnnxNode } from "../../network/onnx/model.ts";
import type { Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { type ChipDetails, layerDetails } from "./chip-details.ts";
import { assertChipLayers } from "./chip-layers.ts";
import { slotsOf } from "./programmed-slots.ts";

export interface ChipArraysInputs {
  readonly network: Network;
  /** Of each layer. */
  readonly engines: readonly EngineName[];
  readonly ages: readonly number[];
  /** Of each layer: the input that gets the largest input code. */
  readonly inputRanges: readonly number[];
  readonly phases: 1 | 4;
  readonly seed: number;
}

/** Random products of each tile for its calibration: they take a blink, and leave gains that are good to about 0.2 %. */
const calibrationVectors = 512;

/** Devices age while a network runs: a chip that is so many times as old as when it was read is another one. */
const latestFactor = 2;
const latestSeconds = 60;

export class ChipArrays implements ArrayEngine {
  readonly #chip: Chip;
  readonly #busy: BusyChip;
  readonly #store: Store;
  readonly #inputs: ChipArraysInputs;
  readonly #context: Context;
  /** Chip times of the ends of programming of the first and the last tile. */
  readonly #ended: readonly [first: number, last: number];
  #engine: ChipEngine | undefined;
  #ageSeconds = 0;
  /** When the last details were told. */
  #told = { wallSeconds: 0, busySeconds: 0 };

  private constructor(
    chip: Chip,
    store: Store,
    inputs: ChipArraysInputs,
    context: Context,
    ended: readonly [number, number],
  ) {
    this.#chip = chip;
    this.#busy = busyChip(chip, context.clock);
    this.#store = store;
    this.#inputs = inputs;
    this.#context = context;
    this.#ended = ended;
  }

  /** @throws LabError STORE_CONTENT when the chip does not hold what the store says, or is past an age; LIMIT as `assertChipLayers`. */
  static async open(
    chip: Chip,
    board: Pick<OpenedChip, "bootId">,
    store: Store,
    inputs: ChipArraysInputs,
    context: Context,
  ): Promise<ChipArrays> {
    assertChipLayers(inputs.network, inputs.engines, store, chip.descriptor, inputs.phases);
    const ends = slotsOf(store, board).map(({ programming }) => programming.endedChipSeconds);
    const [first, last] = [Math.min(...ends), Math.max(...ends)];
    assertNotPast(inputs.ages, (await chip.now()) - last, store);
    return new ChipArrays(chip, store, inputs, context, [first, last]);
  }

  /** Of the layers that the chip computes. */
  get products(): Parameters["products"] {
    return this.#inputs.engines.map((engine) => (engine === "chip" ? arrayProduct : undefined));
  }

  /** Waits until the tile that was programmed last has the age, and calibrates all products. @param now weights as read at that age. */
  async at(ageSeconds: number, now: LayerWeights): Promise<void> {
    await this.#chip.waitUntil(this.#ended[1] + ageSeconds, this.#context.stop);
    this.#ageSeconds = ageSeconds;
    const { phases, seed } = this.#inputs;
    const { stop } = this.#context;
    const options = { phases, calibrationVectors, random: seededPrng(seed), stop };
    this.#engine = await openChipEngine(this.#busy.chip, this.#layers(now), options);
    this.#told = this.#times();
  }

  multiply(node: OnnxNode, input: Output): Promise<Output> {
    if (this.#engine === undefined) throw new TypeError("the products of the chip are not calibrated");
    return this.#engine.multiply(node, input);
  }

  /**
   * For the record of a result: how old the devices are now, what was done with them at this age, and how much of the time since the last
   * result the chip and its line were busy.
   */
  async details(): Promise<ChipDetails> {
    const nowSeconds = await this.#chip.now();
    const accounts = this.#engine?.accounts() ?? [];
    const before = this.#told;
    this.#told = this.#times();
    return {
      engines: enginesOf(this.#inputs),
      trueAgesSeconds: this.#ended.map((ended) => nowSeconds - ended).reverse(),
      wallSeconds: this.#told.wallSeconds - before.wallSeconds,
      linkSeconds: this.#told.busySeconds - before.busySeconds,
      phases: this.#inputs.phases,
      inputRanges: this.#inputs.inputRanges,
      layers: accounts.map(layerDetails),
    };
  }

  /** What the user should know of the products at this age. */
  warnings(): string[] {
    const accounts = this.#engine?.accounts() ?? [];
    const saturation = saturationWarning(accounts);
    const bounded = accounts.filter(({ calibrations }) => calibrations.some((one) => one.boundedColumns > 0));
    return [
      ...(saturation === undefined ? [] : [`${formatDuration(this.#ageSeconds)}: ${saturation}`]),
      ...bounded.map(
        ({ layer, calibrations }) =>
          `${layer}: ${calibrations.reduce((sum, one) => sum + one.boundedColumns, 0)} columns multiply with less than half ` +
          "or more than 1.5 times the gain of the descriptor, which is not corrected: their bit lines may be broken",
      ),
    ];
  }

  #times() {
    return { wallSeconds: this.#context.clock.monotonicSeconds(), busySeconds: this.#busy.busySeconds() };
  }

  #layers(now: LayerWeights): ChipLayer[] {
    const { network, engines, inputRanges } = this.#inputs;
    const { tiles, layers } = this.#store.networks.get();
    return network.layers.flatMap((layer, index): ChipLayer[] => {
      const [weights, stored, inputRange] = [now[index], layers[index], inputRanges[index]];
      if (engines[index] !== "chip" || !weights || !stored || inputRange === undefined) return [];
      const own = tiles.filter((tile) => tile.layer === index);
      return [{ layer, tiles: own, weights, siemensPerWeight: stored.siemensPerWeight, inputRange }];
    });
  }
}

/** @throws LabError STORE_CONTENT. */
function assertNotPast(ages: readonly number[], youngestSeconds: number, { path }: Store): void {
  const missed = ages.find((age) => youngestSeconds > Math.max(latestSeconds, latestFactor * age));
  if (missed === undefined) return;
  const now = formatDuration(youngestSeconds);
  throw new LabError(
    "STORE_CONTENT",
    `the chip is ${now} old since its programming, too old to multiply as it did ${formatDuration(missed)} after it`,
    {
      next: `read it as it is now and run it at that age: pcmlab read --chip PORT --store ${path} --at ${Math.ceil(youngestSeconds)}s`,
    },
  );
}

const enginesOf = ({ network, engines }: ChipArraysInputs): Readonly<Record<string, EngineName>> =>
  Object.fromEntries(network.layers.map(({ name }, index) => [name, engines[index] ?? "readout"]));
