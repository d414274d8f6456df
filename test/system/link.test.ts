/** The reliable link through the command line, on a pseudo-terminal: when it is used, what it repairs, and what is said of it. */

import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { systemTimer } from "../../src/core/system-clock.ts";
import { emulator, folder, json, main, pcmlab } from "./command.ts";
import { fakeLine } from "./fake-line.ts";
import { smallNetwork, smallWords } from "./small-network.ts";

const noise = 2e-4;

const counters = z.record(z.string(), z.number());
const reported = z.object({
  terms: z.object({ version: z.number(), payloadBytes: z.number(), windowFrames: z.number() }),
  sessions: z.number(),
  roundTripSeconds: z.number().nullable(),
  counters,
});
const linkDocument = z.object({ link: reported.nullable(), why: z.string().nullable(), use: counters });

const linkOf = async (words: readonly string[], cwd: string): Promise<z.infer<typeof linkDocument>> =>
  linkDocument.parse(await json(["link", "--chip", "./chip", "--seconds", "0", ...words], cwd));

/** Kills a command when it has worked for two seconds, without a chance to say good-bye. */
function killedAtWork(words: readonly string[], cwd: string): Promise<void> {
  const child = spawn(process.execPath, [main, ...words], { cwd, stdio: "ignore" });
  systemTimer.after(2, () => child.kill("SIGKILL"));
  return new Promise((resolve) => child.once("close", () => resolve()));
}

const identified = z.object({ identification: z.string(), link: reported.nullable() });

describe.skipIf(process.platform === "win32")("--link", () => {
  // Most of their time they wait for a board that does not answer.
  test.concurrent.for<[string, boolean]>([
    ["auto", true],
    ["on", true],
    ["off", false],
  ])("%s at a board that has a link: used is %s", async ([choice, used], { expect, onTestFinished }) => {
    const cwd = await folder(onTestFinished);
    await emulator(["--profile", "tiny", "--pty", "./chip"], cwd, onTestFinished);
    const document = identified.parse(await json(["identify", "--chip", "./chip", "--link", choice], cwd));
    expect(document.identification).toContain("TINY");
    expect(document.link !== null).toBe(used);
  });

  test.concurrent("auto asks a board without a link once, and uses plain lines", async ({
    expect,
    onTestFinished,
  }) => {
    const asked: string[] = [];
    const path = await fakeLine((text) => {
      asked.push(text);
      return text.includes("*IDN?") ? "ACME,Multimeter 3,42,1.0\n" : undefined;
    }, onTestFinished);
    const ended = await pcmlab(["identify", "--chip", path], await folder(onTestFinished));
    expect(ended.exitCode).toBe(4);
    expect(ended.stderr).toMatch(
      /"ACME,Multimeter 3,42,1\.0": .+ did not answer SYSTem:DESCriptor\? within 5 s.* \[NO_ANSWER\]/,
    );
    expect(asked.join("").split("SYSTem:LINK?").length - 1).toBe(1);
    expect(asked.join("")).not.toContain("\0");
  });

  test.concurrent("on at a board without a link says so within 6 s", async ({ expect, onTestFinished }) => {
    const path = await fakeLine(() => undefined, onTestFinished);
    const ended = await pcmlab(["identify", "--chip", path, "--link", "on"], await folder(onTestFinished));
    expect(ended.exitCode).toBe(4);
    expect(ended.stderr).toMatch(
      /does not answer the opening of a link \[NO_ANSWER\]\n {2}next: .*--link off/,
    );
  });

  test.concurrent("off is understood at once after a program with a link was killed in the middle of its work", async ({
    expect,
    onTestFinished,
  }) => {
    const cwd = await folder(onTestFinished);
    const words = ["--profile", "fusion-1m", "--pty", "./chip", "--baud", "921600"];
    const { child } = await emulator(words, cwd, onTestFinished);
    expect(child.exitCode).toBe(null);
    await killedAtWork(["link", "--chip", "./chip", "--link", "on", "--seconds", "60"], cwd);
    const document = identified.parse(await json(["identify", "--chip", "./chip", "--link", "off"], cwd));
    expect(document.link).toBe(null);
  });
});

describe.skipIf(process.platform === "win32")("a noisy line", () => {
  const programmed = z.object({ outcomes: counters, pulses: z.number(), link: reported });

  async function programmedOver(words: readonly string[]): Promise<z.infer<typeof programmed>> {
    const cwd = await folder();
    await writeFile(join(cwd, "small.onnx"), smallNetwork);
    await emulator(["--profile", "tiny", "--pty", "./chip", ...words], cwd);
    return programmed.parse(await json(smallWords("./chip", "run.db"), cwd));
  }

  test("programs the same conductances by the same pulses as a clean one", async () => {
    const clean = await programmedOver([]);
    const noisy = await programmedOver(["--noise", String(noise)]);
    expect({ ...noisy, link: 0 }).toMatchObject({ outcomes: clean.outcomes, pulses: clean.pulses });
    expect(noisy.link.counters.retransmitted).toBeGreaterThan(0);
    expect(clean.link.counters.badCrc).toBe(0);
    expect((noisy.link.counters.badCrc ?? 0) + (noisy.link.counters.badCobs ?? 0)).toBeGreaterThan(0);
  });
});

describe.skipIf(process.platform === "win32")("pcmlab link", () => {
  test("prints the terms, the round trip and every anomaly of a noisy line", async () => {
    const cwd = await folder();
    await emulator(["--profile", "tiny", "--pty", "./chip", "--noise", "1e-4"], cwd);
    const { link, why, use } = await linkOf(["--seconds", "1", "--link", "on"], cwd);
    expect(why).toBe(null);
    expect(use.queries).toBeGreaterThan(0);
    expect(link?.terms).toMatchObject({ version: 1, windowFrames: 64 });
    expect(link?.roundTripSeconds).toBeGreaterThan(0);
    expect(link?.counters.retransmitted).toBeGreaterThan(0);
    expect((link?.counters.badCrc ?? 0) + (link?.counters.badCobs ?? 0)).toBeGreaterThan(0);
  });

  test("says that a line needs no link, or must not use it", async () => {
    const cwd = await folder();
    const { tcpPort } = await emulator(["--profile", "tiny", "--pty", "./chip", "--tcp", "0"], cwd);
    const overTcp = await pcmlab(["link", "--chip", `127.0.0.1:${tcpPort}`, "--seconds", "0"], cwd);
    expect(overTcp.stdout).toContain("link        none: USB and TCP need none");
    expect((await linkOf(["--link", "off"], cwd)).why).toContain("--link off");
  });

  test("finds the line held to its rate", async () => {
    const cwd = await folder();
    await emulator(["--profile", "tiny", "--pty", "./chip", "--baud", "115200"], cwd);
    const { use } = await linkOf(["--seconds", "1"], cwd);
    expect(use.bytesPerSecond).toBeLessThan(11_520);
    expect(use.bytesPerSecond).toBeGreaterThan(2000);
  });
});
