/** Links between documents lead somewhere, and every document can be reached from the index or the README. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const project = join(import.meta.dirname, "../..");

const documents = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "firmware-protocol/SPEC.md"].concat(
  ["docs", "examples"].flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(folder, name)),
  ),
);

/** What a document links to in this repository, by paths from its root. */
const linksOf = (document: string): string[] =>
  [
    ...readFileSync(join(project, document), "utf8").matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g),
  ].map(([, target = ""]) => relative(project, join(project, dirname(document), target)));

test.each(documents)("%s links to what is there", (document) => {
  const lost = linksOf(document).filter((target) => !existsSync(join(project, target)));
  expect(lost).toEqual([]);
});

test("every document under docs can be reached from the index", () => {
  const index = new Set(linksOf("docs/README.md"));
  const pages = documents.filter((path) => path.startsWith("docs/") && !path.startsWith("docs/decisions/"));
  // The introductions are parts of what is written from them.
  const apart = pages.filter(
    (path) => path !== "docs/README.md" && !path.endsWith("-introduction.md") && !index.has(path),
  );
  expect(apart).toEqual([]);
  expect(linksOf("README.md")).toContain("docs/README.md");
});
