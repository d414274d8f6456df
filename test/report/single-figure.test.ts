/** One figure of a report as a file of its own, by the action of the command. */

import { mkdtempSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { report } from "../../src/cli/actions/report.ts";
import { reportDrawings } from "../../src/report/render.ts";
import { figureName, figureOrigin, svgFile } from "../../src/report/single-figure.ts";
import { openStore } from "../../src/store/store.ts";
import { contextOf } from "../cli/collecting-context.ts";
import { fillSynthetic } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";

let path = "";

beforeAll(() => {
  path = join(mkdtempSync(join(tmpdir(), "pcmlab-")), "run.db");
  const store = openStore(path, { mode: "create" });
  store.transaction(() => fillSynthetic(store, { ages: [25, 3600] }));
  store.close();
});

afterAll(() => rm(dirname(path), { recursive: true, force: true }));

interface Wanted {
  readonly figure?: string;
  readonly format?: "html" | "svg" | "png";
  readonly width?: number;
}

async function written(output: string, wanted: Wanted): Promise<Buffer> {
  const whole = join(dirname(path), output);
  await report({ store: path, output: whole, ...wanted }, contextOf("report").context);
  return readFile(whole);
}

const names = [
  "accuracy",
  "accuracy-near",
  "programming-error",
  "conductance",
  "iterations",
  "drift",
  "map",
  "wear",
];

describe("a PNG file", () => {
  test.each(["accuracy", "map"])(
    "of the figure %s is as wide as asked for, and shows something",
    async (figure) => {
      const file = await written(`${figure}.png`, { figure, width: 600 });
      const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      expect((await sharp(file).metadata()).format).toBe("png");
      expect(info.width).toBe(600);
      expect(info.height).toBeGreaterThan(100);
      const background = data.subarray(0, 3).toString("hex");
      expect(background).toBe("ffffff");
      const colours = new Set<string>();
      let other = 0;
      for (let at = 0; at < data.length; at += 3) {
        const colour = data.subarray(at, at + 3).toString("hex");
        if (colour !== background) other++;
        colours.add(colour);
      }
      expect(other / (data.length / 3)).toBeGreaterThan(0.005);
      // Text and lines are smooth, maps have many shades; black alone would mean that the page's variables were not filled in.
      expect(colours.size).toBeGreaterThan(20);
    },
  );
});

describe("an SVG file", () => {
  test("of every figure is whole: sizes, a title, and no variable or file of the page", () => {
    const store = openStore(path, { mode: "read" });
    const drawings = reportDrawings(store);
    expect(drawings.map(figureName)).toEqual(names);
    for (const drawing of drawings) {
      const file = svgFile(drawing).replace(/"data:[^"]*"/g, '"data:"');
      expect(file).toMatch(/^<\?xml [^>]*\?>\n<svg [^>]*width="\d+" height="\d+" viewBox="0 0 \d+ \d+">/);
      expect(file).toContain(`<title>${drawing.title}</title>`);
      expect(file.match(/<svg /g)).toHaveLength(2);
      expect(file).not.toMatch(/var\(|NaN|undefined|href="(?!data:)/);
    }
    store.close();
  });

  test("is chosen by the ending of the output", async () => {
    expect((await written("wear.svg", { figure: "wear" })).toString()).toMatch(/^<\?xml /);
  });
});

describe("a figure is refused", () => {
  test.each([
    ["x.png", {}, "svg and png are for one figure"],
    ["x.svg", { figure: "acuracy" }, 'there is no figure "acuracy"'],
  ])("as %s with %j, and the names that there are are said", async (output, wanted, message) => {
    await expect(written(output, wanted)).rejects.toMatchObject({
      ...{ code: "USAGE", message, next: `give --figure one of ${names.join(", ")}` },
    });
  });

  test.each([
    ["x.html", { figure: "accuracy" }, /--figure is for single figures/],
    ["x.png", { figure: "accuracy", format: "html" as const }, /--figure is for single figures/],
    ["x.svg", { figure: "accuracy", width: 500 }, /--width is for png, and the format is svg/],
  ])("as %s with %j, which contradict each other", async (output, wanted, message) => {
    const refused = expect.objectContaining({ code: "USAGE", message: expect.stringMatching(message) });
    await expect(written(output, wanted)).rejects.toEqual(refused);
  });

  test("of which the store has no data, with what brings them", async () => {
    const refused = { code: "STORE_CONTENT", message: expect.stringContaining("no data for the figure") };
    for (const [figure, origin] of [
      ["drift-fits", "pcmlab drift"],
      ["losses-0", "pcmlab validate"],
    ] as const)
      await expect(written("x.png", { figure })).rejects.toMatchObject({
        ...refused,
        next: `run ${origin} first, or give --figure one of ${names.join(", ")}`,
      });
  });

  test("every figure of the report has a command that brings its data", () => {
    expect(names.filter((name) => figureOrigin(name) === undefined)).toEqual([]);
    expect([figureOrigin("acuracy"), figureOrigin("toString")]).toEqual([undefined, undefined]);
  });

  test("as PDF, with the formats that there are", async () => {
    await expect(written("x.pdf", { figure: "accuracy" })).rejects.toMatchObject({
      ...{ code: "USAGE", message: "PDF is not written", next: expect.stringMatching(/svg.*png/) },
    });
  });

  test("of a store that has none", async () => {
    const empty = freshPath();
    openStore(empty, { mode: "create" }).close();
    const wanted = { store: empty, output: join(dirname(empty), "x.png"), figure: "accuracy" };
    await expect(report(wanted, contextOf("report").context)).rejects.toMatchObject({
      code: "STORE_CONTENT",
    });
  });
});
