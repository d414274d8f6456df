/** The steps without weights: rectification, addition and the mean of every channel. */

import { type Batch, type Pass, withData } from "./batch.ts";

export function rectify(input: Batch): Pass {
  const data = new Float64Array(input.data.length);
  for (let i = 0; i < data.length; i++) data[i] = Math.max(input.data[i]!, 0);
  return { output: withData(input, data), backward: (gradient) => passPositive(input, gradient) };
}

export function sum(a: Batch, b: Batch): Batch {
  if (a.data.length !== b.data.length) throw new RangeError("batches of different shapes");
  const data = new Float64Array(a.data.length);
  for (let i = 0; i < data.length; i++) data[i] = a.data[i]! + b.data[i]!;
  return withData(a, data);
}

/** Global average pooling: count x channels x 1 x 1. */
export function averageChannels(input: Batch): Pass {
  const area = input.height * input.width;
  const data = new Float64Array(input.count * input.channels);
  for (let i = 0; i < input.data.length; i++) data[Math.floor(i / area)]! += input.data[i]! / area;
  return {
    output: { ...input, data, height: 1, width: 1 },
    backward: (gradient) =>
      withData(
        input,
        input.data.map((_, i) => gradient.data[Math.floor(i / area)]! / area),
      ),
  };
}

function passPositive(input: Batch, gradient: Batch): Batch {
  const data = new Float64Array(gradient.data.length);
  for (let i = 0; i < data.length; i++) data[i] = input.data[i]! > 0 ? gradient.data[i]! : 0;
  return withData(gradient, data);
}
