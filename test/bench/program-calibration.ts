/**
 * What converters with gains of ±20 % and offsets of 2 % of full scale cost after their calibration: the residual error of every gain
 * against the emulator's truth, and the accuracy of a network beside the same devices with ideal converters. By the built command,
 * through a serial port, as a user would: calibrate, program, read, infer.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { drawColumnErrors } from "../../mocks/array/column-errors.ts";
import { builtinProfile, type ChipProfile } from "../../mocks/array/profile.ts";
import { mix } from "../../mocks/device/keyed-normal.ts";
import { openStore } from "../../src/store/store.ts";
import { measured, measuredEmulator } from "./measured-process.ts";

export interface CalibrationBench {
  readonly network: string;
  /** Words of `infer` that name the images. */
  readonly images: readonly string[];
  /** The chips that it is done with; accuracies are means over them. */
  readonly seeds: readonly number[];
  /** Words of `program` that say how weights become conductances. */
  readonly mapping: readonly string[];
  /** Words of `read --at`. */
  readonly at: string;
}

/** As for the table of accuracies (accuracy.ts): chips differ less from each other then, and fewer of them tell what converters cost. */
const mapping = ["--scale", "column", "--gmax", "30uS"];

/** Beside the project; the compiled file lies one folder deeper than its source. */
const data = join(import.meta.dirname, "../../../../shared/data");
const digits = join(import.meta.dirname, "../../../examples/digits");

/** ResNet-32 and all test images of CIFAR-10. */
export const realCalibrationBench: CalibrationBench = {
  network: join(data, "resnet32/resnet32.onnx"),
  images: ["--images", join(data, "cifar10/test_batch.bin")],
  seeds: [1, 2],
  mapping,
  at: "25s",
};
export const smallCalibrationBench: CalibrationBench = {
  network: join(digits, "digits.onnx"),
  images: ["--images", join(digits, "digits-test-images-idx3-ubyte.gz"), "--normalise", "0.5/0.5"],
  seeds: [1, 2],
  mapping,
  at: "25s",
};

const fusion = builtinProfile("fusion-1m");
const largestCode = 2 ** fusion.read.adcBits - 1;
const spread = { gainSpread: 0.2, offsetSpreadCodes: 0.02 * largestCode };
const ideal = { gainSpread: 0, offsetSpreadCodes: 0 };

const withConverters = (converter: Partial<ChipProfile["converter"]>): ChipProfile => ({
  ...fusion,
  converter: { ...fusion.converter, ...converter },
});

/** Accuracies as fractions; gains relative to their true values. */
export async function programCalibration(bench: CalibrationBench) {
  const chips = [];
  for (const seed of bench.seeds) {
    const calibrated = await accuracyWith(bench, seed, withConverters(spread), "latest");
    const reference = await accuracyWith(bench, seed, withConverters(ideal), "nominal");
    chips.push({ seed, ...calibrated, idealAccuracies: reference.accuracies });
  }
  const losses = chips.flatMap(({ accuracies, idealAccuracies }) =>
    accuracies.map(({ accuracy }, n) => (idealAccuracies[n]?.accuracy ?? Number.NaN) - accuracy),
  );
  return {
    residualGainErrorRms: Math.max(...chips.map(({ gainErrorRms }) => gainErrorRms)),
    residualGainErrorWorst: Math.max(...chips.map(({ gainErrorWorst }) => gainErrorWorst)),
    accuracyLossOverIdealConverters: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
    chips,
  };
}

const inferSchema = z.object({
  accuracies: z.array(z.object({ ageSeconds: z.number(), compensation: z.string(), accuracy: z.number() })),
});
const programSchema = z.object({ convergedNonZeroShare: z.number(), calibration: z.string() });

async function accuracyWith(
  { network, images, mapping, at }: CalibrationBench,
  seed: number,
  profile: ChipProfile,
  calibration: "latest" | "nominal",
) {
  const folder = await mkdtemp(join(tmpdir(), "pcmlab-bench-"));
  try {
    await writeFile(join(folder, "profile.json"), JSON.stringify(profile));
    const words = ["--profile", "profile.json", "--seed", String(seed), "--pty", "./chip"];
    const emulator = await measuredEmulator(words, folder);
    const chip = ["--chip", "./chip", "--store", "run.db"];
    await measured(["calibrate", ...chip], folder);
    const guarded = [...chip, "--converter-calibration", calibration];
    const programmed = await measured(
      ["program", network, ...guarded, ...mapping, "--ledger", "ledger"],
      folder,
    );
    await measured(["read", ...guarded, "--at", at], folder);
    await emulator.stop();
    const inferred = await measured(
      ["infer", "--store", "run.db", ...images, "--compensation", "none,gdc"],
      folder,
    );
    const { accuracies } = inferSchema.parse(inferred.document);
    const { convergedNonZeroShare } = programSchema.parse(programmed.document);
    return { ...gainErrors(join(folder, "run.db"), seed, profile), convergedNonZeroShare, accuracies };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of all bit lines, those that failed their calibration too. */
function gainErrors(path: string, seed: number, { read, converter, arrays }: ChipProfile) {
  const store = openStore(path, { mode: "read" });
  try {
    const id = store.calibrations.latest()?.id;
    if (id === undefined) throw new Error(`${path} holds no calibration`);
    const { states, siemensPerCode } = store.calibrations.data(id).columns;
    const columns = Math.max(...arrays.map((array) => array.columns));
    const { gain } = drawColumnErrors(mix(seed), columns, converter);
    const nominal = read.fullScaleSiemens / largestCode;
    const errors = Array.from(gain, (truth, column) => nominal / siemensPerCode[column]! / truth - 1);
    return {
      failedColumns: states.filter((state) => state !== 0).length,
      gainErrorRms: Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length),
      gainErrorWorst: errors.reduce((worst, error) => Math.max(worst, Math.abs(error)), 0),
    };
  } finally {
    store.close();
  }
}
