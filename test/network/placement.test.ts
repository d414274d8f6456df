import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertInside, cellCount } from "../../src/chip/region.ts";
import { LabError } from "../../src/core/errors.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { weightsFromTiles } from "../../src/network/effective-weights.ts";
import type { AnalogLayer } from "../../src/network/layer.ts";
import { mapLayer, tileTargets } from "../../src/network/mapping.ts";
import { type Placement, placeNetwork, tilesOfLayer } from "../../src/network/placement.ts";
import { chipWith, layerOf } from "./networks.ts";

const gmax = 25e-6;

const mapped = (layer: AnalogLayer) =>
  mapLayer(layer, { scale: { kind: "layer" }, gmaxSiemens: gmax, devicesPerWeight: 2 });

const sized = (rows: number, columns: number): AnalogLayer =>
  layerOf(rows, columns, new Float32Array(rows * columns).fill(1));

/** The 34 matrices of the ResNet-32 of Joshi et al. 2020 (FACTS 1.9): rows, columns, how many. */
const resnet32 = [
  [27, 16, 1],
  [144, 16, 10],
  [144, 28, 1],
  [252, 28, 9],
  [16, 28, 1],
  [252, 56, 1],
  [504, 56, 9],
  [28, 56, 1],
  [57, 10, 1],
].flatMap(([rows = 0, columns = 0, count = 0]) => Array.from({ length: count }, () => sized(rows, columns)));

/** Marks every cell of every tile. */
function assertNoOverlap({ tiles }: Placement): void {
  const taken = new Set<string>();
  let cells = 0;
  for (const { region } of tiles) {
    cells += cellCount(region);
    for (let k = 0; k < cellCount(region); k++) {
      const row = region.row + Math.floor(k / region.columns);
      taken.add(`${region.array}:${row}:${region.column + (k % region.columns)}`);
    }
  }
  expect(taken.size).toBe(cells);
}

const layers = fc.array(
  fc
    .record({
      rows: fc.integer({ min: 1, max: 60 }),
      columns: fc.integer({ min: 1, max: 40 }),
      seed: fc.nat(),
    })
    .map(({ rows, columns, seed }) => {
      const prng = seededPrng(seed);
      return layerOf(
        rows,
        columns,
        Float32Array.from({ length: rows * columns }, () => prng.normal()),
      );
    }),
  { minLength: 1, maxLength: 5 },
);

describe("placing a network", () => {
  it("puts the 34 matrices of ResNet-32 on one array of 512 x 2048, whole, with 69 % of its devices", () => {
    const placement = placeNetwork(resnet32, chipWith([{ rows: 512, columns: 2048 }]));
    expect(placement.tiles).toHaveLength(34);
    expect(placement.usedDevices).toBe(723_444);
    expect(placement.usedDevices / placement.availableDevices).toBeCloseTo(0.69, 3);
    assertNoOverlap(placement);
  });

  it("cuts finer only when whole matrices do not pack", () => {
    const full = placeNetwork(
      resnet32,
      chipWith(Array.from({ length: 12 }, () => ({ rows: 256, columns: 256 }))),
    );
    expect(full.usedDevices / full.availableDevices).toBeGreaterThan(0.91);
    assertNoOverlap(full);
  });

  it("keeps tiles on the chip, apart, within one request, and weights as they were through conductances", () => {
    fc.assert(
      fc.property(layers, fc.integer({ min: 2, max: 600 }), (network, maxCells) => {
        const chip = chipWith(
          [{ rows: 40, columns: 60 }, ...Array.from({ length: 30 }, () => ({ rows: 24, columns: 48 }))],
          maxCells,
        );
        const placement = placeNetwork(network, chip);
        assertNoOverlap(placement);
        for (const { region } of placement.tiles) {
          assertInside(region, chip);
          if (cellCount(region) > maxCells) throw new Error(`a tile of ${cellCount(region)} cells`);
        }
        network.forEach((layer, index) => {
          const tiles = tilesOfLayer(placement, index);
          const targets = tiles.map((tile) => tileTargets(layer, tile, mapped(layer)));
          const back = weightsFromTiles(layer, tiles, targets, mapped(layer).siemensPerWeight);
          const largest = layer.weights.reduce((a, w) => Math.max(a, Math.abs(w)), 0);
          const worst = layer.weights.reduce((a, w, k) => Math.max(a, Math.abs((back[k] ?? NaN) - w)), 0);
          expect(worst).toBeLessThanOrEqual(2e-7 * largest);
        });
      }),
      { numRuns: 60 },
    );
  });

  it("refuses a network with more devices than the chip has, with both numbers and the largest matrix", () => {
    const error = refusal([sized(10, 10), sized(30, 20)], [{ rows: 30, columns: 40 }]);
    expect(error.code).toBe("DOES_NOT_FIT");
    expect(error.message).toBe(
      'the network needs 1400 devices (two for each of 700 weights), the chip has 1200 (arrays of 30 x 40); the largest matrix is "30x20", 30 x 20 weights',
    );
    expect(error.next).toContain("smaller network");
  });

  it("says so when there are enough devices in arrays of the wrong shape", () => {
    const error = refusal([sized(4, 1)], [{ rows: 100, columns: 1 }]);
    expect(error.message).toContain("there are enough, but the matrices do not pack");
  });

  it("uses only the arrays it is given", () => {
    const chip = chipWith([
      { rows: 8, columns: 8 },
      { rows: 8, columns: 8 },
    ]);
    const { tiles } = placeNetwork([sized(8, 4)], chip, { arrays: [1] });
    expect(tiles.map(({ region }) => region)).toEqual([{ array: 1, row: 0, column: 0, rows: 8, columns: 8 }]);
    expect(() => placeNetwork([sized(8, 4), sized(1, 1)], chip, { arrays: [1] })).toThrow(LabError);
  });
});

describe("mapping weights to conductances", () => {
  it("gives the largest weight of the layer gmax, and one device of every pair nothing", () => {
    const layer = layerOf(2, 2, Float32Array.of(0.5, -2, 0, 1));
    const [tile] = placeNetwork([layer], chipWith([{ rows: 2, columns: 4 }])).tiles;
    expect(mapped(layer).siemensPerWeight).toEqual(Float64Array.of(12.5e-6, 12.5e-6));
    const targets =
      tile === undefined ? [] : Array.from(tileTargets(layer, tile, mapped(layer)), (g) => g * 1e6);
    expect(targets.map((g) => Number(g.toFixed(4)))).toEqual([6.25, 0, 0, 25, 0, 0, 12.5, 0]);
  });

  it("maps a layer of zeros to zeros and back", () => {
    const layer = layerOf(1, 2, Float32Array.of(0, 0));
    const { tiles } = placeNetwork([layer], chipWith([{ rows: 1, columns: 4 }]));
    const targets = tiles.map((tile) => tileTargets(layer, tile, mapped(layer)));
    expect(weightsFromTiles(layer, tiles, targets, mapped(layer).siemensPerWeight)).toEqual(
      Float32Array.of(0, 0),
    );
  });

  it("refuses conductances that do not cover the layer", () => {
    const layer = sized(4, 2);
    const { siemensPerWeight } = mapped(layer);
    const { tiles } = placeNetwork([layer], chipWith([{ rows: 4, columns: 4 }], 8));
    const targets = tiles.map((tile) => tileTargets(layer, tile, mapped(layer)));
    expect(() => weightsFromTiles(layer, tiles.slice(1), targets.slice(1), siemensPerWeight)).toThrow(
      'the tiles of layer "4x2" hold 4 of 8 weights',
    );
    expect(() => weightsFromTiles(layer, tiles, targets.slice(1), siemensPerWeight)).toThrow(
      "has 0 conductances",
    );
  });
});

function refusal(
  network: readonly AnalogLayer[],
  arrays: readonly { rows: number; columns: number }[],
): LabError {
  try {
    placeNetwork(network, chipWith(arrays));
  } catch (thrown) {
    if (thrown instanceof LabError) return thrown;
    throw thrown;
  }
  throw new Error("the network was placed");
}
