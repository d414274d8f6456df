/** Stochastic gradient descent with Nesterov momentum and a cosine learning rate. */

import type { Parameter } from "./parameter.ts";

export interface Descent {
  readonly momentum: number;
  /** L2 penalty, on the analog weights only. */
  readonly weightDecay: number;
}

/** Returns a function that moves every parameter against its gradient and clears the gradient. */
export function descent(
  decayed: readonly Parameter[],
  others: readonly Parameter[],
  { momentum, weightDecay }: Descent,
): (learningRate: number) => void {
  const entries = [
    ...decayed.map((target) => ({ target, decay: weightDecay })),
    ...others.map((target) => ({ target, decay: 0 })),
  ].map((entry) => ({ ...entry, velocity: new Float64Array(entry.target.value.length) }));
  return (learningRate) => {
    for (const { target, decay, velocity } of entries) {
      move(target, velocity, decay, momentum, learningRate);
    }
  };
}

/** Rises over the first twentieth of the steps, then falls along a cosine to 0 (Loshchilov and Hutter 2017). */
export function learningRateAt(step: number, steps: number, peak: number): number {
  const warmUp = steps / 20;
  if (step < warmUp) return (peak * (step + 1)) / warmUp;
  return (peak * (1 + Math.cos((Math.PI * (step - warmUp)) / (steps - warmUp)))) / 2;
}

function move(
  { value, gradient }: Parameter,
  velocity: Float64Array,
  decay: number,
  momentum: number,
  rate: number,
): void {
  for (let i = 0; i < value.length; i++) {
    const slope = gradient[i]! + decay * value[i]!;
    velocity[i] = momentum * velocity[i]! + slope;
    value[i]! -= rate * (slope + momentum * velocity[i]!);
    gradient[i] = 0;
  }
}
