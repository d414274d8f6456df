/** What a store says of a chip whose programming was killed, stopped, or cut short by the board itself. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { joshi2020 } from "../../calibration/program-verify/parameters.ts";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import type { ChipProfile } from "../../mocks/array/profile.ts";
import { fusion1m } from "../../mocks/array/profiles/fusion-1m.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { hostOnTcp } from "../../mocks/host/tcp-host.ts";
import { textOfBytes } from "../../src/core/bytes.ts";
import { systemTimer } from "../../src/core/system-clock.ts";
import { listening } from "../drivers/listening.ts";
import { emulator, json, main, pcmlab, pcmlabKilled } from "./command.ts";
import { inStore } from "./run-store.ts";
import { deviceCount, folderOfTenTiles, tileCount } from "./ten-tiles.ts";

const nominal = ["--converter-calibration", "nominal"];
const programWords = (chip: string): string[] => [
  ...["program", "ten.onnx", "--chip", chip, "--store", "run.db", ...nominal],
];

/** A board on TCP, and what it does in the middle of a tile. */
interface TroubledBoard {
  readonly words: readonly string[];
  readonly address: string;
  /** When the next command has finished so many tiles and is pulsing the next one; what was received waits for it. */
  troubleAfter(tiles: number, happens: () => Promise<void> | void): void;
  /** Its devices stay; its clock and its records begin anew. */
  restart(): void;
}

/** The boot id is asked for once when a command opens the board, and twice for each tile; some messages later, pulses are sent. */
async function troubledBoard(): Promise<TroubledBoard> {
  const crossbar = createCrossbar(fusion1m, 1);
  let firmware = new Firmware(crossbar, 1);
  let line = firmware.openLine();
  let questionsLeft = Number.POSITIVE_INFINITY;
  let chunksLeft = 5;
  let trouble: () => Promise<void> | void = () => {};
  const serve = async (chunk: Uint8Array, socket: Socket): Promise<void> => {
    questionsLeft -= textOfBytes(chunk).split("LAST?").length - 1;
    if (questionsLeft <= 0 && !line.midMessage && --chunksLeft === 0) await trouble();
    for (const response of line.receive(chunk)) socket.write(response);
  };
  const server = createServer({ noDelay: true }, (socket) => {
    line = firmware.openLine();
    let served = Promise.resolve();
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Uint8Array) => {
      served = served.then(() => serve(chunk, socket));
    });
  });
  const address = await listening(server);
  return {
    address,
    words: programWords(address),
    troubleAfter(tiles, happens) {
      questionsLeft = 1 + 2 * tiles;
      chunksLeft = 5;
      trouble = happens;
    },
    restart() {
      firmware = new Firmware(crossbar, 2);
      line = firmware.openLine();
    },
  };
}

/** Programs, and sends the signal when six tiles are finished and the seventh, of four bands, is being pulsed. */
function programSignalled(board: TroubledBoard, cwd: string, signal: "SIGKILL" | "SIGINT") {
  return new Promise<{ code: number | null; by: string | null }>((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...board.words], {
      cwd,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const noticed = new Promise<void>((known) => {
      child.stderr.on("data", (text) => {
        if (String(text).includes("stopping")) known();
      });
      child.on("close", () => known());
    });
    board.troubleAfter(6, () => {
      child.kill(signal);
      return noticed;
    });
    child.on("error", reject);
    child.on("close", (code, by) => resolve({ code, by }));
  });
}

test("after kill -9 in a re-programming, reading refuses the tile that was pulsed and not finished", async () => {
  const cwd = await folderOfTenTiles();
  const board = await troubledBoard();
  await json(board.words, cwd);
  // Nobody is there to say that what is programmed may be programmed again.
  expect((await pcmlab(board.words, cwd)).stderr).toContain("--yes");
  const again = { ...board, words: [...board.words, "--yes"] };
  expect((await programSignalled(again, cwd, "SIGKILL")).by).toBe("SIGKILL");
  inStore(cwd, ({ programmings, networks }) => {
    expect(programmings.current()).toHaveLength(tileCount - 1);
    expect(programmings.unfinished()).toMatchObject([{ tile: networks.get().tiles[6]?.id }]);
  });
  const words = ["read", "--chip", board.address, "--store", "run.db", "--at", "25s", ...nominal];
  const refused = await pcmlab(words, cwd);
  expect(refused.stderr).toMatch(/\b1 of 10 tiles\b/);
  expect(refused.exitCode).toBe(8);
  await json(again.words, cwd);
  expect((await pcmlab(words, cwd)).exitCode).toBe(0);
});

test("a killed host leaves a board that the next one can use, and what was acknowledged", async () => {
  const cwd = await folderOfTenTiles();
  await emulator(["--profile", "fusion-1m", "--pty", "./chip"], cwd);
  // A new store alone takes some 200 writes, the whole run some 3,500.
  expect(await pcmlabKilled(programWords("./chip"), cwd, "run.db-wal", 500)).toBe("SIGKILL");
  const refused = await pcmlab(programWords("./chip"), cwd);
  expect(refused.stderr).toContain(
    "next: go on with it: pcmlab resume --chip ./chip --store run.db; or add --yes",
  );
  const words = [...programWords("./chip"), "--yes"];
  const again = z.object({ devices: z.number() }).parse(await json(words, cwd));
  expect(again.devices).toBe(deviceCount);
  const read = ["read", "--chip", "./chip", "--store", "run.db", "--at", "25s", ...nominal];
  expect((await pcmlab(read, cwd)).exitCode).toBe(0);
});

test("Ctrl-C keeps the finished tiles and what was done to the one under way", async () => {
  const cwd = await folderOfTenTiles();
  expect(await programSignalled(await troubledBoard(), cwd, "SIGINT")).toEqual({ code: 130, by: null });
  inStore(cwd, ({ runs, programmings, readouts }) => {
    expect(runs.list().at(-1)).toMatchObject({ outcome: "interrupted" });
    expect(programmings.current()).toHaveLength(6);
    expect(readouts.atAge(0)).toHaveLength(6);
    const stopped = programmings.list().at(-1);
    expect(stopped).toMatchObject({ complete: false, tile: programmings.unfinished()[0]?.tile });
    // The rows under way were finished, the others not begun.
    expect(stopped?.counts.unknown).toBe(0);
    expect(stopped?.counts.converged).toBeGreaterThan(0);
    expect(stopped?.counts.skipped).toBeGreaterThan(0);
    expect(stopped?.pulseCount).toBeGreaterThan(0);
  });
});

test("a board that restarts in the middle of a tile, with the port open, is noticed at its end", async () => {
  const cwd = await folderOfTenTiles();
  const board = await troubledBoard();
  board.troubleAfter(3, () => board.restart());
  const ended = await pcmlab(board.words, cwd);
  expect(ended.stderr).toMatch(/the board restarted while array 0, .* was programmed/);
  expect(ended.exitCode).toBe(4);
  inStore(cwd, ({ programmings, networks }) => {
    const stopped = programmings.list().at(-1);
    const region = networks.get().tiles.find(({ id }) => id === stopped?.tile)?.region;
    expect(programmings.current()).toHaveLength(3);
    expect(stopped?.complete).toBe(false);
    expect(stopped?.counts.unknown).toBe((region?.rows ?? 0) * (region?.columns ?? 0));
  });
});

test("a chip that cannot make the pulses is refused before a store is made", async () => {
  const cwd = await folderOfTenTiles();
  const profile: ChipProfile = { ...fusion1m, program: { ...fusion1m.program, maxSteps: 4 } };
  const host = await hostOnTcp(new Firmware(createCrossbar(profile, 1), 1), 0, systemTimer);
  onTestFinished(() => host.close());
  const ended = await pcmlab(programWords(`tcp://127.0.0.1:${host.port}`), cwd);
  expect(ended.stderr).toMatch(/steps of a train: 7, the chip allows 1 to 4/);
  expect(ended.exitCode).toBe(5);
  expect(existsSync(join(cwd, "run.db"))).toBe(false);
});

test("a weaker chip is programmed with scaled currents, which are recorded", async () => {
  const cwd = await folderOfTenTiles();
  await emulator(["--profile", "hermes-core", "--pty", "./chip"], cwd);
  const schema = z.object({ convergedNonZeroShare: z.number() });
  const programmed = schema.parse(await json([...programWords("./chip"), "--gmax", "10uS"], cwd));
  expect(programmed.convergedNonZeroShare).toBeGreaterThan(0.99);
  inStore(cwd, ({ runs, programmings }) => {
    const inForce = { readVolts: 0.2, maxAmperes: 0.8 * joshi2020.maxAmperes };
    expect(runs.list()[0]?.config).toMatchObject({ parameters: inForce });
    expect(programmings.current()[0]?.algorithm.parameters).toMatchObject(inForce);
  });
});
