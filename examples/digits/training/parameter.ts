/** Trainable numbers with their gradient; the only state that training changes, beside the batch-norm statistics. */

export interface Parameter {
  /** The name of the initializer in the exported ONNX file. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly value: Float64Array;
  readonly gradient: Float64Array;
}

export function parameter(name: string, shape: readonly number[], value: () => number): Parameter {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return {
    name,
    shape,
    value: Float64Array.from({ length: size }, value),
    gradient: new Float64Array(size),
  };
}

/** The numbers that a forward pass uses for a weight: its value, or a noisy or drifted copy. */
export type WeightsOf = (weight: Parameter) => Float64Array;

export const exactWeights: WeightsOf = (weight) => weight.value;
