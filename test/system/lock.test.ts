/** A chip that another program has locked, from another cable: what it keeps from whom, and how a person gets it free. */

import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { emulator, folder, json, pcmlab } from "./command.ts";
import { smallNetwork, smallWords } from "./small-network.ts";

const owner = "lab-pc campaign 3 f7a1";
const lockDocument = z.object({ owner: z.string().nullable(), secondsLeft: z.number() });

/** Sends one message to the board and gives its answer. */
function asked(socket: Socket, message: string): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("data", (chunk) => resolve(String(chunk).trim()));
    socket.write(`${message}\n`);
  });
}

async function lockedChip() {
  const cwd = await folder();
  await writeFile(join(cwd, "small.onnx"), smallNetwork);
  const board = await emulator(["--profile", "tiny", "--pty", "./chip", "--tcp", "0"], cwd);
  const socket = connect(board.tcpPort ?? 0, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  expect(await asked(socket, `SYST:LOCK:REQ? "${owner}",600`)).toMatch(/^0,1,/);
  return { cwd, socket };
}

const lockOf = async (cwd: string, ...words: string[]) =>
  lockDocument.parse(await json(["lock", "--chip", "./chip", ...words], cwd));

test("a locked chip is read by everybody and programmed by nobody else, until its owner is named", async () => {
  const { cwd, socket } = await lockedChip();
  const { owner: told, secondsLeft } = await lockOf(cwd);
  expect(told).toBe(owner);
  expect(secondsLeft).toBeGreaterThan(500);
  expect(secondsLeft).toBeLessThanOrEqual(600);

  const program = smallWords("./chip", "run.db");
  const kept = await pcmlab(program, cwd);
  expect(kept.exitCode).toBe(3);
  expect(kept.stderr).toContain(`the chip is locked by "${owner}" for another`);
  expect(kept.stderr).toContain("[LOCKED]");
  expect(existsSync(join(cwd, "ledger"))).toBe(false);

  const conformance = await pcmlab(["conformance", "--chip", "./chip"], cwd);
  expect(conformance.exitCode).toBe(3);
  expect(conformance.stderr).toContain("[LOCKED]");

  const wrong = await pcmlab(["lock", "--chip", "./chip", "--release", "somebody"], cwd);
  expect(wrong.exitCode).toBe(2);
  expect((await lockOf(cwd)).owner).toBe(owner);
  expect((await lockOf(cwd, "--release", owner)).owner).toBeNull();
  expect(await asked(socket, "SYST:LOCK:OWN?")).toBe('0,0,"",0');
  expect((await pcmlab(program, cwd)).exitCode).toBe(0);
});

test("a command that only looks leaves the drives of a locked chip as they are", async () => {
  const { cwd, socket } = await lockedChip();
  const sent = async (file: string): Promise<string> => {
    await json(["identify", "--chip", "./chip", "--record", file], cwd);
    return (await pcmlab(["trace", file], cwd)).stdout;
  };
  expect(await sent("locked.jsonl")).not.toContain("CHIP:SAFE?");
  expect(await asked(socket, `SYST:LOCK:REL? "${owner}"`)).toBe('0,0,"",0');
  expect(await sent("free.jsonl")).toContain("CHIP:SAFE?");
});

test("identify says how the chip's clock goes, and who has the lock", async () => {
  const { cwd } = await lockedChip();
  const { stdout } = await pcmlab(["identify", "--chip", "./chip"], cwd);
  expect(stdout).toContain("since its first power-up, virtual, passes in operations and on request");
  expect(stdout).toContain(`lock        held by "${owner}" for another`);
});

test("a chip that was off like a real board begins its clock anew, and says so", async () => {
  const cwd = await folder();
  const first = await emulator(["--profile", "tiny", "--pty", "./chip", "--save", "chip.state"], cwd);
  await first.stop();
  await emulator(["--load", "chip.state", "--time", "1000x", "--off-time", "passes", "--pty", "./chip"], cwd);
  const { stdout } = await pcmlab(["identify", "--chip", "./chip"], cwd);
  expect(stdout).toMatch(/clock .* since power-up, 1000 times real time\n/);
});

test("a virtual clock cannot count the time for which its chip was off", async () => {
  const ended = await pcmlab(["emulator", "--pty", "./chip", "--off-time", "passes"], await folder());
  expect(ended.exitCode).toBe(2);
  expect(ended.stderr).toContain("--time virtual passes on request only");
});
