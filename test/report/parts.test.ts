import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededPrng } from "../../src/core/prng.ts";
import { html } from "../../src/report/markup.ts";
import { pngOf } from "../../src/report/png.ts";
import { blanksIn } from "../../src/report/raster.ts";
import { bodyMarkup } from "../../src/report/section.ts";
import { mapSection } from "../../src/report/sections/map.ts";
import { ConductanceMap, windowsOf } from "../../src/report/statistics/conductance-map.ts";
import { CountHistogram } from "../../src/report/statistics/count-histogram.ts";
import { LevelErrors, publishedSigma } from "../../src/report/statistics/level-errors.ts";
import { publishedExponent } from "../../src/report/statistics/published-drift.ts";
import { quantile } from "../../src/report/statistics/quantile.ts";
import type { TileData } from "../../src/report/statistics/tile-data.ts";
import { condensed, csvOf, tableMarkup } from "../../src/report/table.ts";
import { networkId, tileId } from "../../src/store/identity.ts";

const gmax = 25e-6;

function tileData(target: Float32Array, measured: Float32Array, columns: number): TileData {
  const rows = target.length / columns;
  return {
    tile: {
      id: tileId(1),
      layer: 0,
      firstRow: 0,
      firstColumn: 0,
      rows,
      columns: columns / 2,
      region: { array: 0, row: 0, column: 0, rows, columns },
      devices: [0, 1],
    },
    cells: {
      targetSiemens: target,
      outcomes: new Uint8Array(target.length),
      iterations: new Uint8Array(target.length),
      pulses: new Uint16Array(target.length),
    },
    lifetimePulses: new Uint32Array(target.length),
    closing: undefined,
    readings: [{ ageSeconds: 25, siemens: measured }],
  };
}

describe("programming error by level", () => {
  test("finds the spread and the offset that were put in", () => {
    const prng = seededPrng(7);
    const target = new Float32Array(20_000).fill(0.5 * gmax);
    const measured = target.map((siemens) => siemens - 0.4e-6 + 0.953e-6 * prng.normal());
    const errors = new LevelErrors(gmax);
    errors.add(tileData(target, measured, 200));
    const [level, ...others] = errors.all();
    expect(others).toEqual([]);
    expect(level).toMatchObject({ g: 0.5, devices: 20_000 });
    // Three standard errors: sigma / sqrt(n) of the mean, sigma / sqrt(2 n) of the deviation.
    expect(Math.abs(level!.meanSiemens + 0.4e-6)).toBeLessThan((3 * 0.953e-6) / Math.sqrt(20_000));
    expect(Math.abs(level!.sigmaSiemens - 0.953e-6)).toBeLessThan((3 * 0.953e-6) / Math.sqrt(40_000));
  });

  test("the published curve has the values of FACTS.md 7.1, and scales with Gmax", () => {
    const values = [0.263, 0.448, 0.61, 0.747, 0.862, 0.953, 1.02, 1.064, 1.085, 1.082, 1.055];
    values.forEach((microsiemens, tenth) => {
      expect(1e6 * publishedSigma(tenth / 10, gmax)).toBeCloseTo(microsiemens, 2);
    });
    expect(publishedSigma(0.5, 2 * gmax)).toBeCloseTo(2 * publishedSigma(0.5, gmax), 12);
  });
});

describe("statistics", () => {
  test("quantiles interpolate between neighbours and keep the ends", () => {
    const sorted = Float64Array.of(1, 2, 4, 8);
    expect([0, 0.5, 1].map((share) => quantile(sorted, share))).toEqual([1, 3, 8]);
    expect(quantile(sorted, 0.1)).toBeCloseTo(1.3, 12);
    expect(quantile(new Float64Array(0), 0.5)).toBeNaN();
  });

  test("bins of a count histogram hold every device, whatever their number", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3000), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 70 }),
        (counts, most) => {
          const histogram = new CountHistogram();
          histogram.add(Uint32Array.from(counts));
          const bins = histogram.bins(most);
          expect(bins.length).toBeLessThanOrEqual(most);
          expect(bins.reduce((sum, { devices }) => sum + devices, 0)).toBe(counts.length);
          expect(bins.at(-1)!.to).toBeGreaterThanOrEqual(Math.max(...counts));
        },
      ),
    );
  });

  test("counts above the last regular bin are one bin, and quantiles are counts that occur", () => {
    const histogram = new CountHistogram();
    histogram.add(Uint32Array.from([0, 0, 1, 1, 1, 2, 2, 3, 4, 900]));
    expect([0.5, 0.9, 0.91].map((share) => histogram.quantile(share))).toEqual([1, 4, 900]);
    expect([histogram.withNone, histogram.meanOfOthers]).toEqual([2, 914 / 8]);
    expect(histogram.bins(10, 4).map(({ from, to, devices }) => [from, to, devices])).toEqual([
      ...[0, 1, 2, 3, 4].map((count) => [count, count, [2, 3, 2, 1, 1][count]]),
      [5, 900, 1],
    ]);
    expect(new CountHistogram().quantile(0.5)).toBe(0);
  });

  test("a map averages blocks and leaves places without devices empty", () => {
    const region = { array: 0, row: 0, column: 0, rows: 4, columns: 2 };
    const regions = [region, { ...region, column: 2046 }, { ...region, array: 1, row: 400 }];
    const [window, other] = windowsOf(regions);
    expect(window).toEqual({ array: 0, row: 0, column: 0, rows: 4, columns: 2048 });
    expect(other).toEqual({ array: 1, row: 400, column: 0, rows: 4, columns: 2 });
    const map = new ConductanceMap(window!, regions);
    map.add(tileData(Float32Array.of(0, 1, 2, 3, 4, 4, 4, 4), new Float32Array(8), 2));
    const { width, height, siemens } = map.target();
    expect([map.block, width, height]).toEqual([2, 1024, 2]);
    expect([siemens[0], siemens[1024], siemens[1]]).toEqual([1.5, 4, Number.NaN]);
  });

  test("a map tells places of tiles that are not programmed from places that no tile has", () => {
    const region = { array: 0, row: 0, column: 0, rows: 4, columns: 2 };
    const regions = [region, { ...region, column: 3, columns: 1 }];
    const map = new ConductanceMap(windowsOf(regions)[0]!, regions);
    map.add(tileData(Float32Array.of(0, 1, 2, 3, 4, 4, 4, 4), new Float32Array(8), 2));
    const target = map.target();
    expect([...target.held!.subarray(0, 4)]).toEqual([1, 1, 0, 1]);
    expect([...target.siemens.subarray(0, 4)]).toEqual([0, 1, Number.NaN, Number.NaN]);
    expect(blanksIn([target])).toEqual({ free: true, unknown: true });
    const full = { width: 1, height: 1, siemens: Float32Array.of(0), held: Uint8Array.of(1) };
    expect(blanksIn([full])).toEqual({ free: false, unknown: false });
  });
});

test("weights whose devices are in arrays of their own are shown on each of these arrays", () => {
  const maps = [0, 1, 2, 3].map(
    (array) => new ConductanceMap({ array, row: 0, column: 0, rows: 4, columns: 2 }, []),
  );
  maps[0]!.add(tileData(Float32Array.of(0, 1, 2, 3, 4, 4, 4, 4), new Float32Array(8), 2));
  const network = {
    id: networkId(1),
    name: "net",
    sha256: "",
    gmaxSiemens: gmax,
    options: {},
    layers: [],
    tiles: [],
  };
  const section = mapSection(maps, network, true);
  const body = bodyMarkup(section);
  expect(section.title).toBe("On the arrays");
  for (const array of [0, 1, 2, 3]) {
    expect(body.text).toContain(`<span>array ${array}, target</span>`);
    expect(body.text).toContain(`Array ${array}: word lines 0 to 3`);
  }
});

describe("the PNG encoder", () => {
  test("writes the header and scan lines that the standard asks for", () => {
    const png = pngOf({
      width: 3,
      height: 2,
      pixels: Uint8Array.of(0, 1, 0, 1, 1, 0),
      palette: [
        [0, 0, 0, 0],
        [1, 2, 3, 255],
      ],
    });
    expect(png.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
    expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([3, 2, 8, 3]);
    const data = png.indexOf("IDAT");
    const lines = inflateSync(png.subarray(data + 4, data + 4 + png.readUInt32BE(data - 4)));
    expect([...lines]).toEqual([0, 0, 1, 0, 0, 1, 1, 0]);
    // The end chunk is the same in every PNG file, its CRC included.
    expect(png.subarray(-12).toString("hex")).toBe("0000000049454e44ae426082");
  });
});

test("published drift exponents are those of the 1M-device array", () => {
  expect(publishedExponent(1)).toEqual({ mean: 0.049, sigma: 0.008 });
  // By FACTS.md 7.1: 0.0155 ln 10 + 0.0244 and 0.0125 ln 10 - 0.0059.
  expect(publishedExponent(0.1).mean).toBeCloseTo(0.06009, 5);
  expect(publishedExponent(0.1).sigma).toBeCloseTo(0.02288, 5);
  expect(publishedExponent(1e-6)).toEqual({ mean: 0.1, sigma: 0.045 });
});

describe("text", () => {
  test("of a long cell keeps the hyphens of an option together, and is the same text otherwise", () => {
    const line = `pcmlab read --chip=./fusion --at 25s,1h --no-config ${"<x> ".repeat(8)}`;
    const { text } = tableMarkup({ columns: ["run", "command line"], rows: [[1, line]] });
    expect(text.match(/<span class="word">[^<]*<.span>/g)).toEqual(
      ["--chip", "--at", "--no-config"].map((option) => `<span class="word">${option}</span>`),
    );
    const [, cell = ""] = /<td[^>]*>(.*)<.td>/.exec(text) ?? [];
    expect(cell.replace(/<.?span[^>]*>/g, "")).toBe(html`${line}`.text);
  });

  test("is escaped unless it is markup already", () => {
    expect(html`<p title="${`"'<`}">${["a<b", html`<b>${1}</b>`]}</p>`.text).toBe(
      `<p title="&quot;&#39;&lt;">a&lt;b<b>1</b></p>`,
    );
  });

  test("of columns in which all rows agree may stand beside the table once", () => {
    const columns = ["run", "host", "seed"];
    const rows = [
      [1, "linux", null],
      [2, "linux", null],
    ];
    const { table, shared } = condensed({ columns, rows }, ["host", "seed", "run"]);
    expect(table).toEqual({ columns: ["run"], rows: [[1], [2]] });
    expect(shared).toEqual(["host: linux", "seed: –"]);
    expect(condensed({ columns, rows }, []).table).toEqual({ columns, rows });
  });

  test("of a CSV cell is quoted where RFC 4180 asks for it, and never becomes a formula", () => {
    const csv = csvOf({
      columns: ["a", 'b"c'],
      rows: [
        ["x,y", 1.5],
        ["=SUM(A1)", null],
        [-2, "-2"],
      ],
    });
    expect(csv).toBe(`a,"b""c"\r\n"x,y",1.5\r\n'=SUM(A1),\r\n-2,'-2\r\n`);
  });
});
