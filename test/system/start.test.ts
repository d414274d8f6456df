/** What commands load before they do anything: none of the native modules, but for those that the command at hand needs. */

import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ended, folder, main } from "./command.ts";
import { folderOfSmallRun } from "./small-network.ts";

/** Writes down every native module that the process loads. */
const witness = `
import { appendFileSync } from "node:fs";
const dlopen = process.dlopen;
process.dlopen = function (module, file, ...flags) {
  appendFileSync("native.txt", file + "\\n");
  return dlopen.call(this, module, file, ...flags);
};`;

/** The packages of the native modules that a command loads, each once, and what it printed. */
async function started(words: readonly string[], cwd: string) {
  await writeFile(join(cwd, "native.txt"), "");
  await writeFile(join(cwd, "witness.mjs"), witness);
  const node = ["--import", join(cwd, "witness.mjs"), main, ...words];
  const { stdout, stderr } = await ended(
    spawn(process.execPath, node, { cwd, stdio: ["ignore", "pipe", "pipe"] }),
  );
  const files = (await readFile(join(cwd, "native.txt"), "utf8")).split("\n").filter((file) => file !== "");
  const packages = files.map((file) => /.*node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)/.exec(file)?.[1]);
  return { native: [...new Set(packages)].sort(), said: `${stdout}${stderr}` };
}

test.each([
  [["--help"], /emulator .*\n[\s\S]*demo /],
  [["--version"], /^\d+\.\d+\.\d+\n$/],
  [["infer", "--help"], /pcmlab infer[\s\S]*--compensation/],
  [["emulatr", "--tcp", "0"], /no command emulatr \[USAGE\]\n {2}next: did you mean emulator\?/],
  [["profile", "list"], /fusion-1m/],
  [["identify", "--chip", "127.0.0.1:1"], /\[PORT_MISSING\]/],
  [["conformance", "--chip", "127.0.0.1:1"], /\[PORT_MISSING\]/],
  [["infer", "--store", "none.db", "--images", "x"], /none\.db.*\[STORE\]/],
  [["report", "--store", "none.db", "-o", "r.html"], /none\.db.*\[STORE\]/],
  [["dashboard", "--store", "none.db"], /none\.db.*\[STORE\]/],
])("%j loads no native module", async (words, expected) => {
  const { native, said } = await started(words, await folder());
  expect(said).toMatch(expected);
  expect(native).toEqual([]);
});

test("a command that needs a native module loads that one and no other", async () => {
  const cwd = await folderOfSmallRun();
  const report = await started(["report", "--store", "run.db", "-o", "report.html"], cwd);
  expect(report.said).toContain("report.html: ");
  expect(report.native).toEqual(["better-sqlite3"]);
});

test.skipIf(process.platform === "win32")("a serial port loads serialport, and nothing else", async () => {
  const { native, said } = await started(["identify", "--chip", "./nothing"], await folder());
  expect(said).toContain("[PORT_MISSING]");
  expect(native).toEqual([join("@serialport", "bindings-cpp")]);
});
