/** The chip as an engine: at which ages it may multiply, and what the record of a result says of it. */

import { describe, expect, test } from "vitest";
import type { Chip } from "../../src/chip/chip.ts";
import { cellCount } from "../../src/chip/region.ts";
import { ChipArrays } from "../../src/cli/actions/chip-arrays.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { encodeModel } from "../../src/network/onnx/codec.ts";
import { networkOf } from "../../src/network/read.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { exactCore, exactDescriptor, placed, siemensPerWeight } from "../inference/exact-core.ts";
import { convNet } from "../network/networks.ts";
import { addProgramming, beginRun, makeCells } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";
import { contextOf } from "./collecting-context.ts";

const network = networkOf(convNet());
const core = exactDescriptor(64, 64);
const tiles = placed(network, core);

/** Programmed at chip times 10, 11, ... s in power-up 1. */
function filled(): Store {
  const store = openStore(freshPath(), { mode: "create" });
  const run = beginRun(store, "program", 0);
  store.chips.attach(run, core);
  const layers = network.layers.map(({ name, kind, rows, columns, biasInArray }, index) => ({
    ...{ index, name, kind, rows, columns, hasBiasRow: biasInArray },
    siemensPerWeight: new Float64Array(columns).fill(siemensPerWeight),
    clipping: { weights: 0, largestError: 0 },
  }));
  const stored = store.networks.put({
    ...{ name: "small.onnx", onnx: encodeModel(convNet()), gmaxSiemens: 1e-6, options: {}, layers, tiles },
  });
  stored.tiles.forEach((tile, n) => {
    addProgramming(store, run, tile.id, makeCells(cellCount(tile.region), seededPrng(1)), 10 + n);
  });
  return store;
}

function bench(nowSeconds: number, bootId = 1) {
  const { chip: multiplier } = exactCore(core, network.layers, tiles);
  let now = nowSeconds;
  const chip: Chip = {
    ...multiplier,
    now: async () => now,
    waitUntil: async (until) => {
      now = Math.max(now, until);
      return now;
    },
    read: () => Promise.reject(new TypeError("not read here")),
    pulse: () => Promise.reject(new TypeError("not pulsed here")),
    measureCurrents: () => Promise.reject(new TypeError("no currents here")),
    temperature: async () => 300,
    safeOff: async () => {},
    close: async () => {},
  };
  return { chip, board: { bootId } };
}

const inputs = (ages: readonly number[]) => ({
  ...{ network, ages, phases: 1 as const, seed: 1 },
  engines: ["chip", "digital"] as const,
  inputRanges: [127, 1],
});

const opened = (ages: readonly number[], nowSeconds: number, bootId?: number) => {
  const { chip, board } = bench(nowSeconds, bootId);
  return ChipArrays.open(chip, board, filled(), inputs(ages), contextOf("twin", false).context);
};

describe("a chip multiplies", () => {
  // The last of eight tiles was programmed at 17 s.
  test.each([
    [3600, 17 + 30],
    [3600, 17 + 2 * 3600],
    [25, 17 + 60],
    [0, 17 + 59],
  ])("at %i s when its clock says %i s", async (age, now) => {
    const arrays = await opened([age], now);
    const weights = network.layers.map((layer) => layer.weights);
    await arrays.at(age, weights);
    const { trueAgesSeconds, engines, layers, phases } = await arrays.details();
    expect(trueAgesSeconds).toEqual([Math.max(age, now - 17), Math.max(age, now - 17) + 7]);
    expect(engines).toEqual({ conv: "chip", fc: "digital" });
    expect(phases).toBe(1);
    expect(layers).toEqual([
      expect.objectContaining({
        layer: "conv",
        outputs: 0,
        saturatedOutputs: 0,
        meanGain: expect.closeTo(1, 1),
      }),
    ]);
    expect(arrays.warnings()).toEqual([]);
    expect(arrays.products?.map((product) => product !== undefined)).toEqual([true, false]);
  });

  test.each([
    [3600, 17 + 2 * 3600 + 1],
    [25, 17 + 61],
  ])("no more as at %i s when its clock says %i s", async (age, now) => {
    const refusal = expect.objectContaining({
      code: "STORE_CONTENT",
      message: expect.stringMatching(/old since its programming, too old/),
      next: expect.stringMatching(/pcmlab read .*--at \d+s/),
    });
    await expect(opened([age], now)).rejects.toEqual(refusal);
  });

  test("never when it restarted since", async () => {
    await expect(opened([25], 20, 2)).rejects.toMatchObject({
      code: "STORE_CONTENT",
      message: expect.stringContaining("restarted"),
    });
  });
});
