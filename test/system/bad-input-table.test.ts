/** Every phrase of the "Bad input" sections is tried: one or two lines, a code, a next step, no stack trace, and the stack when asked. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { errorCatalogue } from "../../src/core/errors.ts";
import { runInProcess } from "../cli/run-in-process.ts";
import type { Case, TestedElsewhere, Tried } from "./bad-input/case.ts";
import { sections } from "./bad-input/cases.ts";
import { makeWorld, type World } from "./bad-input/world.ts";
import type { AtEnd } from "./command.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});

const isTried = (one: Case): one is Tried => "words" in one;
const namesOf = (cases: readonly Tried[]) => cases.map((one) => [one.phrase, one] as const);

describe.each(Object.entries(sections))("%s", (_, cases) => {
  const tried = cases.filter(isTried);
  const elsewhere = cases.filter((one): one is TestedElsewhere => !isTried(one));

  test.each(namesOf(tried.filter(({ waits }) => waits === undefined)))("%s", async (_, one) => {
    const before = filesOf(world);
    await refused(one, [], onTestFinished);
    await refused(one, ["--verbose"], onTestFinished);
    expect(filesOf(world)).toEqual(before);
  });

  for (const one of tried.filter(({ waits }) => waits === true))
    test.skipIf(process.platform === "win32").concurrent(one.phrase, async ({ onTestFinished: atEnd }) => {
      await Promise.all([refused(one, [], atEnd), refused(one, ["--verbose"], atEnd)]);
    });

  test.each(elsewhere.map((one) => [one.phrase, one] as const))("%s has a test of its own", (_, one) => {
    expect(readFileSync(join(import.meta.dirname, "..", one.file), "utf8")).toContain(one.test);
  });
});

/** What there is in the folder of the world, apart from what SQLite keeps beside a store. */
const filesOf = ({ file }: World): string[] =>
  readdirSync(file(".")).filter((name) => !/-(wal|shm)$/.test(name));

const mostLines = 2;

async function refused(one: Tried, more: readonly string[], atEnd: AtEnd): Promise<void> {
  const words = [...(await one.words(world, atEnd)), ...more];
  const { exitCode, stdout, stderr } = await runInProcess(words, "/nonexistent");
  const lines = stderr.trimEnd().split("\n");
  const own = lines.filter((line) => !line.startsWith("warning: "));
  expect(own[0], stderr).toMatch(/^pcmlab: /);
  expect(own[0]).toMatch(one.says);
  expect(own[0]).toContain(`[${one.code}]`);
  expect(own[1], stderr).toMatch(/^ {2}next: \S/);
  const trace = own.filter((line) => /^ +at /.test(line));
  if (more.includes("--verbose")) expect(trace.length).toBeGreaterThan(2);
  else expect([own.length, trace], stderr).toEqual([mostLines, []]);
  expect([stdout, exitCode]).toEqual(["", errorCatalogue[one.code].exitCode]);
}
