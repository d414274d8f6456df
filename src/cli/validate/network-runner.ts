/** Runs the network of a chip in any state of its devices. */

import { CompensationLadder, type LayerWeights } from "../../inference/compensation.ts";
import { type Evaluation, evaluate } from "../../inference/executor.ts";
import { digitalParameters, type Parameters } from "../../inference/graph.ts";
import { type ArrayState, type Conductances, weightsOf } from "../../inference/validation/array-states.ts";
import type { ChipInstance } from "./instance.ts";
import type { MeasureJob } from "./measure.ts";

export interface NetworkRunner {
  /** @param seed of the modelled read noise. */
  parameters(state: ArrayState, compensated: boolean, seed: number): Promise<Parameters>;
  /** @throws LabError INTERRUPTED when the user wants to stop. */
  evaluate(state: ArrayState, compensated: boolean, seed: number): Promise<Evaluation>;
}

export async function networkRunner(
  { inputs, compensation, modelling, progress, remark }: MeasureJob,
  instance: ChipInstance,
): Promise<NetworkRunner> {
  const { network, placed } = instance;
  const digital = digitalParameters(network);
  const ladder = new CompensationLadder(network, inputs.calibration);
  const productsIn = await modelling.productsOn(instance);
  const weightsIn = (conductances: Conductances | undefined): LayerWeights =>
    conductances === undefined ? digital.weights : weightsOf(network, placed, conductances);
  const parameters: NetworkRunner["parameters"] = async (state, compensated, seed) => {
    const weights = weightsIn(state.conductances);
    const products = productsIn(state, seed);
    if (!compensated) return { ...digital, weights, ...(products !== undefined && { products }) };
    const done = await ladder.compensate(compensation, weightsIn(state.reference), weights, products);
    if (done.note !== undefined) remark(done.note);
    return done.parameters;
  };
  return {
    parameters,
    async evaluate(state, compensated, seed) {
      progress();
      const given = await parameters(state, compensated, seed);
      return evaluate(network, given, inputs.test, inputs.options);
    },
  };
}
