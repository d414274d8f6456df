import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type NetworkShowArguments, showNetwork } from "../../src/cli/actions/network-show.ts";
import { OpenBoards } from "../../src/cli/open-boards.ts";
import { Output } from "../../src/cli/output.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { encodeModel } from "../../src/network/onnx/codec.ts";
import { convNet } from "../network/networks.ts";
import { freshPath } from "../store/temp-folder.ts";

const clock = { monotonicSeconds: () => 0, wallSeconds: () => 0 };
const digits = join(import.meta.dirname, "../../examples/digits/digits.onnx");

async function shown(
  network: string,
  args: Partial<NetworkShowArguments> = {},
  json = true,
): Promise<string> {
  let text = "";
  const stdout = {
    write(more: string) {
      text += more;
    },
  };
  const timer = { after: () => () => {} };
  const context = {
    ...{ clock, timer, prng: seededPrng(1), commandLine: [], boards: new OpenBoards(timer) },
    output: new Output({ stdout, stderr: stdout }, clock, { json, quiet: false }),
    stop: new AbortController().signal,
  };
  const given = { network, bias: "array", devices: 2, profile: "fusion-1m", places: false, ...args } as const;
  await showNetwork(given, context);
  return text;
}

test("the layers, their matrices, devices and places are those that programming takes", async () => {
  const facts = JSON.parse(await shown(digits));
  expect(facts).toMatchObject({ input: "1 x 16 x 16", classes: 10, weights: 30_354, devices: 60_708 });
  expect(facts.layers[0]).toMatchObject({ name: "stage0.entry", kind: "conv", rows: 9, columns: 8 });
  expect(facts.layers.at(-1)).toMatchObject({ name: "classifier", rows: 33, columns: 10, bias: "array" });
  expect(facts.places.flat()).toHaveLength(10);
  expect(facts.operators).toMatchObject({ BatchNormalization: 9, Add: 3 });
});

test("a chip that is too small is said, and the layers are shown all the same", async () => {
  const text = await shown(digits, { profile: "tiny", devices: 4 }, false);
  expect(text).toContain("121,416 of the 4,096 devices of tiny");
  expect(text).toMatch(/does not fit: .*121416 devices/);
  expect(text).toContain("stage2.first");
});

test("places are printed where they are asked for, and a digital bias is no row", async () => {
  const path = freshPath("conv.onnx");
  writeFileSync(path, encodeModel(convNet()));
  const text = await shown(path, { profile: "tiny", places: true, bias: "digital" }, false);
  expect(text).toMatch(/conv +conv +18 +3 +54 +digital/);
  expect(text).toMatch(/array 0, rows 0\.\.17, columns/);
  await expect(shown(`${path}.gone`)).rejects.toMatchObject({ code: "BAD_NETWORK" });
});
