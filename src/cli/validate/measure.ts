/** What one chip does to the network: attribution of its loss, errors of its layers, and its accuracy at every reading. */

import { seededPrng } from "../../core/prng.ts";
import type { Compensation } from "../../inference/compensation.ts";
import type { Evaluation } from "../../inference/executor.ts";
import { type Parameters, scaledColumns } from "../../inference/graph.ts";
import {
  type ArrayState,
  arrayEffects,
  type Conductances,
  digitalState,
} from "../../inference/validation/array-states.ts";
import { type Attribution, attribute } from "../../inference/validation/attribution.ts";
import { type ComparedLayer, compareLayers } from "../../inference/validation/compare-layers.ts";
import { layerErrors } from "../../inference/validation/layer-errors.ts";
import { outlierChannels } from "../../inference/validation/outliers.ts";
import { randomErrors } from "../../inference/validation/random-products.ts";
import type { ValidatedErrors, ValidatedLayer } from "../../store/validation-document.ts";
import type { ImageInputs } from "../actions/image-inputs.ts";
import type { ArrayModelling } from "./array-modelling.ts";
import type { ChipInstance } from "./instance.ts";
import { networkRunner } from "./network-runner.ts";

export interface MeasureJob {
  readonly inputs: ImageInputs;
  readonly compensation: Compensation;
  readonly modelling: ArrayModelling;
  readonly seed: number;
  /** Draws of the modelled read noise that accuracy is taken over. */
  readonly draws: number;
  /** Told before every run of the network; throws when the user wants to stop. */
  readonly progress: () => void;
  /** What the user should know of a compensation. */
  readonly remark: (text: string) => void;
}

export interface InstanceFindings {
  readonly accuracies: readonly { readonly name: string; readonly evaluation: Evaluation }[];
  readonly attribution: Attribution;
  readonly layers: readonly ValidatedLayer[];
}

/** Runs of the network over all images that `measureInstance` makes. */
export function runsOf({ modelling, draws }: MeasureJob, { history, readings }: ChipInstance): number {
  const effects = arrayEffects(history, modelling.parts).length;
  const [added, alone, compensated] = [effects + 1, Math.max(0, effects - 2), effects + 1];
  return added + alone + compensated + readings.length * draws;
}

/** @throws LabError INTERRUPTED, BAD_DATA when images and network do not belong together. */
export async function measureInstance(job: MeasureJob, instance: ChipInstance): Promise<InstanceFindings> {
  const runner = await networkRunner(job, instance);
  const { history, readings, network } = instance;
  const attribution = await attribute<ArrayState>({
    ideal: digitalState,
    effects: arrayEffects(history, job.modelling.parts),
    compensation: job.compensation.name,
    labels: job.inputs.test.labels,
    evaluate: (state, compensated) => runner.evaluate(state, compensated, job.seed),
  });
  const whole = (conductances: Conductances): ArrayState => ({
    ...{ conductances, reference: history.programmed, modelled: job.modelling.parts },
  });
  const parameters = await runner.parameters(whole(history.read), true, job.seed);
  const compared = await compareLayers(network, parameters, job.inputs.test, job.inputs.options);
  const accuracies: InstanceFindings["accuracies"][number][] = [];
  for (const [reading, conductances] of readings.entries()) {
    for (let draw = 0; draw < job.draws; draw++) {
      const evaluation = await runner.evaluate(whole(conductances), true, job.seed + draw);
      accuracies.push({ name: nameOf(instance, reading, draw, job.draws), evaluation });
    }
  }
  return { accuracies, attribution, layers: layersOf(job, instance, parameters, compared) };
}

function nameOf({ name, readings }: ChipInstance, reading: number, draw: number, draws: number): string {
  const parts = [
    ...(readings.length > 1 ? [`reading ${reading + 1}`] : []),
    ...(draws > 1 ? [`draw ${draw + 1}`] : []),
  ];
  return [name, ...parts].join(", ");
}

function layersOf(
  { seed }: MeasureJob,
  { name, network }: ChipInstance,
  { weights, scales }: Parameters,
  compared: readonly ComparedLayer[],
): ValidatedLayer[] {
  return network.layers.map((layer, index) => {
    const { own, accumulated } = compared[index]!;
    const chip = scaledColumns(weights[index]!, scales?.[index]);
    return {
      ...{ name: layer.name, rows: layer.rows, columns: layer.columns },
      own: finiteErrors(layerErrors(own)),
      accumulated: finiteErrors(layerErrors(accumulated)),
      random: randomErrors(layer, chip, seededPrng(seed)),
      outliers: outlierChannels(own, { digital: layer.weights, chip }).map((outlier) => ({
        instance: name,
        ...outlier,
      })),
    };
  });
}

const finiteErrors = ({ mvmError, correlation, effectiveBits }: ReturnType<typeof layerErrors>) =>
  ({
    mvmError: finite(mvmError),
    correlation,
    effectiveBits: finite(effectiveBits),
  }) satisfies ValidatedErrors;

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
