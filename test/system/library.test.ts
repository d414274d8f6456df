/** The examples of the library, each as a user runs it. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Ended, ended, folder } from "./command.ts";

const examples = join(import.meta.dirname, "../../examples/library");

const run = (name: string, cwd: string): Promise<Ended> =>
  ended(spawn(process.execPath, [join(examples, name)], { cwd, stdio: ["ignore", "pipe", "pipe"] }));

/** The numbers that a line begins or ends with. */
const numbersIn = (text: string): number[] => (text.match(/\d+(?:\.\d+)?/g) ?? []).map(Number);

test("a matrix is programmed and comes back with the error of its devices", async () => {
  const { exitCode, stdout, stderr } = await run("program-a-matrix.mjs", await folder());
  expect([exitCode, stderr]).toEqual([0, ""]);
  const [converged = 0, devices = 0] = numbersIn(stdout.split("\n")[0] ?? "");
  expect(devices).toBe(320);
  expect(converged / devices).toBeGreaterThan(0.98);
  const [, error = 0] = /later: ([\d.]+) %/.exec(stdout)?.map(Number) ?? [];
  // A micro-siemens or so of 25, drift of 25 s beside it.
  expect(error).toBeGreaterThan(1);
  expect(error).toBeLessThan(10);
});

test("devices drift by the exponent that phase-change memory has", async () => {
  const { exitCode, stdout, stderr } = await run("watch-drift.mjs", await folder());
  expect([exitCode, stderr]).toEqual([0, ""]);
  const [exponent = 0] = numbersIn(/nu = .*/.exec(stdout)?.[0] ?? "");
  expect(exponent).toBeGreaterThan(0.02);
  expect(exponent).toBeLessThan(0.12);
});

test("a network keeps its accuracy for a day with compensation, and there is a report", async () => {
  const cwd = await folder();
  const { exitCode, stdout, stderr } = await run("accuracy-over-time.mjs", cwd);
  expect([exitCode, stderr]).toEqual([0, ""]);
  const accuracyOf = (what: string): number =>
    Number(
      stdout
        .split("\n")
        .find((line) => line.startsWith(what))
        ?.match(/([\d.]+) %$/)?.[1],
    );
  expect(accuracyOf("exact weights")).toBeGreaterThan(85);
  expect(accuracyOf("86400 s, gdc")).toBeGreaterThan(70);
  expect(accuracyOf("86400 s, none")).toBeLessThan(60);
  expect(stdout).toMatch(/^\d+ tiles were read after a day$/m);
  expect(existsSync(join(cwd, "report.html"))).toBe(true);
});
