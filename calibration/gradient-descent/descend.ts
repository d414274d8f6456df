/** Gradient descent on the error of matrix-vector products through the Chip port: products, pulses, and products again. */

import type { Chip } from "../../src/chip/chip.ts";
import { nominalAmperesPerCode } from "../../src/chip/descriptor.ts";
import { mayHaveBeenApplied } from "../../src/chip/pulse-fate.ts";
import type { WeightBlock } from "../../src/chip/weight-block.ts";
import { LabError } from "../../src/core/errors.ts";
import type { Prng } from "../../src/core/prng.ts";
import { codeOf, underWay } from "../program-verify/band-state.ts";
import { type BlockDescent, type DescentRound, DescentUnfinished } from "./block-descent.ts";
import { type Estimate, estimate } from "./estimate.ts";
import { assertConsistent, type DescentParameters } from "./parameters.ts";
import { assertPossible } from "./possible.ts";
import { ordersOf, PulseTally } from "./pulse-orders.ts";
import { type DescentState, nobody, withoutPulses } from "./state.ts";
import { type DescentStep, step } from "./step.ts";
import { type BlockCells, unitCellsOf } from "./unit-cells.ts";

export interface DescentOptions {
  readonly parameters: DescentParameters;
  /** Of the inputs. */
  readonly random: Prng;
  /** Called with what each iteration found, before its pulses. */
  readonly onRound?: (round: DescentRound) => void;
  /**
   * Called after every iteration, before its pulses are sent, with the state in which they count: from it another descent goes on,
   * whose first products tell what the pulses did. What it throws keeps them from being sent.
   */
  readonly onState?: (state: DescentState) => void;
  /** Checked before every iteration: what is under way is acknowledged, and nothing more is begun. */
  readonly signal?: AbortSignal;
}

/**
 * @param targets net conductances of the weights in S, row by row, of either sign.
 * @param start what is known of their devices: `initialState` after a programming, or the state of an earlier descent.
 * @throws DescentUnfinished with what was done and the cause (an error of the chip, or LabError INTERRUPTED) once it was begun.
 * @throws LabError LIMIT for a chip without products, a block that is not its unit cells, and targets and pulses beyond it; USAGE
 * for parameters that contradict each other. Nothing was sent then.
 */
export async function descend(
  chip: Chip,
  block: WeightBlock,
  targets: Float32Array,
  start: DescentState,
  options: DescentOptions,
): Promise<BlockDescent> {
  const { parameters } = options;
  const place = unitCellsOf(block, chip.descriptor);
  assertConsistent(parameters, block.rows);
  assertPossible(chip.descriptor, place, targets, parameters);
  const beforeSeconds = await chip.now();
  const run = new Run(chip, place, start);
  try {
    await run.toTheEnd(targets, options);
  } catch (failure) {
    throw new DescentUnfinished(run.done(beforeSeconds), failure);
  }
  return run.done(beforeSeconds);
}

/** What has been done; a class because a failure anywhere must leave it for the report. */
class Run {
  readonly #chip: Chip;
  readonly #place: BlockCells;
  readonly #tally = new PulseTally();
  readonly #rounds: DescentRound[] = [];
  #state: DescentState;
  #outcomes: Uint8Array;
  #last: Estimate | undefined;

  constructor(chip: Chip, place: BlockCells, start: DescentState) {
    this.#chip = chip;
    this.#place = place;
    this.#state = start;
    this.#outcomes = new Uint8Array(start.errors.length).fill(underWay);
  }

  async toTheEnd(targets: Float32Array, options: DescentOptions): Promise<void> {
    const { parameters, signal } = options;
    const { cells, signs } = this.#place;
    const context = { parameters, signs, amperesPerCode: nominalAmperesPerCode(this.#chip.descriptor) };
    for (let more = true; more; ) {
      if (signal?.aborted) throw new LabError("INTERRUPTED", "the descent was stopped by the user");
      await this.#chip.waitUntil((await this.#chip.now()) + parameters.restSeconds, signal);
      const found = await estimate(this.#chip, cells, targets, this.#state.correction, options);
      const next = step({ ...this.#state, correction: found.correction }, found.errors, context);
      this.#last = found;
      this.#note(found, next.pulses, options);
      options.onState?.(next.state);
      await this.#pulse(next, parameters.pulseWidthSeconds);
      more = next.pulses > 0;
    }
  }

  /** @param beforeSeconds chip time before the first pulse, which stands for the times of pulses that were never acknowledged. */
  done(beforeSeconds: number): BlockDescent {
    const state = this.#state;
    const outcomes = this.#outcomes.map((code, weight) =>
      code === underWay ? codeOf(state.moved[weight] === nobody ? "skipped" : "unknown") : code,
    );
    const { unknownPulses } = this.#tally;
    const rounds = this.#rounds;
    return { outcomes, state, unknownPulses, rounds, last: this.#last, ...this.#tally.span(beforeSeconds) };
  }

  #note({ errorCodes, idealCodes, boundedColumns }: Estimate, pulses: number, options: DescentOptions): void {
    const round = { relativeError: errorCodes / idealCodes, pulses, boundedColumns };
    this.#rounds.push(round);
    options.onRound?.(round);
  }

  /** One request after the other; after a failure the state is that of what was sent. */
  async #pulse(next: DescentStep, widthSeconds: number): Promise<void> {
    const before = this.#state;
    this.#state = next.state;
    this.#outcomes = next.outcomes;
    const { maxCellsPerRequest } = this.#chip.descriptor;
    const orders = ordersOf(next.amplitudeCodes, this.#place.regions, widthSeconds, maxCellsPerRequest);
    for (const [n, order] of orders.entries()) {
      try {
        await this.#tally.send(this.#chip, order);
      } catch (failure) {
        const unsent = orders.slice(mayHaveBeenApplied(failure) ? n + 1 : n);
        for (const { device, firstWeight, train } of unsent)
          this.#state = withoutPulses(this.#state, before, {
            device,
            firstWeight,
            codes: train.amplitudeCodes,
          });
        throw failure;
      }
    }
  }
}
