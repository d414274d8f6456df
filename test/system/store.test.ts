/** `pcmlab store` and `pcmlab export` as a user runs them. */

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { fillSynthetic } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";
import { ended, main, pcmlab } from "./command.ts";

/** The folder of a store `run.db`. */
function folderWithStore(): string {
  const path = freshPath();
  const store = openStore(path, { mode: "create" });
  fillSynthetic(store);
  store.close();
  return dirname(path);
}

/** SQLite's own files beside a store that was read are no business of these tests. */
const besidesStore = (cwd: string): string[] =>
  readdirSync(cwd).filter((name) => !["run.db", "run.db-wal", "run.db-shm"].includes(name));

describe("pcmlab store check", () => {
  test("says that a store is whole", async () => {
    const { exitCode, stdout } = await pcmlab(["store", "check", "run.db"], folderWithStore());
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^run\.db: schema \d+, 0\.\d MiB: whole\nstructure {3}ok\nreferences {2}ok\n/);
    expect(stdout).toContain("9 of 9 readouts");
  });

  test("says what is damaged and what is still good, with an exit code of its own", async () => {
    const cwd = folderWithStore();
    const path = join(cwd, "run.db");
    const bytes = readFileSync(path);
    const store = openStore(path, { mode: "read" });
    const readout = store.readouts.list().at(-1);
    const place = bytes.indexOf(Buffer.from(store.readouts.codeSums(readout!.id).buffer).subarray(0, 200));
    store.close();
    writeFileSync(path, bytes.fill(0xaa, place, place + 100));
    const text = await pcmlab(["store", "check", "run.db"], cwd);
    expect(text.exitCode).toBe(8);
    expect(text.stdout).toContain("DAMAGED");
    expect(text.stdout).toMatch(/readouts: id 9: .*is damaged: its checksum is/);
    expect(text.stdout).toContain("8 of 9 readouts");
    const { exitCode, stdout } = await pcmlab(["store", "check", "run.db", "--json"], cwd);
    expect(exitCode).toBe(8);
    expect(JSON.parse(stdout)).toMatchObject({ whole: false, things: { readouts: { total: 9, good: 8 } } });
  });

  test.each([
    ["a folder", (path: string) => mkdirSync(path), "is a folder"],
    ["a text", (path: string) => writeFileSync(path, "of Monday\n".repeat(100)), "is not an SQLite file"],
    ["an empty file", (path: string) => writeFileSync(path, ""), "is empty"],
  ])("refuses %s in one line", async (_, make, words) => {
    const cwd = folderWithStore();
    make(join(cwd, "other.db"));
    const { exitCode, stderr } = await pcmlab(["store", "check", "other.db"], cwd);
    expect(exitCode).toBe(8);
    expect(stderr).toMatch(new RegExp(`^pcmlab: other\\.db ${words}.*\\[STORE\\]\\n {2}next: .*\\n$`));
  });
});

describe("pcmlab store query", () => {
  const sql =
    "SELECT outcome, count(*) AS devices FROM cells(1) WHERE outcome <> 'converged' GROUP BY 1 ORDER BY 1";

  test("prints tables for people, CSV and JSON for programs", async () => {
    const cwd = folderWithStore();
    const table = await pcmlab(["store", "query", "run.db", sql], cwd);
    expect(table.stdout).toMatch(/^outcome +devices\n-+ {2}-+\n/);
    const csv = await pcmlab(["store", "query", "run.db", sql, "--format", "csv"], cwd);
    expect(csv.stdout).toMatch(/^outcome,devices\n[a-z-]+,\d+\n/);
    const json = await pcmlab(["store", "query", "run.db", sql, "--json"], cwd);
    const { columns, rows, more } = JSON.parse(json.stdout);
    expect({ columns, more }).toEqual({ columns: ["outcome", "devices"], more: false });
    expect(csv.stdout.trim().split("\n").slice(1)).toEqual(rows.map((row: unknown[]) => row.join(",")));
  });

  test("can be stopped though its query never ends", async () => {
    const endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    const cwd = folderWithStore();
    const child = spawn(process.execPath, [main, "store", "query", "run.db", endless], {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
    });
    // By then nothing but the query is left to do.
    const under = setInterval(() => {
      if (existsSync(join(cwd, "run.db-shm"))) child.kill("SIGINT");
    }, 100);
    await ended(child);
    clearInterval(under);
    expect(child.signalCode).toBe("SIGINT");
  });
});

describe("pcmlab export", () => {
  test("to a full disk says so and leaves nothing", async () => {
    const cwd = folderWithStore();
    const words = "export --store run.db --what readouts --format csv -o big.csv";
    // Blocks of 1024 bytes: the file would have some 1,900.
    const child = spawn("bash", ["-c", `ulimit -f 200; exec '${process.execPath}' '${main}' ${words}`], {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { exitCode, stderr } = await ended(child);
    expect(exitCode).toBe(9);
    expect(stderr).toMatch(/big\.csv cannot be written: the disk or what is allowed of it is full/);
    expect(besidesStore(cwd)).toEqual([]);
  });

  test("never takes the place of the store or of a device", async () => {
    const cwd = folderWithStore();
    for (const [out, words] of [
      ["run.db", "run.db is the store itself"],
      [".", "is a folder"],
      ["/dev/full", "is no regular file"],
    ] as const) {
      const { exitCode, stderr } = await pcmlab(
        ["export", "--store", "run.db", "--what", "results", "-o", out],
        cwd,
      );
      expect(exitCode).toBe(2);
      expect(stderr).toContain(words);
    }
    expect((await pcmlab(["store", "check", "run.db"], cwd)).exitCode).toBe(0);
    expect(besidesStore(cwd)).toEqual([]);
  });

  test("says in JSON what it wrote", async () => {
    const cwd = folderWithStore();
    const words = [
      "export",
      "--store",
      "run.db",
      "--what",
      "results",
      "-o",
      "results.parquet",
      "--json",
      "--quiet",
    ];
    const { stdout, stderr } = await pcmlab(words, cwd);
    expect(JSON.parse(stdout)).toMatchObject({
      out: "results.parquet",
      what: "results",
      format: "parquet",
      rows: 10,
    });
    expect(stderr).toBe("");
  });
});
