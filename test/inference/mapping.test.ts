import { describe, expect, it } from "vitest";
import { seededPrng } from "../../src/core/prng.ts";
import { compensateGdc, uncompensated } from "../../src/inference/compensation.ts";
import { digitalParameters, type Parameters, withParameters } from "../../src/inference/graph.ts";
import { openSession } from "../../src/inference/session.ts";
import { weightsFromTiles } from "../../src/network/effective-weights.ts";
import type { Network } from "../../src/network/layer.ts";
import { mapLayer, tileTargets } from "../../src/network/mapping.ts";
import { placeNetwork, tilesOfLayer } from "../../src/network/placement.ts";
import { networkOf } from "../../src/network/read.ts";
import type { Scale } from "../../src/network/scale.ts";
import { convNet, coreOf } from "../network/networks.ts";

const scales: readonly Scale[] = [
  { kind: "layer" },
  { kind: "column" },
  { kind: "percentile", percent: 100 },
];
const layouts = [
  { devicesPerWeight: 2, layout: "bit-lines" },
  { devicesPerWeight: 4, layout: "bit-lines" },
  { devicesPerWeight: 4, layout: "unit-cells" },
] as const;
const choices = scales.flatMap((scale) => layouts.map((layout) => ({ scale, ...layout })));
type Choice = (typeof choices)[number];

/** The weights of a network whose devices hold `what` of their targets. */
function readBack(network: Network, choice: Choice, what: (target: number) => number): Float32Array[] {
  const placement = placeNetwork(network.layers, coreOf(24, 24), choice);
  return network.layers.map((layer, index) => {
    const mapping = mapLayer(layer, { ...choice, gmaxSiemens: 25e-6 });
    const tiles = tilesOfLayer(placement, index);
    const conductances = tiles.map((tile) => tileTargets(layer, tile, mapping).map(what));
    return weightsFromTiles(layer, tiles, conductances, mapping.siemensPerWeight);
  });
}

async function scores(network: Network, parameters: Parameters): Promise<number[]> {
  const prng = seededPrng(3);
  const input = Float32Array.from({ length: 5 * 32 }, () => prng.normal());
  const session = await openSession(network, withParameters(network, parameters), { threads: 1 });
  const outputs = await session.run(input, 5, [2, 4, 4]);
  await session.close();
  return Array.from(outputs.get(network.output.name)?.values ?? []);
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, k) => Math.abs(value - (b[k] ?? Number.NaN))));

describe.each(choices)("exact devices with scale $scale, $devicesPerWeight a weight on $layout", (choice) => {
  it.each(["array", "digital"] as const)("give the scores of the file, biases %s", async (bias) => {
    const network = networkOf(convNet(), { bias });
    const exact = readBack(network, choice, (target) => target);
    const given = await scores(network, uncompensated(network, exact).parameters);
    expect(distance(given, await scores(network, digitalParameters(network)))).toBeLessThan(1e-4);
  });

  it("are brought back by GDC from a drift that is the same for all", async () => {
    const network = networkOf(convNet());
    const left = (86_400 / 25) ** -0.06;
    const reference = readBack(network, choice, (target) => target);
    const now = readBack(network, choice, (target) => left * target);
    const { alphas, parameters } = compensateGdc(network, reference, now);
    for (const alpha of alphas) expect(alpha).toBeCloseTo(1 / left, 5);
    expect(
      distance(await scores(network, parameters), await scores(network, digitalParameters(network))),
    ).toBeLessThan(1e-4);
  });
});

describe("GDC with a scale for each column", () => {
  it("counts every column by its weights, not by its conductances", () => {
    const network = networkOf(convNet());
    const [layer] = network.layers;
    const [{ weights: digital } = { weights: new Float32Array() }] = network.layers;
    const choice: Choice = { scale: { kind: "column" }, devicesPerWeight: 2, layout: "bit-lines" };
    const columns = layer?.columns ?? 0;
    const halved = (weights: Float32Array): Float32Array =>
      weights.map((weight, k) => (k % columns === 0 ? weight / 2 : weight));
    const [first = new Float32Array(), ...others] = readBack(network, choice, (target) => target);
    const { alphas } = compensateGdc(network, [first, ...others], [halved(first), ...others]);
    const sum = (values: Float32Array): number => values.reduce((total, value) => total + Math.abs(value), 0);
    expect(alphas[0]).toBeCloseTo(sum(digital) / sum(halved(digital)), 5);
  });

  it("is not disturbed by the noise of a column of zeros", () => {
    const network = networkOf(convNet());
    const [layer] = network.layers;
    if (layer === undefined) throw new Error("the network has no layer");
    const pruned = layer.weights.map((weight, k) => (k % layer.columns === 1 ? 0 : weight));
    const thinned = { ...network, layers: [{ ...layer, weights: pruned }, ...network.layers.slice(1)] };
    const choice: Choice = { scale: { kind: "column" }, devicesPerWeight: 2, layout: "bit-lines" };
    const prng = seededPrng(1);
    const reference = readBack(thinned, choice, (target) => target);
    const noisy = readBack(thinned, choice, (target) => (target === 0 ? 0.2e-6 * prng.uniform() : target));
    const inColumn = noisy[0]!.filter((_, k) => k % layer.columns === 1);
    expect(Math.max(...inColumn.map(Math.abs))).toBeLessThan(1e-6);
    const without = noisy[0]!.map((weight, k) => (k % layer.columns === 1 ? 0 : weight));
    const alphaOf = (first: Float32Array): number | undefined =>
      compensateGdc(thinned, reference, [first, ...noisy.slice(1)]).alphas[0];
    expect(alphaOf(noisy[0]!)).toBeCloseTo(alphaOf(without) ?? Number.NaN, 6);
  });
});
