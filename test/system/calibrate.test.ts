/** Converter calibration as a user meets it: refused without one, measured, used, named by what came of it, derived again. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { openStore } from "../../src/store/store.ts";
import { emulator, folder, json, pcmlab } from "./command.ts";
import { smallNetwork } from "./small-network.ts";

const tiny = builtinProfile("tiny");
const wide = { ...tiny, converter: { ...tiny.converter, gainSpread: 0.2, offsetSpreadCodes: 5.1 } };

const summarySchema = z.object({
  calibration: z.number(),
  failedColumns: z.array(z.unknown()),
  gain: z.object({ standardDeviation: z.number() }),
});

test("a chip with references is programmed and read with a measured calibration, and not without", async () => {
  const cwd = await folder();
  await writeFile(join(cwd, "small.onnx"), smallNetwork);
  await writeFile(join(cwd, "wide.json"), JSON.stringify(wide));
  const board = await emulator(["--profile", "wide.json", "--seed", "5", "--tcp", "0"], cwd);
  const chip = ["--chip", `127.0.0.1:${board.tcpPort}`, "--store", "run.db"];
  const refused = await pcmlab(["program", "small.onnx", ...chip, "--quiet"], cwd);
  expect(refused.exitCode).toBe(8);
  expect(refused.stderr).toContain(`next: measure one: pcmlab calibrate ${chip.join(" ")}`);
  const { calibration, failedColumns, gain } = summarySchema.parse(await json(["calibrate", ...chip], cwd));
  expect(failedColumns).toEqual([]);
  expect(gain.standardDeviation).toBeGreaterThan(0.15);
  await json(["program", "small.onnx", ...chip], cwd);
  const read = z.object({ calibration: z.string() }).parse(await json(["read", ...chip, "--at", "25s"], cwd));
  expect(read.calibration).toBe(`calibration ${calibration}`);
  await board.stop();
  const list = await pcmlab(["calibrate", "--list", "--store", "run.db"], cwd);
  expect(list.stdout).toMatch(/^1 .* 64 of 64$/m);
  const report = ["report", "--store", "run.db", "-o", "report.html", "--converter-calibration", "2"];
  expect((await pcmlab(report, cwd)).stderr).toMatch(/run\.db holds no calibration 2 \[STORE_CONTENT\]/);
  const store = openStore(join(cwd, "run.db"), { mode: "read" });
  const names = store.readouts.atAge(25).map((readout) => readout.calibration.name);
  store.close();
  expect(new Set(names)).toEqual(new Set([`calibration ${calibration}`]));
});
