import { describe, expect, test } from "vitest";
import { cellOutcomes } from "../../src/chip/outcome.ts";
import { queryStore } from "../../src/store/query.ts";
import { openStore } from "../../src/store/store.ts";
import { labErrorOf } from "./failure.ts";
import { fillSynthetic } from "./synthetic.ts";
import { freshPath } from "./temp-folder.ts";

function filledStore(): string {
  const path = freshPath();
  const store = openStore(path, { mode: "create" });
  fillSynthetic(store);
  store.close();
  return path;
}

describe("the devices of a readout as rows", () => {
  test("have the codes, targets and outcomes that the store holds", () => {
    const path = filledStore();
    const sql = "SELECT row, column, code_sum, siemens, target_siemens, outcome FROM cells(5)";
    const { rows } = queryStore(path, sql, 10_000);
    const store = openStore(path, { mode: "read" });
    const readout = store.readouts.list()[4]!;
    const codes = store.readouts.codeSums(readout.id);
    const { targetSiemens, outcomes } = store.programmings.cells(readout.programming!);
    expect(rows).toHaveLength(codes.length);
    for (const cell of [0, 1, 33, 4607]) {
      const { row, column, columns } = readout.region;
      expect(rows[cell]).toEqual([
        row + Math.floor(cell / columns),
        column + (cell % columns),
        codes[cell],
        Math.fround((codes[cell]! / readout.averages) * readout.calibration.siemensPerCode[0]!),
        targetSiemens[cell],
        cellOutcomes[outcomes[cell]!],
      ]);
    }
    store.close();
  });

  test("join with the tables of the store", () => {
    const sql = `SELECT o.id, count(*) FROM v_readouts o JOIN cells(o.id) c WHERE o.layer = 'conv1' GROUP BY o.id`;
    expect(queryStore(filledStore(), sql, 10).rows).toEqual([
      [1, 864],
      [4, 864],
      [7, 864],
    ]);
  });

  test("of one place are its trace", () => {
    const path = filledStore();
    const traced = queryStore(path, "SELECT readout, code_sum FROM trace(0, 3, 40)", 10);
    const cells = [2, 5, 8].map((id) => {
      const sql = `SELECT ${id}, code_sum FROM cells(${id}) WHERE row = 3 AND column = 40`;
      return queryStore(path, sql, 10).rows[0];
    });
    expect(traced.rows).toEqual(cells);
  });
});

describe("a query", () => {
  test("gives no more rows than were asked for, and says so", () => {
    const endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n";
    expect(queryStore(filledStore(), endless, 3)).toEqual({
      columns: ["x"],
      rows: [[1], [2], [3]],
      more: true,
    });
  });

  test("shows a BLOB by its length", () => {
    const sql = "SELECT code_sums FROM readout_bands WHERE readout_id = 1";
    expect(queryStore(filledStore(), sql, 3).rows).toEqual([["BLOB of 1728 bytes"]]);
  });

  test.each([
    ["DELETE FROM runs", "does not only read"],
    ["ATTACH 'other.db' AS other", "does not only read"],
    ["VACUUM INTO 'other.db'", "does not only read"],
    ["SELECT * FROM nowhere", "no such table: nowhere"],
    ["SELECT 1; SELECT 2", "more than one statement"],
    ["", "no statements"],
    ["SELECT * FROM cells(99)", "there is no readout 99"],
    ["SELECT * FROM cells", "cells needs a readout"],
  ])("that is wrong is refused in one line: %s", (sql, words) => {
    const error = labErrorOf(() => queryStore(filledStore(), sql, 3));
    expect(error.code).toBe("USAGE");
    expect(error.message).toContain(words);
    expect(error.message).not.toContain("\n");
  });
});
