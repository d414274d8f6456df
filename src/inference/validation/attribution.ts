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

export interface CompensationEffect {
  readonly name: string;
  /** Of the digital network, which it should leave alone. */
  readonly alone: Loss;
  /** Of all effects together, against these without it. */
  readonly added: Loss;
}

export interface AttributedEffect {
  readonly name: string;
  /** In an otherwise ideal array, against that. */
  readonly alone: Loss;
  /** With all before it, against these. */
  readonly added: Loss;
  /** The same, compensated before and after: what is left of it. With what compensation does alone these add up to the total. */
  readonly compensated: Loss;
}

export interface Attribution {
  readonly digital: number;
  /** In the order in which they were given. */
  readonly effects: readonly AttributedEffect[];
  /** Of all effects together, against digital. */
  readonly together: Loss;
  /** What the losses of effects alone do not add up to. */
  readonly remainder: number;
  readonly compensation: CompensationEffect;
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
  /** Of the images that it is evaluated on. */
  readonly labels: Uint8Array;
}

/**
 * At most three runs of the network for each effect, and three more. The first effect makes the array (the mapping); the others are alone
 * in that array, which is ideal otherwise.
 */
export async function attribute<S>(job: AttributionJob<S>): Promise<Attribution> {
  const { ideal, effects, compensation, labels } = job;
  const plain = remembered((state: S) => job.evaluate(state, false));
  const compensated = remembered((state: S) => job.evaluate(state, true));
  const loss = async (run: Run<S>, now: S, before: S): Promise<Loss> =>
    lossOf(await run(now), await run(before), labels);
  const base = effects[0]?.apply(ideal) ?? ideal;
  const attributed: AttributedEffect[] = [];
  let state = ideal;
  for (const [index, { name, apply }] of effects.entries()) {
    const next = index === 0 ? base : apply(state);
    const added = await loss(plain, next, state);
    const isAlone = index === 0 || state === base;
    const alone = isAlone ? added : await loss(plain, apply(base), base);
    attributed.push({ name, alone, added, compensated: await loss(compensated, next, state) });
    state = next;
  }
  const together = await loss(plain, state, ideal);
  const digital = await plain(ideal);
  return {
    digital: digital.accuracy,
    effects: attributed,
    together,
    remainder: together.loss - attributed.reduce((sum, { alone }) => sum + alone.loss, 0),
    compensation: {
      name: compensation,
      alone: lossOf(await compensated(ideal), digital, labels),
      added: lossOf(await compensated(state), await plain(state), labels),
    },
    total: lossOf(await compensated(state), digital, labels),
  };
}

type Run<S> = (state: S) => Promise<Evaluation>;

/** Runs each state once. */
function remembered<S>(run: Run<S>): Run<S> {
  const known = new Map<S, Promise<Evaluation>>();
  return (state) => {
    const result = known.get(state) ?? run(state);
    known.set(state, result);
    return result;
  };
}

const normal95 = 1.959963984540054;

/** Of one result against another on the same images; the interval is that of a difference of paired proportions (Agresti 2013, 11.1). */
export function lossOf(now: Evaluation, before: Evaluation, labels: Uint8Array): Loss {
  const discordant = labels.reduce((sum, label, image) => {
    const [isRight, wasRight] = [now, before].map(({ predictions }) => predictions[image] === label);
    return sum + (isRight === wasRight ? 0 : 1);
  }, 0);
  const loss = (before.correct - now.correct) / now.count;
  const variance = Math.max(0, discordant / now.count - loss ** 2) / now.count;
  return { accuracy: now.accuracy, loss, halfWidth: normal95 * Math.sqrt(variance) };
}
