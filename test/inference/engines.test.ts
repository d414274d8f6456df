/** Which engine computes the products of which layer, and what is said of the chip among them. */

import { describe, expect, test } from "vitest";
import { seededPrng } from "../../src/core/prng.ts";
import { assignEngines, engineLabel } from "../../src/inference/engines.ts";
import { busyChip } from "../../src/inference/on-chip/busy-chip.ts";
import { openChipEngine, saturationWarning } from "../../src/inference/on-chip/chip-engine.ts";
import { networkOf } from "../../src/network/read.ts";
import { convNet } from "../network/networks.ts";
import { chipLayers, exactCore, exactDescriptor, placed } from "./exact-core.ts";

const layers = ["stage0.entry", "stage0.first", "stage1.entry", "classifier"].map((name) => ({ name }));

describe("engines of layers", () => {
  test.each([
    [undefined, ["readout", "readout", "readout", "readout"], "readout"],
    ["classifier=digital", ["readout", "readout", "readout", "digital"], "digital/readout"],
    ["stage0.*=chip", ["chip", "chip", "readout", "readout"], "readout/chip"],
    ["*=chip, *.entry=digital", ["digital", "chip", "digital", "chip"], "digital/chip"],
    ["*=digital,stage1.entry=readout", ["digital", "digital", "readout", "digital"], "digital/readout"],
  ] as const)("%s", (text, engines, label) => {
    const assigned = assignEngines(layers, "readout", text);
    expect(assigned).toEqual(engines);
    expect(engineLabel(assigned)).toBe(label);
  });

  test.each(["stage0.*", "=chip", "classifier=gpu", "", "stage0?entry=chip", "stage.*=chip"])(
    "%j is refused with what can be written",
    (text) => {
      const refused = expect.objectContaining({ code: "USAGE", next: expect.stringMatching(/\S/) });
      expect(() => assignEngines(layers, "readout", text)).toThrow(refused);
    },
  );
});

describe("what is said of the chip", () => {
  const network = networkOf(convNet());
  const core = exactDescriptor(64, 64);
  const tiles = placed(network, core);
  const options = { phases: 1, calibrationVectors: 32, random: seededPrng(1) } as const;

  test("is which layers saturate, and what to do", async () => {
    const { chip } = exactCore(core, network.layers, tiles);
    const [conv] = chipLayers(network, tiles, 127);
    if (conv === undefined) throw new TypeError("there is no layer");
    // The converters end at 127 codes; inputs of 127 with weights of the same sign sum up to more.
    const narrow = { ...core, mvm: core.mvm && { ...core.mvm, outputBits: 8 } };
    const engine = await openChipEngine(
      { descriptor: narrow, mvm: (request) => saturating(chip.mvm(request)) },
      [conv],
      options,
    );
    expect(saturationWarning(engine.accounts())).toBeUndefined();
    const node = {
      name: "n",
      opType: "ArrayProduct",
      domain: "pcmlab",
      inputs: ["x"],
      outputs: ["y"],
      attributes: [{ name: "layer", type: "string", value: conv.layer.name } as const],
    };
    await engine.multiply(node, { values: new Float32Array(2 * 4 * 4).fill(127), dims: [1, 2, 4, 4] });
    expect(saturationWarning(engine.accounts())).toMatch(/conv \d\d %\).*--input-range max.*smaller --gmax/);
  });

  test("is how long it was busy: requests that overlap count once", async () => {
    let seconds = 0;
    const ends: (() => void)[] = [];
    const { chip } = exactCore(core, network.layers, tiles);
    const slow = {
      descriptor: core,
      mvm: async (request: Parameters<typeof chip.mvm>[0]) => {
        await new Promise<void>((resolve) => ends.push(resolve));
        return chip.mvm(request);
      },
    };
    const busy = busyChip(slow, { monotonicSeconds: () => seconds, wallSeconds: () => seconds });
    const cells = { row: 0, column: 0, rows: 1, columns: 1 };
    const ask = () => busy.chip.mvm({ cells, phases: 1, inputs: Int8Array.of(1) });
    const first = ask();
    seconds = 1;
    const second = ask();
    seconds = 3;
    ends[0]?.();
    await first;
    seconds = 4;
    expect(busy.busySeconds()).toBe(4);
    ends[1]?.();
    await second;
    seconds = 10;
    expect(busy.busySeconds()).toBe(4);
    const third = ask();
    seconds = 12;
    ends[2]?.();
    await third;
    expect(busy.busySeconds()).toBe(6);
  });
});

/** As a converter of 8 bits that ends at 127. */
async function saturating(reply: ReturnType<ReturnType<typeof exactCore>["chip"]["mvm"]>) {
  const readout = await reply;
  const outputs = readout.outputs.map((code) => Math.max(-127, Math.min(127, code)));
  return { ...readout, outputs, saturatedOutputs: outputs.filter((code) => Math.abs(code) === 127).length };
}
