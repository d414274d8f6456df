/**
 * Every command of the README's main job, and of every page below docs that has blocks to be typed, is run as it stands there.
 * Pages that begin in the tutorial's folder go on with its chip and its store.
 */

import { readdirSync, readFileSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type AtEnd, folder } from "../system/command.ts";
import { pythonWithNumpy } from "../system/python.ts";
import { blocksOf, sectionOf } from "./blocks.ts";
import { DocumentShell } from "./document-shell.ts";
import { type PageRun, readPage } from "./page.ts";
import { isShell } from "./shell-lines.ts";

const project = join(import.meta.dirname, "../..");
const interpreter = await pythonWithNumpy();
/** There is no pseudo-terminal on Windows. */
const hasTerminals = process.platform !== "win32";
const textOf = (path: string): string => readFileSync(join(project, path), "utf8");

/** Blocks that are only shown are for a board, another machine, or data that this repository does not have: a few commands, counted here. */
const onlyShown: Readonly<Record<string, number>> = {
  "README.md": 0,
  "docs/tutorial.md": 0,
  "docs/how-to/bring-up-a-board.md": 4,
  "docs/how-to/connect-a-board.md": 6,
  "docs/how-to/export-to-numpy.md": 0,
  "docs/how-to/log-drift-for-a-month.md": 2,
  "docs/how-to/record-and-replay.md": 0,
  "docs/how-to/validate-against-an-emulator.md": 1,
  "docs/how-to/write-a-driver.md": 0,
  "docs/reference/calibration.md": 0,
  "docs/reference/campaigns.md": 0,
  "docs/reference/comparisons.md": 0,
  "docs/reference/conformance.md": 4,
  "docs/reference/dashboard.md": 0,
  "docs/reference/emulator.md": 2,
  "docs/reference/export.md": 0,
  "docs/reference/inference.md": 1,
  "docs/reference/programming.md": 1,
  "docs/reference/safety-and-wear.md": 0,
  "docs/reference/store.md": 0,
  "docs/reference/twin.md": 0,
  "docs/reference/validation.md": 1,
};

const pagesIn = (path: string): string[] =>
  readdirSync(join(project, path))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${path}/${name}`);

/** The introductions are typed with the pages that are written from them. */
const isTyped = (path: string): boolean =>
  !path.endsWith("-introduction.md") && blocksOf(textOf(path)).some(isShell);

/** The how-tos need it until the last one has been read. */
const tutorialFolder = await mkdtemp(join(tmpdir(), "pcmlab-"));
afterAll(() => rm(tutorialFolder, { recursive: true }));

async function readIn(cwd: string, path: string, markdown = textOf(path)): Promise<PageRun> {
  const shell = await DocumentShell.in(cwd);
  try {
    return await readPage(path, markdown, shell, interpreter);
  } finally {
    await shell.close();
  }
}

let reading: Promise<PageRun> | undefined;
const tutorial = (): Promise<PageRun> => {
  reading ??= readIn(tutorialFolder, "docs/tutorial.md");
  return reading;
};

/** A copy of what the tutorial leaves. */
async function afterTutorial(clear: AtEnd): Promise<string> {
  const cwd = await folder(clear);
  await tutorial();
  for (const name of ["lab", "ledger"])
    await cp(join(tutorialFolder, name), join(cwd, name), { recursive: true });
  return cwd;
}

const page = (...lines: readonly string[]): string => lines.join("\n");

test.skipIf(!hasTerminals).each([
  ["a command that fails", page("```sh", "true", "false", "```"), "x.md:2: `false` ended with 1"],
  ["a server that does not start", page("```sh", "false &", "```"), "x.md:2: `false` ended at once"],
  ["output that is not there", page("```sh", "echo 1", "```", "```text", "2", "```"), "x.md:5: this is not"],
])("%s is found, with its line", async (_, markdown, message) => {
  await expect(readIn(await folder(), "x.md", markdown)).rejects.toThrow(message);
});

const manner = { concurrent: true, timeout: 300_000 };

describe.skipIf(!hasTerminals)("every command runs that a reader is told to type", manner, () => {
  test("in the main job of the README", async ({ expect, onTestFinished }) => {
    const markdown = sectionOf(textOf("README.md"), "## The main job");
    const { ran, shown } = await readIn(await folder(onTestFinished), "README.md", markdown);
    expect(ran).toBeGreaterThan(6);
    expect(shown).toBe(onlyShown["README.md"]);
  });

  test("in the tutorial", async ({ expect }) => {
    const { ran, shown } = await tutorial();
    expect(ran).toBeGreaterThan(9);
    expect(shown).toBe(onlyShown["docs/tutorial.md"]);
  });

  const pages = ["docs", "docs/how-to", "docs/reference", "docs/explanation", "docs/decisions"]
    .flatMap(pagesIn)
    .filter((path) => path !== "docs/tutorial.md" && isTyped(path));

  test.for(pages)("in %s", async (path, { expect, onTestFinished }) => {
    const markdown = textOf(path);
    const goesOn = markdown.includes("cd lab\n");
    const { ran, shown } = await readIn(await (goesOn ? afterTutorial : folder)(onTestFinished), path);
    expect(ran).toBeGreaterThan(0);
    expect(shown, "commands that are only shown").toBe(onlyShown[path]);
  });
});
