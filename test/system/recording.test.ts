/** Record, replay and trace through the real command line. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openStore } from "../../src/store/store.ts";
import { emulator, folder, json, main, pcmlab, pcmlabKilled } from "./command.ts";
import { folderOfSmallRun, smallNetwork, smallWords } from "./small-network.ts";

interface Replay {
  readonly tcpPort: number;
  /** Exit code and what it said. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly stderr: string }>;
  readonly child: ChildProcess;
}

async function replay(words: readonly string[], cwd: string): Promise<Replay> {
  const child = spawn(process.execPath, [main, "replay", ...words, "--until-stdin-closes", "--json"], {
    cwd,
    stdio: ["pipe", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<{ exitCode: number | null; stderr: string }>((resolve) =>
    child.once("close", (exitCode) => resolve({ exitCode, stderr })),
  );
  const ready = await new Promise<string>((resolve, reject) => {
    let printed = "";
    void ended.then(({ exitCode }) => reject(new Error(`the replay ended with ${exitCode}: ${stderr}`)));
    child.stdout.on("data", (chunk) => {
      printed += chunk;
      if (printed.trimEnd().endsWith("}")) resolve(printed);
    });
  });
  const { tcpPort } = z.object({ tcpPort: z.number().nullable() }).parse(JSON.parse(ready));
  return { tcpPort: tcpPort ?? 0, ended, child };
}

/** All that a store knows of the devices. */
function devices(cwd: string, name: string): unknown {
  const store = openStore(join(cwd, name), { mode: "read" });
  try {
    const { programmings, readouts } = store;
    return {
      cells: programmings.current().map(({ id }) => programmings.cells(id)),
      times: programmings
        .current()
        .map((one) => [one.startedChipSeconds, one.endedChipSeconds, one.bootNote]),
      codes: readouts.atAge(0).map((readout) => readouts.codeSums(readout.id)),
    };
  } finally {
    store.close();
  }
}

test("a recorded run is replayed on either cable, with the same result", async () => {
  const cwd = await folderOfSmallRun();
  const tcp = await replay(["run.jsonl", "--tcp", "0"], cwd);
  await json(smallWords(`127.0.0.1:${tcp.tcpPort}`, "second.db"), cwd);
  expect(await tcp.ended).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/all \d+ requests came/),
  });
  expect(devices(cwd, "second.db")).toEqual(devices(cwd, "run.db"));

  const serial = await replay(["run.jsonl", "--pty", "./fake", "--timing"], cwd);
  await json(smallWords("./fake", "third.db"), cwd);
  expect(await serial.ended).toMatchObject({ exitCode: 0 });
  expect(devices(cwd, "third.db")).toEqual(devices(cwd, "run.db"));
  expect(existsSync(join(cwd, "fake"))).toBe(false);
});

test("a host that does something else is told where, and both end with 4", async () => {
  const cwd = await folderOfSmallRun();
  const { tcpPort, ended } = await replay(["run.jsonl", "--tcp", "0"], cwd);
  const words = smallWords(`127.0.0.1:${tcpPort}`, "other.db");
  const host = await pcmlab([...words, "--gmax", "20uS", "--reconnect", "0"], cwd);
  expect(host.stderr).toMatch(/\[LINK_LOST\]/);
  expect(host.exitCode).toBe(4);
  const { exitCode, stderr } = await ended;
  expect(stderr).toMatch(
    /expected {2}ARRay:\w+\? .*\ngot {7}ARRay:\w+\? .*\nthe first difference is at byte \d+;/,
  );
  expect(stderr).toMatch(/request \d+ of \d+ is not the recorded one \[DIVERGED\]\n {2}next: \S/);
  expect(exitCode).toBe(4);
});

test("a host that stops early, or says too much, is a difference too", async () => {
  const cwd = await folder();
  await emulator(["--profile", "tiny", "--pty", "./chip"], cwd);
  await json(["identify", "--chip", "./chip", "--record", "run.jsonl"], cwd);
  const early = await replay(["run.jsonl", "--tcp", "0"], cwd);
  early.child.stdin?.end();
  expect(await early.ended).toMatchObject({
    exitCode: 4,
    stderr: expect.stringMatching(
      /only 0 of \d+ recorded requests came; the next one is \*IDN\? \[DIVERGED\]/,
    ),
  });
  const twice = await replay(["run.jsonl", "--pty", "./fake"], cwd);
  await json(["identify", "--chip", "./fake"], cwd);
  await appendFile(join(cwd, "fake"), "*IDN?\n");
  expect(await twice.ended).toMatchObject({
    exitCode: 4,
    stderr: expect.stringMatching(/after all \d+ recorded ones \[DIVERGED\]/),
  });
});

test("a trace names every operation of a run, and its JSON adds up", async () => {
  const cwd = await folderOfSmallRun();
  const text = (await pcmlab(["trace", "run.jsonl"], cwd)).stdout;
  expect(text).toMatch(/^pcmlab program small\.onnx .*--record run\.jsonl/);
  expect(text).toMatch(
    /#\d+ > {2}ARRay:READ\? region array 0, rows \d+\.\.\d+, columns \d+\.\.\d+, averages 5,/,
  );
  expect(text).toMatch(/\noperation +count +answered/);
  const schema = z.object({
    truncated: z.boolean(),
    entries: z.array(z.object({ kind: z.string() })),
    summary: z.array(
      z.object({ name: z.string(), count: z.number(), answered: z.number(), undecoded: z.number() }),
    ),
  });
  const { truncated, entries, summary } = schema.parse(await json(["trace", "run.jsonl"], cwd));
  expect(truncated).toBe(false);
  const count = entries.filter(({ kind }) => kind === "request").length;
  expect(summary.reduce((sum, row) => sum + row.count, 0)).toBe(count);
  for (const row of summary) {
    expect(row.undecoded).toBe(0);
    expect(row.answered).toBe(row.name === "*CLS" ? 0 : row.count);
  }
});

test("after kill -9 all that was sent is in the recording", async () => {
  const cwd = await folder();
  await writeFile(join(cwd, "small.onnx"), smallNetwork);
  await emulator(["--profile", "tiny", "--pty", "./chip"], cwd);
  const words = [...smallWords("./chip", "run.db"), "--record", "run.jsonl"];
  expect(await pcmlabKilled(words, cwd, "run.jsonl", 20)).toBe("SIGKILL");
  const ended = await pcmlab(["trace", "run.jsonl"], cwd);
  expect(ended.exitCode).toBe(0);
  expect(ended.stdout.split("\n").filter((line) => / [<>] {2}/.test(line)).length).toBeGreaterThan(15);
  const content = await readFile(join(cwd, "run.jsonl"));
  await writeFile(join(cwd, "cut.jsonl"), content.subarray(0, content.length - 3));
  const cut = await pcmlab(["trace", "cut.jsonl"], cwd);
  expect(cut.stderr).toMatch(/the last line of cut\.jsonl is not whole/);
  expect(cut.exitCode).toBe(0);
});

test("a file that cannot be written is refused before the board is spoken to", async () => {
  const cwd = await folder();
  await writeFile(join(cwd, "notes.txt"), "my notes");
  for (const file of ["notes.txt", "nowhere/run.jsonl", "."]) {
    const ended = await pcmlab(["identify", "--chip", "./no-port", "--record", file], cwd);
    expect(ended.stderr).toMatch(/nothing can be recorded to .*\[USAGE\]\n {2}next: \S/);
    expect(ended.exitCode).toBe(2);
  }
  expect(await readFile(join(cwd, "notes.txt"), "utf8")).toBe("my notes");
  expect((await pcmlab(["identify", "--chip", "./no-port", "--record", "run.jsonl"], cwd)).exitCode).toBe(3);
  expect(existsSync(join(cwd, "run.jsonl"))).toBe(false);
});

/** A limit on the size of files stands for a full disk; both fail in the write, after a part of it. */
test.skipIf(process.platform === "win32")(
  "a disk that fills up stops the command with a clear error",
  async () => {
    const cwd = await folder();
    await emulator(["--profile", "tiny", "--pty", "./chip"], cwd);
    const command = `ulimit -f 1; exec "$0" "$@"`;
    const words = [main, "identify", "--chip", "./chip", "--record", "run.jsonl"];
    const child = spawn("/bin/sh", ["-c", command, process.execPath, ...words], {
      cwd,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    expect(await new Promise((resolve) => child.once("close", resolve))).toBe(9);
    expect(stderr).toMatch(
      /the recording run\.jsonl cannot be written: file too large.*\[ENVIRONMENT\]\n {2}next: make room/,
    );
    const trace = await pcmlab(["trace", "run.jsonl"], cwd);
    expect(trace.stderr).toMatch(/is not whole/);
    expect(trace.stdout).toMatch(/#1 < {2}\*IDN\? pcmlab,TINY/);
  },
);

test.each([
  [["replay", "run.jsonl"], 2, /the replayed board has no cable \[USAGE\]/],
  [
    ["replay", "none.jsonl", "--tcp", "0"],
    7,
    /none\.jsonl is not a recording of pcmlab: no such file or directory \[BAD_DATA\]/,
  ],
  [["trace", "photo.gif"], 7, /photo\.gif, line 1 is not a recording of pcmlab: .*\[BAD_DATA\]/],
  [["trace"], 2, /\[USAGE\]/],
  [
    ["identify", "--chip", "x", "--driver", "./mine.js", "--record", "run.jsonl"],
    2,
    /--record cannot see the lines of a --driver \[USAGE\]/,
  ],
])("pcmlab %j ends with %d", async (words, exitCode, message) => {
  const cwd = await folder();
  await writeFile(join(cwd, "photo.gif"), "GIF89a\n");
  const ended = await pcmlab(words, cwd);
  expect(ended.stderr).toMatch(message);
  expect(ended.exitCode).toBe(exitCode);
});
