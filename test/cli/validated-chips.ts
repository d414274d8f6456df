/** Stores of chips whose devices hold what a test says, with images that the digital network knows without a mistake. */

import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import { type UniformConverter, uniformCalibration } from "../../src/chip/readout.ts";
import { cellCount } from "../../src/chip/region.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { evaluate } from "../../src/inference/executor.ts";
import { digitalParameters } from "../../src/inference/graph.ts";
import { parseNormalisation } from "../../src/inference/normalisation.ts";
import { mapLayer, tileTargets } from "../../src/network/mapping.ts";
import { encodeModel } from "../../src/network/onnx/codec.ts";
import { onnxNode } from "../../src/network/onnx/model.ts";
import { floatTensor } from "../../src/network/onnx/tensor.ts";
import { placeNetwork } from "../../src/network/placement.ts";
import { readNetwork } from "../../src/network/read.ts";
import { openStore } from "../../src/store/store.ts";
import { idx, randomImages } from "../inference/image-sets.ts";
import { chipWith, classifier, normalLayer } from "../network/networks.ts";
import { beginRun, wall } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";

export const side = 6;
export const hidden = 24;
const classes = 4;
const count = 300;
export const gmaxSiemens = 25e-6;
/** Inputs of either sign, or the sum of all would decide the class. */
export const normalisationText = "0.5/0.5";
export const normalisation = parseNormalisation(normalisationText);

/** Flatten, Gemm, ReLU, MatMul. */
export const onnxOf = (seed: number): Uint8Array =>
  encodeModel(
    classifier({
      nodes: [
        onnxNode("Flatten", ["image"], ["flat"]),
        onnxNode("Gemm", ["flat", "hidden.weight"], ["h"]),
        onnxNode("Relu", ["h"], ["r"]),
        onnxNode("MatMul", ["r", "out.weight"], ["scores"]),
      ],
      initializers: [
        floatTensor(
          "hidden.weight",
          [side * side, hidden],
          normalLayer(side ** 2, hidden, seededPrng(seed)).weights,
        ),
        floatTensor(
          "out.weight",
          [hidden, classes],
          normalLayer(hidden, classes, seededPrng(seed + 1)).weights,
        ),
      ],
      input: ["batch", 1, side, side],
      classes,
    }),
  );

/** Path of an IDX file of images; those whose class is uncertain are not among them. Its labels lie beside it. */
export async function imagesFor(onnx: Uint8Array): Promise<string> {
  const network = readNetwork(onnx);
  const images = randomImages(seededPrng(3), count, [1, side, side]);
  const options = { normalisation, threads: 1 };
  const { predictions } = await evaluate(network, digitalParameters(network), images, options);
  const path = freshPath("images-idx3-ubyte");
  writeFileSync(path, idx(0x803, [count, side, side], [...images.pixels]));
  writeFileSync(join(dirname(path), "labels-idx1-ubyte"), idx(0x801, [count], [...predictions]));
  return path;
}

/** Fine enough for rounding to be no error that counts. */
const converter: UniformConverter = { name: "fine", siemensPerCode: 50e-6 / 65_535, offsetCodes: 0 };

/** What a reading finds, from the targets of a tile (S, row by row). */
export interface MadeUpReading {
  readonly ageSeconds: number;
  readonly siemens: (targets: Float32Array, layer: number) => Float32Array;
}

/** Path of the store of a chip that was read so. */
export function chipStore(onnx: Uint8Array, readings: readonly MadeUpReading[], name = "run.db"): string {
  const network = readNetwork(onnx);
  const descriptor: Descriptor = chipWith([{ rows: 64, columns: 128 }]);
  const scale = { kind: "layer" } as const;
  const mappings = network.layers.map((layer) =>
    mapLayer(layer, { scale, gmaxSiemens, devicesPerWeight: 2 }),
  );
  const { tiles } = placeNetwork(network.layers, descriptor, { devicesPerWeight: 2 });
  const path = freshPath(name);
  const store = openStore(path, { mode: "create" });
  const stored = store.networks.put({
    ...{ name: "net.onnx", onnx, gmaxSiemens, tiles },
    options: { bias: "array", scale: "layer", devices: 2, layout: "bit-lines" },
    layers: network.layers.map(({ name: layer, kind, rows, columns, biasInArray }, index) => ({
      ...{ index, name: layer, kind, rows, columns, hasBiasRow: biasInArray, ...mappings[index]! },
    })),
  });
  const run = beginRun(store, "program", 0);
  store.chips.attach(run, descriptor);
  const calibration = uniformCalibration(converter, 128);
  for (const tile of stored.tiles) {
    const targetSiemens = tileTargets(network.layers[tile.layer]!, tile, mappings[tile.layer]!);
    const devices = cellCount(tile.region);
    const cells = { iterations: new Uint8Array(devices).fill(1), pulses: new Uint16Array(devices).fill(1) };
    const programming = store.programmings.add({
      start: store.programmings.begin({ tile: tile.id, run, wallSeconds: wall(1) }),
      ...{ complete: true, startedChipSeconds: 1, endedChipSeconds: 2, bootNote: "boot 1" },
      algorithm: { name: "melt-quench", parameters: {} },
      cells: { ...cells, targetSiemens, outcomes: new Uint8Array(devices) },
    });
    for (const { ageSeconds, siemens } of readings) {
      const held = siemens(targetSiemens, tile.layer);
      const codeSums = Uint16Array.from(held, (value) =>
        Math.max(0, Math.round(value / converter.siemensPerCode)),
      );
      store.readouts.add({
        ...{
          programming,
          run,
          requestedAgeSeconds: ageSeconds,
          wallSeconds: wall(2 + ageSeconds),
          calibration,
        },
        readout: {
          ...{ region: tile.region, averages: 1, readVolts: 0.2, codeSums, saturatedCells: 0 },
          ...{
            firstSampleSeconds: 2 + ageSeconds,
            lastSampleSeconds: 2.1 + ageSeconds,
            temperatureKelvin: 300,
          },
        },
      });
    }
  }
  store.close();
  return path;
}
