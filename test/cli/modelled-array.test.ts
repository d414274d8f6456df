/** What the options of a modelled array mean, and which are refused. */

import { describe, expect, it } from "vitest";
import { ArrayProducts, modelledArrayOf } from "../../src/cli/actions/modelled-array.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { parseNormalisation } from "../../src/inference/normalisation.ts";
import { connected, idealArrays, outputsOf, uniformInputs } from "../inference/array-model/layers.ts";
import { randomImages } from "../inference/image-sets.ts";
import { chipWith, coreOf } from "../network/networks.ts";

describe("options of a modelled array", () => {
  it("model nothing when none is given", () => {
    expect(modelledArrayOf({})).toBeUndefined();
  });

  it("are put into words for tables and records", () => {
    const given = { dacBits: 8, adcBits: 7, readNoise: "pcm:1ms", irDrop: "0.35ohm", inputRange: "max" };
    const modelled = modelledArrayOf(given);
    expect(modelled?.text).toBe(
      "DAC 8 bits, ADC 7 bits, range max, read noise pcm:1ms, IR drop 0.35 ohm a cell",
    );
    expect(modelled?.model).toEqual({
      dacBits: 8,
      adcBits: 7,
      readNoise: { name: "pcm", seconds: 1e-3 },
      wireOhms: 0.35,
    });
    expect(modelledArrayOf({ readNoise: "hermes" })?.text).toBe("read noise hermes:26µs");
  });

  it.each([
    [{ inputRange: "max" }, "--input-range is the range of converters, and none is modelled"],
    [{ irDrop: "0.35" }, '"0.35" has no unit'],
    [{ irDrop: "0ohm" }, "--ir-drop 0ohm: not above 0 and up to 1000 ohm"],
    [{ irDrop: "2kohm" }, "--ir-drop 2kohm: not above 0 and up to 1000 ohm"],
    [{ readNoise: "white" }, '--read-noise: there is no law "white"'],
    [{ dacBits: 8, inputRange: "mean" }, '--input-range: "mean" is no range'],
  ])("are refused: %j", (args, message) => {
    expect(() => modelledArrayOf(args)).toThrow(message);
  });
});

describe("the products of a modelled array", () => {
  const network = connected("gemm");
  const chip = chipWith([{ rows: 16, columns: 16 }]);
  const images = randomImages(seededPrng(3), 30, [1, 1, 10]);
  const calibration = { images, seed: 1, normalisation: parseNormalisation("0/1"), threads: 1 };
  const modelled = modelledArrayOf({ dacBits: 2, adcBits: 8 });

  it("take the full scale of a chip that multiplies by itself", async () => {
    const arrays = idealArrays(network, chip);
    const open = async (descriptor: typeof chip) => {
      if (modelled === undefined) throw new Error("nothing is modelled");
      return ArrayProducts.open(network, modelled, arrays, calibration, descriptor, 1);
    };
    expect((await open(coreOf(16, 16))).details()).toMatchObject({ ranges: { outputsSiemens: [[200e-6]] } });
    expect((await open(chip)).details()).not.toMatchObject({ ranges: { outputsSiemens: [[200e-6]] } });
    const input = uniformInputs(1, 10);
    const exact = await outputsOf(network, undefined, input, 1);
    expect(await outputsOf(network, (await open(chip)).of(arrays), input, 1)).not.toEqual(exact);
  });

  it("need calibration images for their ranges", async () => {
    if (modelled === undefined) throw new Error("nothing is modelled");
    const opened = ArrayProducts.open(network, modelled, idealArrays(network, chip), undefined, chip, 1);
    await expect(opened).rejects.toThrow("ranges of converters need calibration images");
  });
});
