/** What a user sees when something is wrong: one line that says what, one that says what to do, a code, and no trace of a run. */

import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { SerialPort } from "serialport";
import { describe, expect, test } from "vitest";
import { encodeModel } from "../../src/network/onnx/codec.ts";
import { onnxModel, onnxNode } from "../../src/network/onnx/model.ts";
import { floatTensor } from "../../src/network/onnx/tensor.ts";
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

  test.concurrent("that is a plain file", async ({ onTestFinished }) => {
    const cwd = await folder(onTestFinished);
    await writeFile(join(cwd, "notes.txt"), "not a port");
    const ended = await pcmlab(["identify", "--chip", "./notes.txt"], cwd);
    expectFailure(ended, "PORT_MISSING", 3, /notes\.txt cannot be opened as a serial port/);
  });

  test.concurrent("on a host where nobody listens", async ({ onTestFinished }) => {
    const ended = await pcmlab(["identify", "--chip", "127.0.0.1:1"], await folder(onTestFinished));
    expectFailure(ended, "PORT_MISSING", 3, /no connection to 127\.0\.0\.1:1/);
  });

  test.concurrent("that another program holds", async ({ onTestFinished }) => {
    const cwd = await folder(onTestFinished);
    await emulator(["--profile", "tiny", "--pty", "./chip"], cwd, onTestFinished);
    const path = join(cwd, "chip");
    const holder = new SerialPort({ path, baudRate: 115_200, lock: true });
    await new Promise((resolve) => holder.once("open", resolve));
    onTestFinished(() => new Promise<void>((resolve) => holder.close(() => resolve())));
    expectFailure(await pcmlab(["identify", "--chip", path], cwd), "PORT_BUSY", 3, /another program holds/);
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

describe("a network", () => {
  const classifier = (hidden: number): Uint8Array =>
    encodeModel(
      onnxModel({
        name: "wide",
        nodes: [onnxNode("MatMul", ["image", "w"], ["logits"], { name: "dense" })],
        inputs: [{ name: "image", type: "float32", shape: ["batch", hidden] }],
        outputs: [{ name: "logits", type: "float32", shape: ["batch", 10] }],
        initializers: [floatTensor("w", [hidden, 10], new Float32Array(hidden * 10).fill(0.5))],
      }),
    );

  async function programmed(bytes: Uint8Array): Promise<{ ended: Ended; store: string }> {
    const cwd = await folder();
    await writeFile(join(cwd, "network.onnx"), bytes);
    const { tcpPort } = await emulator(["--profile", "tiny", "--tcp", "0"], cwd);
    const board = ["--chip", `127.0.0.1:${tcpPort}`, "--calibration", "nominal"];
    const words = ["program", "network.onnx", ...board, "--store", "run.db"];
    return { ended: await pcmlab(words, cwd), store: join(cwd, "run.db") };
  }

  test("that does not fit the chip leaves no store behind", async () => {
    const { ended, store } = await programmed(classifier(400));
    expectFailure(ended, "DOES_NOT_FIT", 6, /8,?000 devices/);
    expect(existsSync(store)).toBe(false);
  });

  test("with an operator that cannot run names it and its node", async () => {
    const model = onnxModel({
      name: "recurrent",
      nodes: [onnxNode("LSTM", ["image"], ["logits"], { name: "memory" })],
      inputs: [{ name: "image", type: "float32", shape: ["batch", 8] }],
      outputs: [{ name: "logits", type: "float32", shape: ["batch", 10] }],
      initializers: [],
    });
    const { ended, store } = await programmed(encodeModel(model));
    expectFailure(ended, "UNSUPPORTED_OPERATOR", 6, /LSTM.*memory|memory.*LSTM/);
    expect(existsSync(store)).toBe(false);
  });

  test("that is cut off in the middle", async () => {
    const whole = classifier(20);
    const { ended, store } = await programmed(whole.subarray(0, whole.length / 2));
    expectFailure(ended, "BAD_NETWORK", 6, /network/i);
    expect(existsSync(store)).toBe(false);
  });
});

describe("a store", () => {
  test("of a newer version is left alone", async () => {
    const cwd = await folderOfSmallRun();
    const database = new Database(join(cwd, "run.db"));
    database.pragma("user_version = 999");
    database.close();
    const ended = await pcmlab(["report", "--store", "run.db", "-o", "report.html"], cwd);
    expectFailure(ended, "STORE", 8, /newer/);
    expect(existsSync(join(cwd, "report.html"))).toBe(false);
  });

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

  test("without readings names the command that makes them; images of the wrong size are refused", async () => {
    const cwd = await folderOfSmallRun();
    await writeFile(join(cwd, "images.bin"), new Uint8Array(5000));
    const infer = await pcmlab(["infer", "--store", "run.db", "--images", "images.bin"], cwd);
    expectFailure(infer, "BAD_DATA", 7, /images\.bin.*5000 bytes/);
  });
});

describe("usage errors end with 2 and a next step", () => {
  const wrong = [
    ["progam"],
    ["identify"],
    ["emulator"],
    ["emulator", "--tcp", "abc"],
    ["emulator", "--tcp", "0", "--seed", "1.5"],
    ["emulator", "--pty", "nowhere/chip"],
    ["read", "--chip", "x", "--store", "y", "--at", "-5s"],
    ["infer", "--store", "y", "--images", "x", "--batch", "abc"],
    ["infer", "--store", "y", "--images", "x", "--limit", "0"],
    ["infer", "--store", "", "--images", "x"],
  ];
  test.each(wrong.map((words) => [words.join(" "), words] as const))("pcmlab %s", async (_, words) => {
    const ended = await pcmlab(words, await folder());
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(/^pcmlab: .+ \[USAGE\]\n {2}next: .+\n$/);
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
  const board = ["--chip", "./chip", "--store", "run.db", "--calibration", "nominal"];
  await pcmlab(["program", "small.onnx", ...board], cwd);
  const read = (at: string): Promise<Ended> => pcmlab(["--quiet", "read", ...board, "--at", at], cwd);
  expect((await read("1d")).exitCode).toBe(0);
  expectFailure(await read("25s"), "STORE_CONTENT", 8, /25 s after programming is past: a region is 1 d old/);
});
