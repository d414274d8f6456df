/**
 * Accuracy that a network loses on emulated chips, by `pcmlab sweep`: the table of Joshi et al. 2020, on all images and several chips.
 * PCMLAB_SWEEP_FOLDER keeps the chips, so that a measurement that was stopped goes on.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { BenchOptions, Figures } from "./main.ts";
import { measured } from "./measured-process.ts";

/** Beside the project; the compiled file lies one folder deeper than its source. */
const data = join(import.meta.dirname, "../../../../shared/data");
const digits = join(import.meta.dirname, "../../../examples/digits");

const resnet32 = [
  join(data, "resnet32/resnet32.onnx"),
  ...["--images", join(data, "cifar10/test_batch.bin")],
  ...["--calibration-images", join(data, "cifar10/calibration_2600.bin"), "--augment", "crop4,flip"],
  ...["--seeds", "1..5"],
];
const smallNetwork = [
  join(digits, "digits.onnx"),
  ...["--images", join(digits, "digits-test-images-idx3-ubyte.gz"), "--normalise", "0.5/0.5"],
  ...["--calibration-images", join(digits, "digits-calibration-images-idx3-ubyte.gz")],
  ...["--seeds", "1..2"],
];

/**
 * Our best programming: residual, a scale for each column, and somewhat more conductance than the paper's 25 µS, since noise and drift of
 * small conductances are larger beside them.
 */
const programming = ["--algorithms", "residual", "--scale", "column", "--gmax", "30uS"];
const compensations = ["gdc", "adabs", "affine", "retune+affine"];
const [soonSeconds, daySeconds, yearSeconds] = [25, 86_400, 31_536_000];

/** A chip that is used for long is verified again an hour after its programming; ages then count from there. */
const parts = [
  { verifyAt: "20s", at: [soonSeconds] },
  { verifyAt: "20s,1h", at: [daySeconds, yearSeconds] },
];

const pointSchema = z.object({
  compensation: z.string(),
  ageSeconds: z.number(),
  instances: z.number(),
  drop: z.number(),
  deviation: z.number().nullable(),
});
const sweepSchema = z.object({
  points: z.array(pointSchema),
  accuracies: z.array(z.object({ digital: z.number() })),
});
type Point = z.infer<typeof pointSchema>;

/** Losses in percent of the images against the digital network: mean over the chips, and standard deviation. */
export async function accuracy({ small }: BenchOptions): Promise<Figures> {
  const kept = process.env.PCMLAB_SWEEP_FOLDER;
  const folder = kept ?? (await mkdtemp(join(tmpdir(), "pcmlab-accuracy-")));
  try {
    const points: Point[] = [];
    let digital = Number.NaN;
    for (const { verifyAt, at } of parts) {
      const asked = ["--verify-at", verifyAt, "--at", at.map((age) => `${age}s`).join(",")];
      const words = [...(small ? smallNetwork : resnet32), ...programming, ...asked];
      const { document } = await measured(
        ["sweep", ...words, "--compensation", compensations.join(","), "--folder", folder],
        process.cwd(),
      );
      const swept = sweepSchema.parse(document);
      points.push(...swept.points);
      digital = swept.accuracies[0]?.digital ?? Number.NaN;
    }
    return figuresOf(points, digital);
  } finally {
    if (kept === undefined) await rm(folder, { recursive: true, force: true });
  }
}

function figuresOf(points: readonly Point[], digital: number): Figures {
  const loss = (ageSeconds: number, compensation: string) => {
    const point = points.find((one) => one.ageSeconds === ageSeconds && one.compensation === compensation);
    return lossOf(point);
  };
  const best = (ageSeconds: number) => {
    const own = points.filter((one) => one.ageSeconds === ageSeconds).toSorted((a, b) => a.drop - b.drop);
    return { compensation: own[0]?.compensation, ...lossOf(own[0]) };
  };
  return {
    best25Seconds: best(soonSeconds),
    gdc1Day: loss(daySeconds, "gdc"),
    adabs1Day: loss(daySeconds, "adabs"),
    best1Day: best(daySeconds),
    best1Year: best(yearSeconds),
    chips: points[0]?.instances,
    digitalPercent: 100 * digital,
    all: points.map((point) => ({
      ageSeconds: point.ageSeconds,
      compensation: point.compensation,
      ...lossOf(point),
    })),
  };
}

const lossOf = (point: Point | undefined) => ({
  lossPercent: 100 * (point?.drop ?? Number.NaN),
  deviationPercent: point?.deviation == null ? null : 100 * point.deviation,
});
