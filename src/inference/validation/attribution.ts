/**
 * The loss of accuracy by its causes: each is switched on alone, and all one after the other in the order in which they come in the
 * array. Losses do not add up, since an error can do more or less harm beside another; what is missing is the remainder.
 */

import type { Evaluation } from "../executor.ts";

/** Something that makes an ideal array less ideal. Gives back what it was given where it changes nothing. */
export interface Effect<S> {
  readonly name: string;
  readonly apply: (state: S) => S;
}

/** Fractions of the images; a loss is negative where accuracy was gained. */
export interface Loss {
  readonly accuracy: number;
  readonly loss: number;
  /** Half of the 95 % interval of the loss over images; both accuracies are of the same ones, so that most of their chance cancels. */
  readonly halfWidth: number;
}

export interface AttributedEffect {
  readonly name: string;
  /** In an otherwise ideal array, against that. */
  readonly alone: Loss;
  /** With all before it, against these. */
  readonly added: Loss;
}

export interface Attribution {
  readonly digital: number;
  /** In the order in which they were given. */
  readonly effects: readonly AttributedEffect[];
  /** Of all effects together, against digital. */
  readonly together: Loss;
  /** What the losses of effects alone do not add up to. */
  readonly remainder: number;
  /** What compensation loses: against all effects without it; and of the digital network, which it should leave alone. */
  readonly compensation: AttributedEffect;
  /** Of all effects, compensated, against digital. */
  readonly total: Loss;
}

export interface AttributionJob<S> {
  /** Nothing is switched on: the digital network. */
  readonly ideal: S;
  readonly effects: readonly Effect<S>[];
  readonly compensation: string;
  /** Of the network in a state. */
  readonly evaluate: (state: S, compensated: boolean) => Promise<Evaluation>;
}

/**
 * At most two runs for each effect, and three more.
 * @param mapping the first of the effects: what the others are alone in is the array that it makes, without errors.
 */
export async function attribute<S>({
  ideal,
  effects,
  compensation,
  evaluate,
}: AttributionJob<S>): Promise<Attribution> {
  const known = new Map<S, Evaluation>();
  const evaluated = async (state: S): Promise<Evaluation> => {
    const result = known.get(state) ?? (await evaluate(state, false));
    known.set(state, result);
    return result;
  };
  const digital = await evaluated(ideal);
  const base = effects[0]?.apply(ideal) ?? ideal;
  const attributed: AttributedEffect[] = [];
  let state = ideal;
  for (const [index, { name, apply }] of effects.entries()) {
    const next = apply(state);
    const added = lossOf(await evaluated(next), await evaluated(state));
    const alone = index === 0 ? added : lossOf(await evaluated(apply(base)), await evaluated(base));
    attributed.push({ name, alone, added });
    state = next;
  }
  const last = await evaluated(state);
  const compensated = await evaluate(state, true);
  const untouched = await evaluate(ideal, true);
  const together = lossOf(last, digital);
  return {
    digital: digital.accuracy,
    effects: attributed,
    together,
    remainder: together.loss - attributed.reduce((sum, { alone }) => sum + alone.loss, 0),
    compensation: {
      name: compensation,
      alone: lossOf(untouched, digital),
      added: lossOf(compensated, last),
    },
    total: lossOf(compensated, digital),
  };
}

const normal95 = 1.959963984540054;

/** Of one result against another on the same images; the interval is that of a difference of paired proportions (Agresti 2013, 11.1). */
export function lossOf(now: Evaluation, before: Evaluation): Loss {
  let changed = 0;
  for (const [image, label] of now.predictions.entries())
    if (label !== before.predictions[image]) changed++;
  const loss = (before.correct - now.correct) / now.count;
  return { accuracy: now.accuracy, loss, halfWidth: halfWidthOf(changed / now.count, loss, now.count) };
}

const halfWidthOf = (changed: number, loss: number, count: number): number =>
  normal95 * Math.sqrt(Math.max(0, changed - loss ** 2) / count);
