/** The built command, real processes and real cables that are pulled: programming goes on, and every pulse is accounted for. */

import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { connectChip } from "../../drivers/chip/connect.ts";
import { trueWear } from "../../firmware-protocol/operation/true-wear.ts";
import { cellCount } from "../../src/chip/region.ts";
import { LabError } from "../../src/core/errors.ts";
import { systemTimer } from "../../src/core/system-clock.ts";
import { listening } from "../drivers/listening.ts";
import { digits, type Ended, emulator, folder, pcmlab } from "./command.ts";
import { inStore } from "./run-store.ts";

const words = (chip: string): string[] => [
  ...["program", digits, "--chip", chip, "--store", "run.db", "--json", "--converter-calibration", "nominal"],
];
const summary = z.object({ devices: z.number(), convergedNonZeroShare: z.number(), pulses: z.number() });

/** Looking into a store touches its files, so it is looked into now and then, and not when they change. */
const lookSeconds = 0.05;

/** Calls when so many tiles are in the store, for each of the numbers: the next tile is being pulsed then. */
function whenTilesAre(cwd: string, numbers: readonly number[], call: () => void): void {
  const left = [...numbers];
  let cancel = (): void => {};
  const look = (): void => {
    const next = left[0];
    if (next === undefined) return;
    if (tilesIn(cwd) >= next) {
      left.shift();
      call();
    }
    cancel = systemTimer.after(lookSeconds, look);
  };
  look();
  onTestFinished(() => cancel());
}

function tilesIn(cwd: string): number {
  try {
    return inStore(cwd, ({ programmings }) => programmings.list().length);
  } catch (failure) {
    // It is not there yet, or is being made.
    if (failure instanceof LabError) return 0;
    throw failure;
  }
}

/** Pulses of every device of the network: as the host has counted them, and as the silicon has had them. */
async function wear(cwd: string, resource: string): Promise<{ counted: number[]; had: number[] }> {
  const tiles = inStore(cwd, ({ networks, programmings }) => {
    const regions = new Map(networks.get().tiles.map(({ id, region }) => [id, region]));
    return programmings.list().map((programming) => ({
      region: regions.get(programming.tile),
      pulses: programmings.cells(programming.id).pulses,
    }));
  });
  const chip = await connectChip(resource, { timer: systemTimer });
  const counted: number[] = [];
  const had: number[] = [];
  for (const { region, pulses } of tiles) {
    if (region === undefined) throw new Error("a programming without a tile");
    counted.push(...pulses);
    had.push(...(await chip.perform(trueWear, { region })).pulses);
    expect(pulses.length).toBe(cellCount(region));
  }
  await chip.close();
  return { counted, had };
}

const remarks = (cwd: string): string[] =>
  inStore(cwd, ({ events }) => events.list().map(({ text }) => text));

/** The run ended well, told of every loss, and lost no pulse. Readings that were asked again shift the noise of those after them. */
async function expectUndisturbed(ended: Ended, cwd: string, resource: string, losses: number): Promise<void> {
  expect(ended.stderr).toContain("waiting up to 60 s for the board");
  expect(ended.exitCode, ended.stderr).toBe(0);
  const programmed = summary.parse(JSON.parse(ended.stdout));
  expect(programmed.devices).toBe(60_708);
  expect(programmed.convergedNonZeroShare).toBeGreaterThan(0.995);
  const texts = remarks(cwd);
  expect(texts.filter((text) => text.startsWith("link lost")).length).toBe(losses);
  expect(
    texts.filter((text) => /^back under .* after \d+\.\d s, \d+ operations? asked again/.test(text)).length,
  ).toBe(losses);
  const { counted, had } = await wear(cwd, resource);
  expect(had).toEqual(counted);
  expect(counted.reduce((sum, pulses) => sum + pulses, 0)).toBe(programmed.pulses);
}

describe.skipIf(process.platform === "win32")("a serial cable", () => {
  test("that is pulled and put back, three times, while a network is programmed", async () => {
    const cwd = await folder();
    const board = await emulator(["--profile", "fusion-1m", "--pty", "./chip"], cwd);
    whenTilesAre(cwd, [1, 4, 7], () => board.child.kill("SIGUSR2"));
    const ended = await pcmlab(words("./chip"), cwd);
    await expectUndisturbed(ended, cwd, join(cwd, "chip"), 3);
  });

  test("to a board that was killed and switched on again is BOARD_RESTARTED", async () => {
    const cwd = await folder();
    const first = await emulator(["--profile", "fusion-1m", "--pty", "./chip"], cwd);
    whenTilesAre(cwd, [2], () => {
      first.child.kill("SIGKILL");
      void emulator(["--profile", "fusion-1m", "--pty", "./chip"], cwd);
    });
    const ended = await pcmlab(words("./chip"), cwd);
    expect(ended.stderr).toMatch(/the board restarted; .* \[BOARD_RESTARTED\]\n {2}next: \S/);
    expect(ended.exitCode).toBe(4);
    inStore(cwd, ({ runs, programmings }) => {
      expect(runs.list().at(-1)).toMatchObject({ outcome: "failed" });
      // What was finished before stays, and no tile looks finished that is not.
      expect(programmings.current().length).toBeGreaterThanOrEqual(2);
      expect(programmings.current().length).toBeLessThan(10);
    });
  });

  test.each([
    ["1", true],
    ["0", false],
  ])("that stays out fails with --reconnect %s; looked for: %s", async (seconds, looksForIt) => {
    const cwd = await folder();
    const board = await emulator(["--profile", "fusion-1m", "--pty", "./chip"], cwd);
    whenTilesAre(cwd, [2], () => board.child.kill("SIGKILL"));
    const ended = await pcmlab([...words("./chip"), "--reconnect", seconds], cwd);
    expect(ended.stderr.includes(`the board did not come back within ${seconds} s`)).toBe(looksForIt);
    expect(ended.stderr).toContain("[LINK_LOST]");
    expect(ended.exitCode).toBe(4);
  });
});

/** Passes bytes between a client and a port; a cut ends the connection, and nobody is let in for a while. */
async function proxyTo(port: number): Promise<{ readonly address: string; cut(outSeconds: number): void }> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let out = false;
  const server = createServer({ noDelay: true }, (client) => {
    client.on("error", () => client.destroy());
    if (out) return void client.destroy();
    const board = connect({ host: "127.0.0.1", port, noDelay: true });
    const pair = [client, board] as const;
    pairs.add(pair);
    board.on("error", () => board.destroy());
    client.pipe(board).pipe(client);
    for (const end of pair)
      end.on("close", () => {
        pairs.delete(pair);
        for (const one of pair) one.destroy();
      });
  });
  const address = await listening(server);
  const cut = (outSeconds: number): void => {
    out = true;
    for (const pair of pairs) for (const end of pair) end.destroy();
    systemTimer.after(outSeconds, () => {
      out = false;
    });
  };
  onTestFinished(() => cut(1000));
  return { cut, address };
}

test("a network connection that is cut, five times, while a network is programmed", async () => {
  const cwd = await folder();
  const board = await emulator(["--profile", "fusion-1m", "--tcp", "0"], cwd);
  const proxy = await proxyTo(board.tcpPort ?? 0);
  whenTilesAre(cwd, [1, 3, 5, 7, 9], () => proxy.cut(0.3));
  const ended = await pcmlab(words(proxy.address), cwd);
  await expectUndisturbed(ended, cwd, `127.0.0.1:${board.tcpPort}`, 5);
});
