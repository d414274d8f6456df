/**
 * Speed of the readout engine beside plain onnxruntime-node on the unmodified network file, with the same batches and threads: they take
 * turns, so that they share whatever else the machine does, and the medians of the turns are compared. Plain runs have their input
 * ready and their session open; the readout engine does all that an inference does.
 */

import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { adaptBatchNorm } from "../../src/inference/adabs.ts";
import type { ArrayModel, LayerArray } from "../../src/inference/array-model/model.ts";
import { modelledProducts } from "../../src/inference/array-model/modelled-products.ts";
import { calibrateRanges } from "../../src/inference/array-model/ranges.ts";
import { parseReadNoise } from "../../src/inference/array-model/read-noise.ts";
import { type Augmentation, noAugmentation, parseAugment } from "../../src/inference/augment.ts";
import { batchesOf, exampleShape, inputBatch } from "../../src/inference/batches.ts";
import { evaluate } from "../../src/inference/executor.ts";
import { digitalParameters } from "../../src/inference/graph.ts";
import { firstImages, type ImageSet } from "../../src/inference/image-set.ts";
import { readImages } from "../../src/inference/images.ts";
import {
  byteTable,
  type Normalisation,
  normalisations,
  parseNormalisation,
} from "../../src/inference/normalisation.ts";
import type { Network } from "../../src/network/layer.ts";
import { mapLayer, tileTargets } from "../../src/network/mapping.ts";
import { placeNetwork, tilesOfLayer } from "../../src/network/placement.ts";
import { readNetwork } from "../../src/network/read.ts";
import type { BenchOptions, Figures } from "./main.ts";
import { onChipFigures } from "./on-chip.ts";

const root = join(import.meta.dirname, "../../..");
const data = join(root, "../shared/data");
const digits = join(root, "examples/digits");
const gmaxSiemens = 25e-6;
const batchSize = 200;
const calibrationBatches = 13;
const seed = 1;
const threads = availableParallelism();

interface Subject {
  readonly name: string;
  readonly onnx: Buffer;
  readonly network: Network;
  readonly test: ImageSet;
  readonly calibration: ImageSet;
  readonly normalisation: Normalisation;
  readonly augment: Augmentation;
  /** Images of one turn, and turns. */
  readonly images: number;
  readonly turns: number;
}

export async function infer({ small }: BenchOptions): Promise<Figures> {
  const subject = await subjectOf(small);
  const { images } = subject;
  const model: ArrayModel = { dacBits: 8, adcBits: 8, readNoise: parseReadNoise("pcm") };
  const modelled = await withModel(subject, model);
  const runs = {
    plain: await plainRun(subject),
    readout: () => run(subject, undefined, images),
    noisy: () => run(subject, modelled, images),
    forward: () => forward(subject),
    adabs: () => adabs(subject),
  };
  const medians = await inTurns(runs, subject.turns);
  const seconds = {
    plain: medians("plain"),
    readout: medians("readout"),
    noisy: medians("noisy"),
    forward: medians("forward"),
    adabs: medians("adabs"),
  };
  // The largest memory is that of all images, or of a noisy turn before them.
  await run(subject, undefined, subject.test.count);
  return {
    network: subject.name,
    threads,
    readoutOverPlain: seconds.plain / seconds.readout,
    noisyOverPlain: seconds.plain / seconds.noisy,
    adabsOverForward: seconds.adabs / seconds.forward,
    imagesPerSecond: Math.round(images / seconds.readout),
    plainImagesPerSecond: Math.round(images / seconds.plain),
    noisyImagesPerSecond: Math.round(images / seconds.noisy),
    secondsOfMedianTurn: seconds,
    peakMebibytes: peakMebibytes(),
    imagesAtPeak: subject.test.count,
    onChip: await onChipFigures({ small }),
  };
}

async function subjectOf(small: boolean): Promise<Subject> {
  const real = !small && existsSync(join(data, "resnet32/resnet32.onnx"));
  if (!small && !real)
    process.stderr.write(
      "bench: NOT THE REAL NETWORK: ../shared/data is not here. The digits network stands in.\n",
    );
  const onnx = readFileSync(real ? join(data, "resnet32/resnet32.onnx") : join(digits, "digits.onnx"));
  const file = (part: string): string =>
    real ? join(data, "cifar10", `${part}.bin`) : join(digits, `digits-${part}-images-idx3-ubyte.gz`);
  return {
    name: real ? "ResNet-32" : "digits",
    onnx,
    network: readNetwork(onnx),
    test: await readImages(file(real ? "test_batch" : "test")),
    calibration: await readImages(file(real ? "calibration_2600" : "calibration")),
    normalisation: real ? normalisations.imagenet : parseNormalisation("0.5/0.5"),
    augment: real ? parseAugment("crop4,flip") : noAugmentation,
    images: 2000,
    turns: real ? 3 : 5,
  };
}

/** The network as a chip without errors holds it. */
async function withModel(subject: Subject, model: ArrayModel) {
  const { network, calibration, normalisation } = subject;
  const { descriptor } = createCrossbar(builtinProfile("fusion-1m"), seed);
  const placement = placeNetwork(network.layers, descriptor);
  const arrays = network.layers.map((layer, index): LayerArray => {
    const mapping = mapLayer(layer, { scale: { kind: "layer" }, gmaxSiemens, devicesPerWeight: 2 });
    const tiles = tilesOfLayer(placement, index);
    const conductances = tiles.map((tile) => tileTargets(layer, tile, mapping));
    return { tiles, conductances, siemensPerWeight: mapping.siemensPerWeight };
  });
  const options = { normalisation, threads, prng: seededPrng(seed) };
  const ranges = await calibrateRanges(network, arrays, firstImages(calibration, batchSize), options);
  return modelledProducts(network, arrays, model, ranges, seed);
}

async function plainRun({
  onnx,
  network,
  test,
  normalisation,
  images,
}: Subject): Promise<() => Promise<void>> {
  const own = firstImages(test, images);
  const shape = exampleShape(network, own);
  const table = byteTable(normalisation, own.channels);
  const batches = batchesOf(own.count, batchSize).map(
    (indices) => new ort.Tensor("float32", inputBatch(own, indices, table), [indices.length, ...shape]),
  );
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3 } as const;
  const session = await ort.InferenceSession.create(onnx, options);
  return async () => {
    for (const batch of batches) await session.run({ [network.input.name]: batch });
  };
}

async function run(
  { network, test, normalisation }: Subject,
  products: ReturnType<typeof modelledProducts>,
  images: number,
): Promise<void> {
  const parameters = { ...digitalParameters(network), ...(products && { products }) };
  await evaluate(network, parameters, firstImages(test, images), { normalisation, batchSize, threads });
}

/** Over as many images as the calibration. */
async function forward({ network, calibration, normalisation }: Subject): Promise<void> {
  const options = { normalisation, batchSize: sizeOf(calibration), threads };
  await evaluate(network, digitalParameters(network), calibration, options);
}

async function adabs({ network, calibration, normalisation, augment }: Subject): Promise<void> {
  await adaptBatchNorm(network, digitalParameters(network), calibration, {
    ...{ normalisation, augment, threads, batches: calibrationBatches, batchSize: sizeOf(calibration) },
    prng: seededPrng(seed),
  });
}

const sizeOf = ({ count }: ImageSet): number => Math.floor(count / calibrationBatches);

/** Median of each, in seconds; a first turn of all of them does not count. */
async function inTurns<Runs extends Readonly<Record<string, () => Promise<void>>>>(
  runs: Runs,
  turns: number,
): Promise<(name: keyof Runs) => number> {
  const times = new Map<keyof Runs, number[]>();
  for (let turn = -1; turn < turns; turn++)
    for (const [name, work] of Object.entries(runs)) {
      const start = performance.now();
      await work();
      if (turn >= 0) times.set(name, [...(times.get(name) ?? []), (performance.now() - start) / 1000]);
    }
  return (name) => median(times.get(name) ?? []);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Of this process; NaN where the system has no /proc. */
function peakMebibytes(): number {
  if (!existsSync("/proc/self/status")) return Number.NaN;
  const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
  return Math.round(Number(match?.[1]) / 1024);
}
