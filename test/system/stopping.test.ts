/** Two Ctrl-C through the real command line: the board is told to switch its drives off before the command is gone. */

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { fusion1m } from "../../mocks/array/profiles/fusion-1m.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { textOfBytes } from "../../src/core/bytes.ts";
import { openStore } from "../../src/store/store.ts";
import { listening } from "../drivers/listening.ts";
import { digits, folder, main } from "./command.ts";
import { fakeLine } from "./fake-line.ts";

interface SlowBoard {
  readonly address: string;
  /** What it was asked after it was told to be slow. */
  asked(): string;
  readonly hungUp: Promise<void>;
}

/** A board on TCP that becomes slow at its first pulses, and says so: it answers nothing until `CHIP:SAFE?`, or not even that. */
async function slowBoard(onPulse: () => void, answersSafeOff: boolean): Promise<SlowBoard> {
  const firmware = new Firmware(createCrossbar(fusion1m, 1), 1);
  let asked = "";
  let slow = false;
  let hangUp = (): void => {};
  const hungUp = new Promise<void>((resolve) => {
    hangUp = resolve;
  });
  const server = createServer({ noDelay: true }, (socket) => {
    const line = firmware.openLine();
    const held: Uint8Array[] = [];
    socket.on("error", () => socket.destroy());
    socket.on("close", hangUp);
    socket.on("data", (chunk: Uint8Array) => {
      const text = textOfBytes(chunk);
      if (!slow && /ARRay:(PULS|TRA)/i.test(text)) {
        slow = true;
        onPulse();
      }
      if (slow) asked += text;
      held.push(...line.receive(chunk));
      if (slow && !(answersSafeOff && asked.includes("CHIP:SAFE?"))) return;
      for (const response of held.splice(0)) socket.write(response);
    });
  });
  const address = await listening(server);
  return { address, asked: () => asked, hungUp };
}

/** Programs, and gets a signal when the first pulses are under way and another one as soon as it has noticed the first. */
async function programInterruptedTwice(answersSafeOff: boolean) {
  const cwd = await folder();
  const board = await slowBoard(() => child.kill("SIGINT"), answersSafeOff);
  const nominal = ["--converter-calibration", "nominal"];
  const words = ["program", digits, "--chip", board.address, "--store", "run.db", ...nominal];
  const child = spawn(process.execPath, [main, ...words], { cwd, stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stderr = "";
  let signals = 1;
  child.stderr.on("data", (text) => {
    stderr += text;
    if (signals === 1 && stderr.includes("safe point")) {
      signals++;
      child.kill("SIGINT");
    }
  });
  const exitCode = await new Promise((resolve) => child.once("close", resolve));
  await board.hungUp;
  return { cwd, exitCode, stderr, asked: board.asked(), signals };
}

test("the second one switches the drives off, and what was acknowledged is stored", async () => {
  const { cwd, exitCode, stderr, asked, signals } = await programInterruptedTwice(true);
  expect([exitCode, signals]).toEqual([130, 2]);
  expect(asked).toContain("CHIP:SAFE?");
  expect(asked.slice(asked.indexOf("CHIP:SAFE?"))).not.toMatch(/ARRay/i);
  expect(stderr).toMatch(/its drives are off\n(.*\n)*pcmlab: stopped at once \[INTERRUPTED\]\n$/);
  const store = openStore(join(cwd, "run.db"), { mode: "read" });
  onTestFinished(() => store.close());
  expect(store.runs.list().at(-1)).toMatchObject({ outcome: "interrupted" });
  expect(store.programmings.unfinished()).toHaveLength(1);
  expect(store.programmings.list()[0]?.pulseCount).toBeGreaterThan(0);
});

test("a board that does not answer is left all the same, and the user is told", async () => {
  const { exitCode, stderr, asked } = await programInterruptedTwice(false);
  expect(exitCode).toBe(130);
  expect(asked).toContain("CHIP:SAFE?");
  expect(stderr).toMatch(/did not say that its drives are off.*\n(.*\n)*pcmlab: stopped at once/);
});

/** The greeting alone would go on for 4.5 s, and the handshake of a link for as long. */
const promptMilliseconds = 3000;

test
  .skipIf(process.platform === "win32")
  .each([[["--link", "off"]], [["--link", "on"]], [["--reconnect", "60"]]])(
  "the first one while a silent port is opened with %j ends the command at once",
  async (words) => {
    let heard = (): void => {};
    const opening = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const path = await fakeLine(() => void heard());
    const child = spawn(process.execPath, [main, "identify", "--chip", path, ...words], { stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    const closed = new Promise((resolve) => child.once("close", resolve));
    await opening;
    const stopped = performance.now();
    child.kill("SIGINT");
    expect(await closed).toBe(130);
    expect(performance.now() - stopped).toBeLessThan(promptMilliseconds);
  },
);
