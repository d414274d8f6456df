/** Batch normalisation (Ioffe and Szegedy 2015) over batch, height and width, with the epsilon and variances of PyTorch. */

import { type Batch, type Pass, withData } from "./batch.ts";
import type { Parameter } from "./parameter.ts";

export const epsilon = 1e-5;

export interface BatchNorm {
  readonly name: string;
  readonly gamma: Parameter;
  readonly beta: Parameter;
  /** The running statistics, one number per channel. */
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** The statistics of one batch; the variance is the unbiased one, as in the running variance of PyTorch. */
export interface ChannelStatistics {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** Normalises with the running statistics; has no use for a backward pass. */
export function normaliseStored(norm: BatchNorm, input: Batch): Batch {
  const data = new Float64Array(input.data.length);
  forEachChannel(input, (channel, from, to) => {
    const scale = norm.gamma.value[channel]! / Math.sqrt(norm.variance[channel]! + epsilon);
    const shift = norm.beta.value[channel]! - norm.mean[channel]! * scale;
    for (let i = from; i < to; i++) data[i] = input.data[i]! * scale + shift;
  });
  return withData(input, data);
}

/** Normalises with the statistics of the batch itself, which are passed to `observe` as well. */
export function normaliseBatch(
  norm: BatchNorm,
  input: Batch,
  observe: (norm: BatchNorm, seen: ChannelStatistics) => void,
): Pass {
  const size = sizePerChannel(input);
  const seen = statisticsOf(input);
  observe(norm, seen);
  const inverse = seen.variance.map((unbiased) => 1 / Math.sqrt((unbiased * (size - 1)) / size + epsilon));
  const normalised = new Float64Array(input.data.length);
  const data = new Float64Array(input.data.length);
  forEachChannel(input, (channel, from, to) => {
    const [mean, scale] = [seen.mean[channel]!, inverse[channel]!];
    const [gamma, beta] = [norm.gamma.value[channel]!, norm.beta.value[channel]!];
    for (let i = from; i < to; i++) {
      const value = (input.data[i]! - mean) * scale;
      normalised[i] = value;
      data[i] = gamma * value + beta;
    }
  });
  return {
    output: withData(input, data),
    backward: (gradient) => backward(norm, withData(input, normalised), inverse, gradient),
  };
}

/** running <- (1 - momentum) running + momentum seen, for mean and variance. */
export function updateRunning(norm: BatchNorm, seen: ChannelStatistics, momentum: number): void {
  for (let channel = 0; channel < norm.mean.length; channel++) {
    norm.mean[channel]! += momentum * (seen.mean[channel]! - norm.mean[channel]!);
    norm.variance[channel]! += momentum * (seen.variance[channel]! - norm.variance[channel]!);
  }
}

function statisticsOf(input: Batch): ChannelStatistics {
  const size = sizePerChannel(input);
  const sum = new Float64Array(input.channels);
  forEachChannel(input, (channel, from, to) => {
    for (let i = from; i < to; i++) sum[channel]! += input.data[i]!;
  });
  const mean = sum.map((total) => total / size);
  const squares = new Float64Array(input.channels);
  forEachChannel(input, (channel, from, to) => {
    for (let i = from; i < to; i++) squares[channel]! += (input.data[i]! - mean[channel]!) ** 2;
  });
  return { mean, variance: squares.map((total) => total / (size - 1)) };
}

/** dL/dx = gamma / sigma (dL/dy - mean(dL/dy) - xhat mean(dL/dy xhat)), the means over the channel. */
function backward(norm: BatchNorm, normalised: Batch, inverse: Float64Array, gradient: Batch): Batch {
  const { channels } = normalised;
  const [beta, gamma] = [new Float64Array(channels), new Float64Array(channels)];
  forEachChannel(normalised, (channel, from, to) => {
    for (let i = from; i < to; i++) {
      beta[channel]! += gradient.data[i]!;
      gamma[channel]! += gradient.data[i]! * normalised.data[i]!;
    }
  });
  for (let channel = 0; channel < channels; channel++) {
    norm.beta.gradient[channel]! += beta[channel]!;
    norm.gamma.gradient[channel]! += gamma[channel]!;
  }
  const size = sizePerChannel(normalised);
  const data = new Float64Array(gradient.data.length);
  forEachChannel(normalised, (channel, from, to) => {
    const scale = norm.gamma.value[channel]! * inverse[channel]!;
    const [shift, slope] = [beta[channel]! / size, gamma[channel]! / size];
    for (let i = from; i < to; i++) {
      data[i] = scale * (gradient.data[i]! - shift - normalised.data[i]! * slope);
    }
  });
  return withData(gradient, data);
}

const sizePerChannel = ({ count, height, width }: Batch): number => count * height * width;

/** Calls back with the channel and the range of indices of every channel of every image. */
function forEachChannel(batch: Batch, visit: (channel: number, from: number, to: number) => void): void {
  const area = batch.height * batch.width;
  for (let plane = 0; plane < batch.count * batch.channels; plane++) {
    visit(plane % batch.channels, plane * area, (plane + 1) * area);
  }
}
