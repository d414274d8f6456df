/** `npm run docs` writes docs/reference/export-columns.md from the code; otherwise this test compares the two. */

import { join } from "node:path";
import { expect, test } from "vitest";
import type { Column } from "../../src/export/dataset.ts";
import { perhapsEmpty, whats } from "../../src/export/export.ts";
import { openStore } from "../../src/store/store.ts";
import { freshPath } from "../store/temp-folder.ts";

const rowOf = ({ name, type, about, optional }: Column): string =>
  `| \`${name}\` | ${type}${optional ? ", may be missing" : ""} | ${about} |`;

test("docs/reference/export-columns.md has every column of every table", async () => {
  const store = openStore(freshPath(), { mode: "create" });
  const sections = whats.map((what) => {
    const { columns } = perhapsEmpty(store, what);
    return [
      `## ${what}`,
      "",
      "| column | type | meaning |",
      "| --- | --- | --- |",
      ...columns.map(rowOf),
      "",
    ].join("\n");
  });
  store.close();
  const text = `# Columns of exports\n\nWritten by \`npm run docs\`; see [export.md](export.md).\n\n${sections.join("\n")}`;
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, "../../docs/reference/export-columns.md"));
});

test("every column has a name that no other one of its table has, and says what it is", () => {
  const store = openStore(freshPath(), { mode: "create" });
  for (const what of whats) {
    const { columns } = perhapsEmpty(store, what);
    expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length);
    for (const { name, about } of columns) {
      expect(name).toMatch(/^[a-z][A-Za-z_]*$/);
      // In NPZ that is where the table comes from, beside the columns.
      expect(name).not.toBe("provenance");
      expect(about).not.toBe("");
    }
  }
  store.close();
});
