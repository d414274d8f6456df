/** `pcmlab validate` beside emulated chips that it makes itself, and with readings that it takes itself. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { seededPrng } from "../../src/core/prng.ts";
import { validationDocument } from "../../src/store/validation-document.ts";
import { idx, randomImages } from "../inference/image-sets.ts";
import { emulator, json, pcmlab } from "./command.ts";
import { folderOfSmallRun, smallWords } from "./small-network.ts";

const count = 60;
const how = ["--images", "t-images-idx3-ubyte", "--normalise", "0.5/0.5", "--quiet", "--no-config"];

async function folderWithImages(): Promise<string> {
  const cwd = await folderOfSmallRun();
  const images = randomImages(seededPrng(2), count, [1, 4, 4]);
  await writeFile(join(cwd, "t-images-idx3-ubyte"), idx(0x803, [count, 4, 4], [...images.pixels]));
  await writeFile(join(cwd, "t-labels-idx1-ubyte"), idx(0x801, [count], [...images.labels]));
  return cwd;
}

test("an emulated chip is made as the store's was, and taken when it is there already", async () => {
  const cwd = await folderWithImages();
  const words = ["validate", "--store", "run.db", ...how, "--emulator", "tiny", "--seeds", "6", "--at", "0s"];
  const first = validationDocument.parse(await json(words, cwd));
  expect(first.sources.map(({ name, emulated }) => [name, emulated])).toEqual([
    ["run.db", true],
    ["emulated tiny", true],
  ]);
  const errors = first.sources.map(({ layers }) => layers[0]?.own.mvmError ?? Number.NaN);
  for (const error of errors) {
    expect(error).toBeGreaterThan(0.005);
    expect(error).toBeLessThan(0.3);
  }
  // Another chip.
  expect(errors[0]).not.toBe(errors[1]);
  const again = await pcmlab([...words.filter((word) => word !== "--quiet"), "--json"], cwd);
  expect(again.stderr).toMatch(/emulated chip 6: taken from/);
  expect(validationDocument.parse(JSON.parse(again.stdout)).sources).toEqual(first.sources);
});

test("a chip is read as often as it is told first, and its limits decide the exit code", async () => {
  const cwd = await folderWithImages();
  const board = await emulator(["--profile", "tiny", "--seed", "7", "--pty", "./own"], cwd);
  await json(smallWords("./own", "own.db"), cwd);
  await writeFile(join(cwd, "limits.toml"), '[layers]\nmvm-error = "0.1 %"\n');
  const chip = ["--chip", "./own", "--at", "10min", "--readings", "2", "--limits", "limits.toml"];
  chip.push("--converter-calibration", "nominal");
  const { exitCode, stdout, stderr } = await pcmlab(["validate", "--store", "own.db", ...chip, ...how], cwd);
  await board.stop();
  expect(stderr).toBe("");
  expect(stdout).toContain("failed: 1 of 1 limits");
  expect(stdout).toMatch(/measured from 2 readings at 10 min/);
  expect(exitCode).toBe(11);
});
