import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { cellCount } from "../../src/chip/region.ts";
import { type MappingArguments, mappingLines, planMapping } from "../../src/cli/actions/mapping-plan.ts";
import { LabError } from "../../src/core/errors.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { openStore } from "../../src/store/store.ts";
import { chipWith, coreOf, normalLayer } from "../network/networks.ts";
import { addProgramming, beginRun, makeCells, networkOf } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";

const defaults: MappingArguments = { gmax: "25uS", bias: "array", scale: "layer", devices: 2 };
const layers = [normalLayer(30, 10, seededPrng(1)), normalLayer(20, 20, seededPrng(2))];
const chip = chipWith([{ rows: 64, columns: 64 }]);

const plan = (args: Partial<MappingArguments>, descriptor: Descriptor = chip) =>
  planMapping({ ...defaults, ...args }, layers, descriptor, nominalCalibration(descriptor));

async function refusal(args: Partial<MappingArguments>, descriptor = chip): Promise<LabError> {
  const thrown = await plan(args, descriptor).catch((failure: unknown) => failure);
  if (thrown instanceof LabError) return thrown;
  throw new Error("the plan was accepted");
}

function fileOf(text: string): string {
  const path = join(dirname(freshPath()), "avoid.csv");
  writeFileSync(path, text);
  return path;
}

/** A store of the chip of `serialNumber` in which the first devices of two word lines were stuck. */
function storeWithStuck(descriptor: Descriptor): string {
  const path = freshPath();
  const store = openStore(path, { mode: "create" });
  const run = beginRun(store, "program", 0);
  store.chips.attach(run, descriptor);
  const [tile] = store.networks.put(networkOf([{ name: "a", rows: 30, columns: 10 }], "a.onnx")).tiles;
  const cells = makeCells(cellCount(tile!.region), seededPrng(1));
  const outcomes = cells.outcomes.map((_, cell) => (cell === 0 ? 2 : cell === 20 ? 3 : 0));
  addProgramming(store, run, tile!.id, { ...cells, outcomes }, 1);
  store.close();
  return path;
}

describe("the plan of a mapping", () => {
  it("says nothing of clipping and avoiding when there is none", async () => {
    const { summary, options, placement } = await plan({});
    expect(mappingLines(summary)).toEqual([]);
    expect(options).toEqual({ bias: "array", scale: "layer", devices: 2, layout: "bit-lines" });
    expect(placement.tiles.every(({ rowOrder }) => rowOrder === undefined)).toBe(true);
  });

  it("says what a percentile clips", async () => {
    const { summary, mappings } = await plan({ scale: "percentile:90" });
    expect(summary.clippedWeights).toBe(30 + 40);
    expect(summary.clippedShare).toBeCloseTo(0.1, 9);
    expect(mappings.map(({ clipping }) => clipping.weights)).toEqual([30, 40]);
    expect(mappingLines(summary)[0]).toMatch(
      /^clipped {5}70 weights \(10 %\) by the scale percentile:90, at most by \d+ %/,
    );
  });

  it("puts four devices in unit cells where the chip has them, unless told otherwise", async () => {
    const core = coreOf(64, 128);
    const arraysOf = async (args: Partial<MappingArguments>): Promise<number> =>
      new Set((await plan(args, core)).placement.tiles.map(({ region }) => region.array)).size;
    expect(await arraysOf({ devices: 4 })).toBe(4);
    expect(await arraysOf({ devices: 4, layout: "bit-lines" })).toBe(1);
    expect(await arraysOf({})).toBe(1);
  });

  it("avoids the lines of a list and of failed converters, and turns rows for its devices", async () => {
    const list = fileOf("array,row,column,state\n0,*,3\n0,5,*\n0,7,8\n0,7,9\n0,9,30,high\n");
    const calibration = nominalCalibration(chip);
    const success = calibration.success.map((flag, column) => (column === 21 ? 0 : flag));
    const args = { ...defaults, avoid: [list, list] };
    const { placement, summary } = await planMapping(args, layers, chip, { ...calibration, success });
    for (const { region } of placement.tiles) {
      for (const line of [3, 21])
        expect(line >= region.column && line < region.column + region.columns).toBe(false);
      expect(5 >= region.row && 5 < region.row + region.rows).toBe(false);
    }
    expect(summary.avoidedLines).toBe(3);
    expect(summary.stuck.markedDevices).toBeGreaterThan(0);
    expect(summary.stuck.missedSiemens).toBeLessThanOrEqual(summary.stuckBefore.missedSiemens);
  });

  it("takes the stuck devices of another store of the same chip, and of no other chip", async () => {
    const path = storeWithStuck(chip);
    const { summary } = await plan({ avoid: [path] });
    expect(summary.stuck.markedDevices).toBe(2);
    expect(summary.stuck.harmfulDevices).toBeLessThanOrEqual(1);
    const other = await refusal({ avoid: [path] }, { ...chip, serialNumber: "2" });
    expect(other.code).toBe("STORE_CONTENT");
    expect(other.message).toMatch(/test test 1.*test test 2/);
  });

  it.each([
    [{ gmax: "60uS" }, "LIMIT", "the chip reads 0 to 50 µS"],
    [{ gmax: "0uS" }, "LIMIT", "--gmax is 0 µS"],
    [{ scale: "percentile:0" }, "USAGE", "percentile 0"],
    [{ scale: "rows" }, "USAGE", '"rows" is not a scale'],
    [{ layout: "unit-cells" }, "USAGE", "not in unit cells"],
    [{ devices: 4, avoid: ["/nowhere.csv"] }, "BAD_DATA", "/nowhere.csv cannot be read"],
    [{ avoid: [import.meta.filename] }, "BAD_DATA", "no column `array`"],
  ] as const)("refuses %j", async (args, code, text) => {
    const error = await refusal(args);
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(text)]);
    expect(error.next).toBeTruthy();
  });

  it("refuses four devices a weight on a chip that has only two for each, and unit cells with two", async () => {
    const small = chipWith([{ rows: 50, columns: 40 }]);
    expect((await plan({}, small)).placement.usedDevices).toBe(1400);
    expect((await refusal({ devices: 4 }, small)).code).toBe("DOES_NOT_FIT");
    expect((await refusal({ layout: "unit-cells" }, coreOf(64, 64))).message).toContain(
      "2 a weight were asked for",
    );
  });
});
