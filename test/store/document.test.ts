/** `npm run docs` writes docs/reference/store.md from the migrations; otherwise these tests compare the two. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { python, pythonWithNumpy } from "../system/python.ts";
import { schemaComments } from "./schema-comments.ts";
import { relationsOf, storeDocument } from "./store-document.ts";
import { fillSynthetic } from "./synthetic.ts";
import { freshPath } from "./temp-folder.ts";

const interpreter = await pythonWithNumpy();
const docs = join(import.meta.dirname, "../../docs/reference");

function filledStore(): string {
  const path = freshPath();
  const store = openStore(path, { mode: "create" });
  fillSynthetic(store, { shapes: [{ name: "wide", rows: 200, columns: 100 }] });
  store.close();
  return path;
}

test("docs/reference/store.md describes the schema of this version", async () => {
  const introduction = readFileSync(join(docs, "store-introduction.md"), "utf8");
  const text = storeDocument(relationsOf(filledStore()), introduction);
  await expect(text).toMatchFileSnapshot(join(docs, "store.md"));
});

test("every table and view is described, and no comment is of a column that is not there", () => {
  const comments = schemaComments();
  const relations = relationsOf(filledStore());
  expect([...comments.keys()].sort()).toEqual(relations.map(({ name }) => name).sort());
  for (const { name, type, columns } of relations) {
    expect(comments.get(name)?.about, name).not.toBe("");
    const known = new Set(columns.map((column) => column.name));
    if (type === "table")
      expect([...(comments.get(name)?.columns.keys() ?? [])].filter((column) => !known.has(column))).toEqual(
        [],
      );
  }
});

test.skipIf(interpreter === undefined)(
  "the lines of Python in docs/reference/store.md read a readout as the store does",
  async () => {
    const path = filledStore();
    const [, lines = ""] = /```python\n(.*?)```/s.exec(readFileSync(join(docs, "store.md"), "utf8")) ?? [];
    expect(lines).toContain("run.db");
    const program = `${lines.replace('"run.db"', JSON.stringify(path))}\nprint(siemens.shape, float(siemens.sum(dtype="float64")), float(siemens[150, 3]))`;
    const stdout = await python(interpreter ?? "", ["-c", program]);
    const store = openStore(path, { mode: "read" });
    const [readout] = store.readouts.list();
    const codes = store.readouts.codeSums(readout!.id);
    const step = readout!.calibration.siemensPerCode[0]! / readout!.averages;
    const [, rows, columns, sum, one] = /\((\d+), (\d+)\) (\S+) (\S+)/.exec(stdout) ?? [];
    expect([rows, columns]).toEqual(["200", "200"]);
    expect(Number(sum)).toBeCloseTo(codes.reduce((all, code) => all + code, 0) * step, 9);
    expect(Number(one)).toBeCloseTo(codes[150 * 200 + 3]! * step, 12);
    store.close();
  },
);
