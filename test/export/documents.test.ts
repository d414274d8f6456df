/** The programs in docs/reference/export.md run as they stand there. */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { beginRun, descriptor, fillSynthetic, wall } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";
import { python, pythonWithNumpy } from "../system/python.ts";
import { exportAll } from "./export-all.ts";

const interpreter = await pythonWithNumpy();
const document = readFileSync(join(import.meta.dirname, "../../docs/reference/export.md"), "utf8");

function program(language: string): string {
  const [, lines] = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "s").exec(document) ?? [];
  if (lines === undefined) throw new Error(`docs/reference/export.md shows no ${language}`);
  return lines;
}

async function exported(): Promise<string> {
  const path = freshPath();
  const store = openStore(path, { mode: "create" });
  fillSynthetic(store);
  await exportAll(store, dirname(path));
  store.close();
  return dirname(path);
}

test.skipIf(interpreter === undefined)("ten lines of NumPy read an export", async () => {
  const lines = program("python");
  expect(lines.trimEnd().split("\n").length).toBeLessThanOrEqual(12);
  const stdout = await python(interpreter ?? "", ["-c", lines], await exported());
  const printed = stdout.trimEnd().split("\n");
  expect(printed).toHaveLength(4);
  expect(printed[0]).toMatch(/^SIM-0001 25\.0 s \d+\.\d{4} uS$/);
  expect(printed[2]).toMatch(/^SIM-0001 86400\.0 s/);
  // Drift over 3.5 decades with exponents around 0.06 (FACTS.md 7.1).
  const ratio = Number(/^ratio (\S+)$/.exec(printed[3] ?? "")?.[1]);
  expect(ratio).toBeGreaterThan(0.5);
  expect(ratio).toBeLessThan(0.75);
});

/** A region that holds no weights, read as a campaign does. */
function addCanary(store: Store): void {
  const run = beginRun(store, "campaign", 200);
  store.chips.attach(run, descriptor);
  store.readouts.add({
    ...{ programming: null, run, requestedAgeSeconds: 25, wallSeconds: wall(200) },
    calibration: nominalCalibration(descriptor),
    readout: {
      ...{ region: { array: 0, row: 60, column: 0, rows: 1, columns: 4 }, averages: 8, readVolts: 0.2 },
      ...{ codeSums: new Uint16Array(4), firstSampleSeconds: 200, lastSampleSeconds: 200.1 },
      ...{ temperatureKelvin: 300, saturatedCells: 0 },
    },
  });
}

test.skipIf(interpreter === undefined)(
  "the how-to about NumPy takes a store with canaries, which have no target",
  async () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/how-to/export-to-numpy.md"), "utf8");
    const programs = [...page.matchAll(/```python\n(.*?)```/gs)].map(([, lines = ""]) => lines);
    const path = freshPath();
    const store = openStore(path, { mode: "create" });
    fillSynthetic(store);
    addCanary(store);
    await exportAll(store, dirname(path), ["readouts", "targets"]);
    store.close();
    const [byAge, byLevel] = await Promise.all(
      programs.slice(0, 2).map((lines) => python(interpreter ?? "", ["-c", lines], dirname(path))),
    );
    expect(byAge).toMatch(/^asked for 25 s, read at 25\.0 s: mean /);
    expect(byLevel?.trimEnd().split("\n")).toHaveLength(5);
    expect(byLevel).not.toContain("nan");
  },
);

test("ten lines of DuckDB read an export, and find the drift that the devices have", async () => {
  const lines = program("sql");
  expect(lines.trimEnd().split("\n").length).toBeLessThanOrEqual(12);
  const folder = await exported();
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  await connection.run(`SET file_search_path = '${folder}'`);
  const reader = await connection.runAndReadAll(lines);
  const rows = reader.getRowObjectsJS();
  connection.closeSync();
  expect(rows.length).toBeGreaterThan(30);
  const devices = rows.reduce((sum, { devices: count }) => sum + Number(count), 0);
  const mean = rows.reduce((sum, { devices: count, nu }) => sum + Number(count) * Number(nu), 0) / devices;
  // The synthetic devices drift by (t + 20) / 20 with a mean exponent of 0.049 to 0.06.
  expect(mean).toBeGreaterThan(0.035);
  expect(mean).toBeLessThan(0.075);
});
