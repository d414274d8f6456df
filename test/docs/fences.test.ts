/** Every example of a page is in a block of a kind that a test looks at. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { udevRule } from "../../drivers/usb/udev-rule.ts";
import { configDocument } from "../../src/cli/config/document.ts";
import { fileSettings } from "../../src/cli/config/file-settings.ts";
import { boardId } from "../../src/cli/doctor/udev.ts";
import { commands } from "../cli/declared-commands.ts";
import { type Block, blocksOf, proseOf, sectionOf } from "./blocks.ts";
import { fenceProblems, strayCommands } from "./fences.ts";
import { isShell } from "./shell-lines.ts";

const project = join(import.meta.dirname, "../..");
const textOf = (path: string): string => readFileSync(join(project, path), "utf8");

const pages = ["README.md"].concat(
  readdirSync(join(project, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
);

const blocksOfKind = (kind: string): (readonly [page: string, block: Block])[] =>
  pages.flatMap((page) =>
    blocksOf(textOf(page))
      .filter(({ language }) => language === kind)
      .map((block) => [page, block] as const),
  );

test.each(pages)("no example of %s is of a kind that no test looks at", (page) => {
  const markdown = textOf(page);
  expect(fenceProblems(blocksOf(markdown))).toEqual([]);
  expect(strayCommands(proseOf(markdown))).toEqual([]);
});

test("the README has its typed commands in the section that is typed", () => {
  const readme = textOf("README.md");
  const typed = blocksOf(sectionOf(readme, "## The main job")).filter(isShell);
  expect(blocksOf(readme).filter(isShell)).toEqual(typed);
});

test("kinds that other tests look at are on the pages that they read", () => {
  // test/export/documents.test.ts runs it.
  expect(blocksOfKind("sql").map(([page]) => page)).toEqual(["docs/reference/export.md"]);
  // What a board says that is broken or lost.
  expect(
    blocksOfKind("text example")
      .map(([page]) => page)
      .toSorted(),
  ).toEqual([
    "docs/how-to/connect-a-board.md",
    "docs/reference/conformance.md",
    "docs/reference/connection.md",
  ]);
  for (const [page, { lines }] of blocksOfKind("formula")) {
    expect(page).toMatch(/^docs\/explanation\//);
    expect(lines.join("\n")).not.toMatch(/pcmlab|--[a-z]/);
  }
});

test("udev rules are those that pcmlab writes, or of the same form", () => {
  const rules = blocksOfKind("udev").flatMap(([, { lines }]) => lines);
  expect(rules).toContain(udevRule(boardId.vendorId, boardId.productId));
  for (const rule of rules) expect(rule).toMatch(/^(\w+(\{\w+\})?(==|=|\+=)"[^"]*"(, |$))+$/);
});

test("a config file that is only shown is one that is taken", () => {
  const files = blocksOfKind("toml");
  expect(files.length).toBeGreaterThan(0);
  for (const [page, { lines }] of files) {
    const settings = fileSettings(configDocument(lines.join("\n"), page), commands, page);
    expect(settings.get("read")).not.toEqual([]);
  }
});

test.each([
  ["    pcmlab read --chip x", "indented"],
  ["```\npcmlab read\n```", '""'],
  ["```bash\npcmlab read\n```", "bash"],
  ["```text\nprinted\n```", "stands behind"],
  ["```sh\ntrue\n```\n```text\na\n```\n\n```text\nb\n```", "stands behind"],
])("%j is such an example", (markdown, problem) => {
  expect(fenceProblems(blocksOf(markdown))).toEqual([expect.stringContaining(problem)]);
});

test.each([
  ["- a list\n\n  ```sh\n  true\n  ```"],
  ["~~~\ntrue\n~~~"],
  ["1. so:\n     pcmlab read --chip x"],
])("%j has a command that is in no block", (markdown) => {
  expect(strayCommands(proseOf(markdown))).not.toEqual([]);
});
