/** Accuracy of the programmed network at every time that was read, under every compensation asked for, beside the digital baseline. */

import { openStore, type Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { recorded } from "../provenance.ts";
import type { ChipArrays } from "./chip-arrays.ts";
import { parseMethods } from "./image-inputs.ts";
import { type InferResult, inferAll } from "./infer-all.ts";
import { gather, type InferArguments, type Inputs } from "./infer-inputs.ts";
import { inferenceTable } from "./infer-table.ts";
import type { MaybeChipArguments, OnChip } from "./with-chip-arrays.ts";

export async function infer(
  args: InferArguments & MaybeChipArguments,
  context: Context,
): Promise<InferResult> {
  const methods = parseMethods(args.compensation);
  const store = openStore(args.store, { mode: "existing" });
  try {
    const inputs = await gather(args, methods, store);
    const config = { ...args, compensation: methods.map(({ name }) => name) };
    const work = (on: OnChip | undefined): Promise<InferResult> =>
      recorded(
        store,
        context,
        { command: "infer", seed: args.seed, config, link: () => on?.remarks.link() },
        (run) => {
          on?.remarks.keepIn(store, run);
          if (on !== undefined) store.chips.attach(run, on.chip.descriptor);
          const arrays = on?.arrays;
          return inferAll(
            { ...withArrays(inputs, arrays), arrays, store, run, context, seed: args.seed },
            methods,
          );
        },
      );
    const result = inputs.engines.includes("chip")
      ? await withBoard(args, inputs, store, context, work)
      : await work(undefined);
    context.output.result(result, inferenceTable(result));
    return result;
  } finally {
    store.close();
  }
}

/** What talks to boards is loaded where there is one. */
async function withBoard<T>(
  ...given: [InferArguments & MaybeChipArguments, Inputs, Store, Context, (on: OnChip) => Promise<T>]
): Promise<T> {
  const { withChipArrays } = await import("./with-chip-arrays.ts");
  return withChipArrays(...given);
}

/** The products of every session that needs an array are done by the chip. */
const withArrays = (inputs: Inputs, arrays: ChipArrays | undefined): Inputs =>
  arrays === undefined
    ? inputs
    : {
        ...inputs,
        options: { ...inputs.options, arrays },
        calibration: inputs.calibration && { ...inputs.calibration, arrays },
      };
