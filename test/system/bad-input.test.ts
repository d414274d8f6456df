/**
 * What a user sees when something is wrong, and what is left behind, where that takes a process of its own. What does not is in
 * bad-input-table.test.ts, all of it in one process.
 */

import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SerialPort } from "serialport";
import { describe, expect, test } from "vitest";
import { type Ended, emulator, folder, pcmlab } from "./command.ts";
import { fakeLine } from "./fake-line.ts";
import { folderOfSmallRun, smallNetwork } from "./small-network.ts";

/** Two lines on stderr (remarks apart), the code in brackets, nothing on stdout, no stack. */
function expectFailure(ended: Ended, code: string, exitCode: number, message: RegExp): void {
  expect(ended.stderr).toMatch(message);
  expect(ended.stderr).toContain(`[${code}]`);
  expect(ended.stderr).toMatch(/\n {2}next: \S/);
  const said = ended.stderr.trimEnd().split("\n");
  expect(said.filter((line) => !line.startsWith("warning: ")).length).toBeLessThanOrEqual(2);
  expect(ended.stderr).not.toMatch(/\n\s+at /);
  expect(ended.stdout).toBe("");
  expect(ended.exitCode).toBe(exitCode);
}

describe.skipIf(process.platform === "win32")("a port", () => {
  test.concurrent("that does not exist", async ({ onTestFinished }) => {
    const cwd = await folder(onTestFinished);
    expectFailure(
      await pcmlab(["identify", "--chip", "./nothing"], cwd),
      "PORT_MISSING",
      3,
      /no port \.\/nothing/,
    );
  });

  test.concurrent("that another program holds, which is named", async ({ onTestFinished }) => {
    const cwd = await folder(onTestFinished);
    await emulator(["--profile", "tiny", "--pty", "./chip"], cwd, onTestFinished);
    const path = join(cwd, "chip");
    const holder = new SerialPort({ path, baudRate: 115_200, lock: true });
    await new Promise((resolve) => holder.once("open", resolve));
    onTestFinished(() => new Promise<void>((resolve) => holder.close(() => resolve())));
    // Linux alone shows who has a file open.
    const expected = existsSync("/proc/self/fd")
      ? new RegExp(`\\(process ${process.pid}\\) holds`)
      : /another program holds/;
    expectFailure(await pcmlab(["identify", "--chip", path], cwd), "PORT_BUSY", 3, expected);
  });

  test.concurrent("where nothing answers", async ({ onTestFinished }) => {
    const path = await fakeLine(() => undefined, onTestFinished);
    expectFailure(
      await pcmlab(["identify", "--chip", path], await folder(onTestFinished)),
      "NO_ANSWER",
      4,
      /nothing answers \*IDN\?/,
    );
  });
});

describe("a store", () => {
  test("that is missing, or another file, is said to be so", async () => {
    const cwd = await folder();
    await writeFile(join(cwd, "photo.db"), "GIF89a".repeat(1000));
    expectFailure(
      await pcmlab(["report", "--store", "none.db", "-o", "r.html"], cwd),
      "STORE",
      8,
      /none\.db/,
    );
    expectFailure(
      await pcmlab(["report", "--store", "photo.db", "-o", "r.html"], cwd),
      "STORE",
      8,
      /photo\.db/,
    );
    expect(existsSync(join(cwd, "none.db"))).toBe(false);
  });
});

describe("an emulator", () => {
  test("whose TCP port is taken ends, and leaves no link behind", async () => {
    const cwd = await folder();
    const { tcpPort } = await emulator(["--profile", "tiny", "--tcp", "0"], cwd);
    const ended = await pcmlab(
      ["emulator", "--profile", "tiny", "--pty", "chip", "--tcp", String(tcpPort)],
      cwd,
    );
    expectFailure(ended, "USAGE", 2, /TCP port \d+ cannot be served/);
    expect(existsSync(join(cwd, "chip"))).toBe(false);
  });

  test("does not take the link of one that runs", async () => {
    const cwd = await folder();
    await emulator(["--profile", "tiny", "--pty", "./chip"], cwd);
    const ended = await pcmlab(["emulator", "--profile", "tiny", "--pty", "./chip"], cwd);
    expectFailure(ended, "USAGE", 2, /chip is in use/);
    expect((await pcmlab(["identify", "--chip", "./chip"], cwd)).exitCode).toBe(0);
  });
});

test("a report never takes the place of its store, and leaves no part of itself behind", async () => {
  const cwd = await folderOfSmallRun();
  const before = await readFile(join(cwd, "run.db"));
  expectFailure(
    await pcmlab(["report", "--store", "run.db", "-o", "./run.db"], cwd),
    "USAGE",
    2,
    /is the store itself/,
  );
  expect(await readFile(join(cwd, "run.db"))).toEqual(before);
  for (const [output, words] of [
    [".", /is a folder/],
    ["/dev/full", /is no regular file/],
    ["no/report.html", /cannot be written/],
  ] as const)
    expectFailure(await pcmlab(["report", "--store", "run.db", "-o", output], cwd), "USAGE", 2, words);
  expect((await readdir(cwd)).filter((name) => name.endsWith(".part"))).toEqual([]);
});

test("a time that is long past is not read under its name", async () => {
  const cwd = await folder();
  await emulator(["--profile", "tiny", "--pty", "./chip"], cwd);
  await writeFile(join(cwd, "small.onnx"), smallNetwork);
  const board = ["--chip", "./chip", "--store", "run.db", "--converter-calibration", "nominal"];
  await pcmlab(["program", "small.onnx", ...board], cwd);
  const read = (at: string): Promise<Ended> => pcmlab(["--quiet", "read", ...board, "--at", at], cwd);
  expect((await read("1d")).exitCode).toBe(0);
  expectFailure(await read("25s"), "STORE_CONTENT", 8, /25 s after programming is past: a region is 1 d old/);
});
