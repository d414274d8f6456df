/** What an inference and a programming refuse before they run anything: each by name, with what to do, and nothing is touched. */

import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Descriptor, descriptorSchema } from "../../src/chip/descriptor.ts";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { cellCount } from "../../src/chip/region.ts";
import { infer } from "../../src/cli/actions/infer.ts";
import { storedLayersOf } from "../../src/cli/actions/mapping-plan.ts";
import { program } from "../../src/cli/actions/program.ts";
import { sweep } from "../../src/cli/actions/sweep.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { mapLayer } from "../../src/network/mapping.ts";
import { encodeModel } from "../../src/network/onnx/codec.ts";
import { placeNetwork } from "../../src/network/placement.ts";
import { networkOf } from "../../src/network/read.ts";
import { openStore } from "../../src/store/store.ts";
import { chipWith, coreOf } from "../network/networks.ts";
import { addProgramming, beginRun, makeCells } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";
import { contextOf } from "./collecting-context.ts";
import { external, twoLayers, withTensor, writeImages } from "./small-classifier.ts";

interface Filling {
  readonly chip?: Descriptor;
  readonly layout?: "bit-lines" | "unit-cells";
  /** Indices of layers that are programmed, and of those that were read at each age. */
  readonly programmed?: readonly number[];
  readonly read?: readonly { readonly age: number; readonly layers: readonly number[] }[];
}

const arrays = chipWith([{ rows: 64, columns: 64 }]);
const core = coreOf(64, 64);
const both = [0, 1];

/** A store with a network of two layers, in a folder with images that fit it. */
function filled({ chip = arrays, layout = "bit-lines", programmed = both, read }: Filling = {}): string {
  const path = freshPath();
  const store = openStore(path, { mode: "create" });
  const { layers } = networkOf(twoLayers());
  const devicesPerWeight = layout === "unit-cells" ? 4 : 2;
  const mapping = { scale: { kind: "layer" }, gmaxSiemens: 10e-6, devicesPerWeight } as const;
  const mappings = layers.map((layer) => mapLayer(layer, mapping));
  const network = store.networks.put({
    name: "two.onnx",
    onnx: encodeModel(twoLayers()),
    gmaxSiemens: 10e-6,
    options: { bias: "array" },
    layers: storedLayersOf(layers, mappings),
    tiles: placeNetwork(layers, chip, { devicesPerWeight, layout }).tiles,
  });
  const run = beginRun(store, "program", 0);
  store.chips.attach(run, descriptorSchema.parse(chip));
  const ages = read ?? [{ age: 25, layers: both }];
  for (const tile of network.tiles) {
    if (!programmed.includes(tile.layer)) continue;
    const programming = addProgramming(
      store,
      run,
      tile.id,
      makeCells(cellCount(tile.region), seededPrng(1)),
      10,
    );
    for (const { age, layers: own } of ages)
      if (own.includes(tile.layer))
        store.readouts.add({
          ...{ programming, run, requestedAgeSeconds: age, wallSeconds: 0 },
          calibration: nominalCalibration(chip),
          readout: {
            region: tile.region,
            averages: 1,
            readVolts: 0.2,
            codeSums: new Uint16Array(cellCount(tile.region)).fill(9),
            firstSampleSeconds: 10 + age,
            lastSampleSeconds: 10 + age,
            temperatureKelvin: 300,
            saturatedCells: 0,
          },
        });
  }
  store.close();
  writeImages(dirname(path), "good", 4, 3);
  writeImages(dirname(path), "training", 4, 3);
  return path;
}

const inferArguments = (store: string) => ({
  store,
  images: join(dirname(store), "good-images-idx3-ubyte"),
  normalise: "none",
  batch: 50,
  seed: 1,
  compensation: "none",
});

type InferWords = Partial<Parameters<typeof infer>[0]>;

/** The refusal, and how many results the store has then. */
async function refused(store: string, words: InferWords, code: string, message: RegExp): Promise<void> {
  const { context } = contextOf("twin", false);
  const failure = expect.objectContaining({
    code,
    message: expect.stringMatching(message),
    next: expect.stringMatching(/\S/),
  });
  await expect(infer({ ...inferArguments(store), ...words }, context)).rejects.toEqual(failure);
  const after = openStore(store, { mode: "read" });
  expect(after.results.list()).toEqual([]);
  after.close();
}

describe("images", () => {
  const cases: readonly (readonly [string, [number, number, boolean], RegExp])[] = [
    ["that the network cannot take", [5, 3, true], /takes 1 x 4 x 4, the images are 1 x 5 x 5/],
    [
      "with classes that the network does not have",
      [4, 7, true],
      /3 classes, the images have labels up to 6/,
    ],
    ["without labels", [4, 3, false], /there is no file .*odd-labels-idx1-ubyte/],
  ];

  test.each(cases)("%s", (_, [side, classes, withLabels], message) => {
    const store = filled();
    const images = writeImages(dirname(store), "odd", side, classes, withLabels);
    return refused(store, { images }, "BAD_DATA", message);
  });
});

describe("a store", () => {
  test("of which a layer was never programmed", () =>
    refused(
      filled({ programmed: [0] }),
      {},
      "STORE_CONTENT",
      /layer "fc" was never programmed to the end in /,
    ));

  test("of which no layer was programmed", () =>
    refused(filled({ programmed: [] }), {}, "STORE_CONTENT", /layer "conv" and 1 other were/));

  test("that was never read", () =>
    refused(filled({ read: [] }), {}, "STORE_CONTENT", /holds no complete readout of two\.onnx/));

  test("of which a layer was not read at the time asked for", () =>
    refused(
      filled({
        read: [
          { age: 25, layers: both },
          { age: 3600, layers: [1] },
        ],
      }),
      { at: "1h" },
      "STORE_CONTENT",
      /layer "conv" was not read at 1 h in .*; all layers were at 25 s/,
    ));
});

describe("an engine", () => {
  const onChip = (store: string): InferWords => ({
    engine: "chip",
    calibrationImages: join(dirname(store), "training-images-idx3-ubyte"),
    chip: "./nowhere",
    baud: 115_200,
  });

  test("that the chip does not have", () => {
    const store = filled();
    return refused(store, onChip(store), "LIMIT", /test 1 does no MVM in its array/);
  });

  test("for a network that does not lie in unit cells", () => {
    const store = filled({ chip: core });
    return refused(store, onChip(store), "LIMIT", /layer "conv" does not lie in the unit cells of test/);
  });

  test("of one layer that does not lie in unit cells", () => {
    const store = filled({ chip: core });
    const words = { ...onChip(store), engine: "readout", layers: "f*=chip" } as const;
    return refused(store, words, "LIMIT", /layer "fc" does not lie in the unit cells/);
  });

  test("in phases that the chip does not have", () => {
    const { mvm } = core;
    const store = filled({
      chip: { ...core, ...(mvm && { mvm: { ...mvm, phases: [4] } }) },
      layout: "unit-cells",
    });
    return refused(store, onChip(store), "LIMIT", /multiplies in 4 phases, not in 1/);
  });

  test("without calibration images, and without a board", async () => {
    const store = filled({ chip: core, layout: "unit-cells" });
    await refused(
      store,
      { ...onChip(store), calibrationImages: undefined },
      "USAGE",
      /needs calibration images/,
    );
    await refused(store, { ...onChip(store), chip: undefined }, "USAGE", /the engine chip needs a board/);
    await refused(store, onChip(store), "PORT_MISSING", /nowhere/);
  });

  test("that nobody knows, and a layer that the network does not have", async () => {
    const store = filled();
    await refused(store, { layers: "conv=magic" }, "USAGE", /"conv=magic" assigns no engine/);
    await refused(store, { layers: "conv" }, "USAGE", /"conv" assigns no engine/);
    await refused(store, { layers: "cnv=digital" }, "USAGE", /no layer of the network is called "cnv"/);
  });
});

describe("a network with", () => {
  const networks: readonly (readonly [string, Uint8Array, RegExp])[] = [
    [
      "a weight that is NaN",
      withTensor("conv.weight", (values) => values.fill(Number.NaN, 4, 5)),
      /layer "conv": weight of row 4, column 0 is NaN/,
    ],
    [
      "a bias that is infinite",
      withTensor("fc.bias", (values) => values.fill(Number.POSITIVE_INFINITY)),
      /layer "fc": weight of row 8, column 0 is Infinity/,
    ],
    [
      "weights in another file",
      external("weights.bin"),
      /"conv.weight" is kept outside the network file, in "weights\.bin"/,
    ],
    [
      "weights outside its folder",
      external("../../etc/passwd"),
      /outside the network file, in "\.\.\/\.\.\/etc\/passwd"/,
    ],
  ];

  test.each(networks)("%s is refused before the chip is asked", async (_, onnx, message) => {
    const folder = dirname(freshPath());
    const network = join(folder, "bad.onnx");
    const store = join(folder, "none.db");
    writeFileSync(network, onnx);
    const failure = expect.objectContaining({ code: "BAD_NETWORK", message: expect.stringMatching(message) });
    const { context } = contextOf("twin", false);
    const chip = { chip: "./nowhere", baud: 115_200 };
    const mapping = { gmax: "25uS", bias: "array", scale: "layer", devices: 2 } as const;
    await expect(program({ ...chip, ...mapping, network, store }, context)).rejects.toEqual(failure);
    expect(existsSync(store)).toBe(false);
    const swept = join(folder, "sweep");
    const images = writeImages(folder, "good", 4, 3);
    const plan = {
      folder: swept,
      network,
      profile: "tiny",
      seeds: "1",
      at: "25s",
      algorithms: "melt-quench",
    };
    const run = { images, normalise: "none", batch: 50, compensation: "none", ...mapping, readAverages: 1 };
    await expect(sweep({ ...plan, ...run }, context)).rejects.toEqual(failure);
    expect(existsSync(swept)).toBe(false);
  });
});
