/**
 * Every command of the README's main job, of the tutorial and of the how-tos is run as it stands there. The how-tos go on with the chip and the
 * store of the tutorial. The README's chip of a million devices and its network are replaced by the small ones of the tutorial, and few images are enough there.
 */

import { readdirSync, readFileSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import { type AtEnd, folder } from "../system/command.ts";
import { pythonWithNumpy } from "../system/python.ts";
import { sectionOf } from "./blocks.ts";
import { DocumentShell } from "./document-shell.ts";
import { type PageRun, readPage } from "./page.ts";

const project = join(import.meta.dirname, "../..");
const interpreter = await pythonWithNumpy();
const textOf = (path: string): string => readFileSync(join(project, path), "utf8");

/** Blocks that are only shown are for a board, another machine, or data that this repository does not have: a few commands, counted here. */
const onlyShown: Readonly<Record<string, number>> = {
  "README.md": 3,
  "docs/tutorial.md": 0,
  "docs/how-to/bring-up-a-board.md": 4,
  "docs/how-to/export-to-numpy.md": 0,
  "docs/how-to/log-drift-for-a-month.md": 2,
  "docs/how-to/validate-against-an-emulator.md": 1,
  "docs/how-to/write-a-driver.md": 0,
};

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

const tutorial = readIn(tutorialFolder, "docs/tutorial.md");
tutorial.catch(() => {});

/** A copy of what the tutorial leaves, but for its settings: a how-to says what it needs itself. */
async function afterTutorial(clear: AtEnd): Promise<string> {
  const cwd = await folder(clear);
  await tutorial;
  for (const name of ["lab", "ledger"])
    await cp(join(tutorialFolder, name), join(cwd, name), { recursive: true });
  await rm(join(cwd, "lab/pcmlab.toml"));
  return cwd;
}

const small = (markdown: string): string =>
  markdown
    .replaceAll("fusion-1m", "tiny")
    .replaceAll("digits.onnx", "tiny.onnx")
    .replaceAll("--images", "--limit 200 --images");

describe.concurrent("every command runs that a reader is told to type", () => {
  test("in the main job of the README", async ({ expect, onTestFinished }) => {
    const markdown = small(sectionOf(textOf("README.md"), "## The main job"));
    const { ran, shown } = await readIn(await folder(onTestFinished), "README.md", markdown);
    expect(ran).toBeGreaterThan(6);
    expect(shown).toBe(onlyShown["README.md"]);
  });

  test("in the tutorial", async ({ expect }) => {
    const { ran, shown } = await tutorial;
    expect(ran).toBeGreaterThan(9);
    expect(shown).toBe(onlyShown["docs/tutorial.md"]);
  });

  const pages = readdirSync(join(project, "docs/how-to")).map((name) => `docs/how-to/${name}`);

  test.for(pages)("in %s", async (path, { expect, onTestFinished }) => {
    const markdown = textOf(path);
    const goesOn = markdown.includes("cd lab\n");
    const { ran, shown } = await readIn(await (goesOn ? afterTutorial : folder)(onTestFinished), path);
    expect(ran).toBeGreaterThan(1);
    expect(shown, "commands that are only shown").toBe(onlyShown[path]);
  });
});
