/** What drift does to the committed network, and what compensation saves: `node dist/examples/digits/check.js [file]`. */

import { readFileSync } from "node:fs";
import { seededPrng } from "../../src/core/prng.ts";
import { decodeModel } from "../../src/network/onnx/codec.ts";
import { calibrationCount, drawImages, testCount } from "./dataset.ts";
import { accuracyOn } from "./training/accuracy.ts";
import { adaptStatistics, driftedWeights, globallyCompensated } from "./training/drift.ts";
import { analogWeights, type Network } from "./training/network.ts";
import { exactWeights, type WeightsOf } from "./training/parameter.ts";
import { plan } from "./training/plan.ts";
import { restoreNetwork } from "./training/restore.ts";

const model = decodeModel(readFileSync(process.argv[2] ?? "examples/digits/digits.onnx"));
const test = drawImages("test", 0, testCount);
const calibration = drawImages("calibration", 0, calibrationCount);
const chip = { programmingNoise: 0.04, meanNu: 0.05, nuSpread: 0.2 };
const seeds = [1, 2, 3];

function main(): void {
  const digital = restoreNetwork(model, plan.widths);
  const weights = analogWeights(digital).reduce((sum, { value }) => sum + value.length, 0);
  say("analog weights", [weights], "");
  say("digital", [accuracyOn(digital, test, exactWeights)]);
  say("digital, AdaBS", [adapted(restoreNetwork(model, plan.widths), exactWeights)]);
  for (const [name, seconds] of [
    ["1 hour", 3600],
    ["1 day", 86_400],
    ["30 days", 2_592_000],
  ] as const) {
    reportAge(name, seconds);
  }
}

function reportAge(name: string, seconds: number): void {
  const over = (judge: (network: Network, weightsOf: WeightsOf) => number): number[] =>
    seeds.map((seed) => {
      const network = restoreNetwork(model, plan.widths);
      return judge(network, driftedWeights(analogWeights(network), chip, seconds, seededPrng(seed)));
    });
  say(
    `${name}, no compensation`,
    over((network, weightsOf) => accuracyOn(network, test, weightsOf)),
  );
  say(
    `${name}, GDC`,
    over((network, weightsOf) => accuracyOn(network, test, globallyCompensated(weightsOf))),
  );
  say(
    `${name}, GDC and AdaBS`,
    over((network, weightsOf) => adapted(network, globallyCompensated(weightsOf))),
  );
}

function adapted(network: Network, weightsOf: WeightsOf): number {
  adaptStatistics(network, calibration, weightsOf);
  return accuracyOn(network, test, weightsOf);
}

function say(what: string, values: readonly number[], unit = "%"): void {
  const shown = values.map((value) => (unit === "%" ? (100 * value).toFixed(2) : String(value)));
  process.stdout.write(`${what}: ${shown.join(" ")} ${unit}\n`);
}

main();
