/** Activations of a batch of images, and what a differentiable step gives back. */

/** `count` x `channels` x `height` x `width` numbers, the last axis running fastest (the NCHW order of ONNX). */
export interface Batch {
  readonly data: Float64Array;
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** A step of the network at one input: its output, and the gradient of the loss taken from the output to the input. */
export interface Pass {
  readonly output: Batch;
  /** Adds the gradients of the parameters of this step to `Parameter.gradient` and returns that of the input. */
  readonly backward: (gradient: Batch) => Batch;
}

/** A batch of the same shape with other numbers. */
export function withData(shape: Batch, data: Float64Array): Batch {
  return { ...shape, data };
}
