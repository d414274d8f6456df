import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import { LabError } from "../../src/core/errors.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { weightsFromTiles } from "../../src/network/effective-weights.ts";
import { deviceTargets, mapLayer, netTargets, tileTargets } from "../../src/network/mapping.ts";
import { placeNetwork, tilesOfLayer } from "../../src/network/placement.ts";
import { parseScale, type Scale, scaleText } from "../../src/network/scale.ts";
import { type Layout, usualLayout } from "../../src/network/sites.ts";
import { placedBlocks } from "../../src/network/weight-blocks.ts";
import { chipWith, coreOf, layerOf, normalLayer } from "./networks.ts";

const gmaxSiemens = 25e-6;
const scales: readonly Scale[] = [
  { kind: "layer" },
  { kind: "column" },
  { kind: "percentile", percent: 100 },
];

interface Home {
  readonly chip: Descriptor;
  readonly devicesPerWeight: 2 | 4;
  readonly layout: Layout;
}

const homes: readonly Home[] = [
  { chip: chipWith([{ rows: 64, columns: 128 }], 700), devicesPerWeight: 2, layout: "bit-lines" },
  { chip: chipWith([{ rows: 64, columns: 256 }], 700), devicesPerWeight: 4, layout: "bit-lines" },
  { chip: coreOf(64, 64, 700), devicesPerWeight: 4, layout: "unit-cells" },
];

const largestOf = (weights: Float32Array): number =>
  weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);

const inMicrosiemens = (siemens: Float32Array): number[] =>
  Array.from(siemens, (value) => Number((value * 1e6).toFixed(4)));

function codeOf(attempt: () => unknown): string {
  try {
    attempt();
  } catch (thrown) {
    if (thrown instanceof LabError) return thrown.code;
    throw thrown;
  }
  return "nothing was thrown";
}

describe("the scale of a layer", () => {
  const layer = layerOf(2, 3, Float32Array.of(0.5, -2, 0, 1, 1, 0));

  it("gives the largest weight of the layer, or of each column, gmax; a column of zeros stays zeros", () => {
    const options = { gmaxSiemens, devicesPerWeight: 2 } as const;
    const byLayer = mapLayer(layer, { ...options, scale: { kind: "layer" } });
    const byColumn = mapLayer(layer, { ...options, scale: { kind: "column" } });
    expect(byLayer.siemensPerWeight).toEqual(Float64Array.of(12.5e-6, 12.5e-6, 12.5e-6));
    expect(byColumn.siemensPerWeight).toEqual(Float64Array.of(25e-6, 12.5e-6, 1));
    const [tile] = placeNetwork([layer], chipWith([{ rows: 2, columns: 6 }])).tiles;
    expect(inMicrosiemens(netTargets(layer, tile!, byColumn))).toEqual([12.5, -25, 0, 25, 12.5, 0]);
    expect(inMicrosiemens(tileTargets(layer, tile!, byColumn))).toEqual([
      12.5, 0, 0, 25, 0, 0, 25, 0, 12.5, 0, 0, 0,
    ]);
  });

  it("gives a percentile gmax as NumPy counts it, and says how much it clips", () => {
    const weights = Float32Array.from({ length: 1001 }, (_, k) => (k % 2 === 0 ? k : -k));
    const wide = layerOf(1, 1001, weights);
    const scale: Scale = { kind: "percentile", percent: 99.9 };
    const mapping = mapLayer(wide, { scale, gmaxSiemens, devicesPerWeight: 2 });
    // numpy.percentile(range(1, 1001), 99.9) = 999.001: the zero of the layer does not count.
    expect(mapping.siemensPerWeight[0]).toBeCloseTo(gmaxSiemens / 999.001, 15);
    expect(mapping.clipping.weights).toBe(1);
    expect(mapping.clipping.largestError).toBeCloseTo(0.999, 9);
    const [tile] = placeNetwork([wide], chipWith([{ rows: 1, columns: 2002 }])).tiles;
    const net = netTargets(wide, tile!, mapping);
    expect(net[1000]).toBe(Math.fround(gmaxSiemens));
    expect(net[999]! / gmaxSiemens).toBeCloseTo(-999 / 999.001, 6);
  });

  it("clips nothing at the hundredth percentile, and a layer of zeros has none", () => {
    for (const percent of [100, 50]) {
      const scale: Scale = { kind: "percentile", percent };
      const zeros = mapLayer(layerOf(1, 2, new Float32Array(2)), { scale, gmaxSiemens, devicesPerWeight: 2 });
      expect(zeros).toMatchObject({ siemensPerWeight: Float64Array.of(1, 1), clipping: { weights: 0 } });
    }
    const whole = mapLayer(layer, { scale: scales[2]!, gmaxSiemens, devicesPerWeight: 2 });
    expect(whole.clipping).toEqual({ weights: 0, largestError: 0 });
  });

  it("is parsed from words, and anything else is refused", () => {
    for (const text of ["layer", "column", "percentile:99.9"]) expect(scaleText(parseScale(text))).toBe(text);
    for (const text of [
      "rows",
      "percentile",
      "percentile:",
      "percentile:0",
      "percentile:100.1",
      "percentile:-1",
    ]) {
      expect([text, codeOf(() => parseScale(text))]).toEqual([text, "USAGE"]);
    }
    const scale: Scale = { kind: "percentile", percent: Number.NaN };
    expect(codeOf(() => mapLayer(layer, { scale, gmaxSiemens, devicesPerWeight: 2 }))).toBe("USAGE");
  });
});

describe("device targets", () => {
  const limits = { gmaxSiemens, devicesPerWeight: 4 } as const;

  it("fill one device of the polarity before the second, and leave the others empty", () => {
    const net = Float32Array.of(37.5e-6, -10e-6, -50e-6, 0);
    expect(inMicrosiemens(deviceTargets(net, [0, 1, 2, 3], limits))).toEqual([
      ...[25, 12.5, 0, 0],
      ...[0, 0, 10, 0],
      ...[0, 0, 25, 25],
      ...[0, 0, 0, 0],
    ]);
    expect(inMicrosiemens(deviceTargets(net, [3], limits))).toEqual([0, 0, 25, 0]);
  });

  it("are refused for what is no number or beyond all devices of a polarity", () => {
    for (const net of [Number.NaN, Number.POSITIVE_INFINITY, 50.1e-6, -50.1e-6]) {
      expect(codeOf(() => deviceTargets(Float32Array.of(0, net), [0, 1, 2, 3], limits))).toBe("LIMIT");
    }
    const pair = { gmaxSiemens, devicesPerWeight: 2 } as const;
    expect(codeOf(() => deviceTargets(Float32Array.of(25.1e-6), [0, 1], pair))).toBe("LIMIT");
    const layer = layerOf(1, 1, Float32Array.of(Number.NaN));
    const mapping = mapLayer(layerOf(1, 1, Float32Array.of(1)), { ...pair, scale: { kind: "layer" } });
    const rectangle = { firstRow: 0, firstColumn: 0, rows: 1, columns: 1 };
    expect(codeOf(() => netTargets(layer, rectangle, mapping))).toBe("LIMIT");
  });
});

describe("weights through conductances and back", () => {
  const shapes = fc.record({
    rows: fc.integer({ min: 1, max: 90 }),
    columns: fc.integer({ min: 1, max: 40 }),
    seed: fc.nat(),
    scale: fc.constantFrom(...scales),
    home: fc.constantFrom(...homes),
    turned: fc.boolean(),
  });

  it("stay what they were, for every scale, layout and number of devices, in any order of rows", () => {
    fc.assert(
      fc.property(shapes, ({ rows, columns, seed, scale, home, turned }) => {
        const { chip, devicesPerWeight, layout } = home;
        const layer = normalLayer(rows, columns, seededPrng(seed));
        const mapping = mapLayer(layer, { scale, gmaxSiemens, devicesPerWeight });
        const tiles = tilesOfLayer(placeNetwork([layer], chip, { devicesPerWeight, layout }), 0).map(
          (tile) => ({
            ...tile,
            ...(turned && {
              rowOrder: Uint16Array.from({ length: tile.rows }, (_, line) => tile.rows - 1 - line),
            }),
          }),
        );
        const targets = tiles.map((tile) => tileTargets(layer, tile, mapping));
        const back = weightsFromTiles(layer, tiles, targets, mapping.siemensPerWeight);
        const worst = back.reduce(
          (most, weight, k) => Math.max(most, Math.abs(weight - layer.weights[k]!)),
          0,
        );
        expect(worst).toBeLessThanOrEqual(2e-7 * largestOf(layer.weights));
      }),
      { numRuns: 150 },
    );
  });

  it("lose only what a percentile clips", () => {
    const layer = normalLayer(30, 20, seededPrng(4));
    const mapping = mapLayer(layer, {
      scale: { kind: "percentile", percent: 90 },
      gmaxSiemens,
      devicesPerWeight: 2,
    });
    const { tiles } = placeNetwork([layer], chipWith([{ rows: 64, columns: 64 }]));
    const targets = tiles.map((tile) => tileTargets(layer, tile, mapping));
    const back = weightsFromTiles(layer, tiles, targets, mapping.siemensPerWeight);
    const errors = Array.from(back, (weight, k) => Math.abs(weight - layer.weights[k]!));
    expect(mapping.clipping.weights).toBe(60);
    expect(errors.filter((error) => error > 1e-6)).toHaveLength(60);
    expect(Math.max(...errors)).toBeCloseTo(mapping.clipping.largestError, 6);
  });

  it("are refused when a polarity is missing or a weight is there twice", () => {
    const layer = normalLayer(8, 8, seededPrng(1));
    const mapping = mapLayer(layer, { scale: { kind: "layer" }, gmaxSiemens, devicesPerWeight: 4 });
    const { tiles } = placeNetwork([layer], coreOf(8, 8), { devicesPerWeight: 4, layout: "unit-cells" });
    const targets = tiles.map((tile) => tileTargets(layer, tile, mapping));
    const beta = mapping.siemensPerWeight;
    expect(() => weightsFromTiles(layer, tiles.slice(1), targets.slice(1), beta)).toThrow("devices 1, 2, 3");
    expect(() => weightsFromTiles(layer, [...tiles, ...tiles], [...targets, ...targets], beta)).toThrow(
      TypeError,
    );
    expect(() => weightsFromTiles(layer, tiles, targets, beta.subarray(1))).toThrow(
      "7 scales for the 8 columns",
    );
  });
});

describe("four devices a weight", () => {
  it("lie on four adjacent bit lines, or at one place of the arrays of the unit cells", () => {
    const layer = normalLayer(16, 4, seededPrng(2));
    const lines = placeNetwork([layer], chipWith([{ rows: 16, columns: 16 }]), { devicesPerWeight: 4 });
    expect(lines.tiles).toMatchObject([{ devices: [0, 1, 2, 3], region: { rows: 16, columns: 16 } }]);
    const cells = placeNetwork([layer], coreOf(16, 4, 40), { devicesPerWeight: 4, layout: "unit-cells" });
    expect(cells.usedDevices).toBe(256);
    const blocks = placedBlocks(cells.tiles);
    expect(blocks.map(({ rows }) => rows)).toEqual([10, 6]);
    for (const { block, firstRow } of blocks) {
      expect(block.parts.map(({ devices }) => devices)).toEqual([[0], [1], [2], [3]]);
      expect(block.parts.map(({ region }) => region)).toEqual(
        [0, 1, 2, 3].map((array) => ({ array, row: firstRow, column: 0, rows: block.rows, columns: 4 })),
      );
    }
  });

  it("usually lie in unit cells where these have as many", () => {
    expect(usualLayout(coreOf(8, 8), 4)).toBe("unit-cells");
    expect(usualLayout(coreOf(8, 8), 2)).toBe("bit-lines");
    expect(usualLayout(chipWith([{ rows: 8, columns: 8 }]), 4)).toBe("bit-lines");
  });

  it("are refused when the chip has too few, and unit cells that it has not", () => {
    const layer = normalLayer(16, 16, seededPrng(3));
    const place = (chip: Descriptor, devicesPerWeight: 2 | 4, layout: Layout) => () =>
      placeNetwork([layer], chip, { devicesPerWeight, layout });
    const small = chipWith([{ rows: 16, columns: 32 }]);
    expect(place(small, 2, "bit-lines")().usedDevices).toBe(512);
    expect(place(small, 4, "bit-lines")).toThrow("needs 1024 devices (four for each of 256 weights)");
    expect(codeOf(place(small, 4, "bit-lines"))).toBe("DOES_NOT_FIT");
    expect(codeOf(place(small, 4, "unit-cells"))).toBe("USAGE");
    expect(place(coreOf(16, 16), 2, "unit-cells")).toThrow("has 4 devices, 2 a weight");
    expect(codeOf(place(coreOf(15, 16), 4, "unit-cells"))).toBe("DOES_NOT_FIT");
  });
});
