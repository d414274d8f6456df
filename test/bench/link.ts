/** How fast the reliable link is: against the rate of its line, against a program that only copies, pipelined, and in noise. */

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { SerialPort } from "serialport";
import { perform } from "../../drivers/instrument/perform.ts";
import { Session } from "../../drivers/instrument/session.ts";
import { openLink } from "../../drivers/link/link-transport.ts";
import { openSerial } from "../../drivers/serial/serial-transport.ts";
import type { LinkCounters } from "../../firmware-protocol/link/counters.ts";
import { chipTime } from "../../firmware-protocol/operation/chip-time.ts";
import { readRegion } from "../../firmware-protocol/operation/read-region.ts";
import { mapBounded } from "../../src/core/concurrency.ts";
import { systemClock, systemTimer } from "../../src/core/system-clock.ts";
import type { BoardSetup } from "./link-board.ts";
import type { Figures } from "./main.ts";

const baud = 3_000_000;
const lineBytesPerSecond = baud / 10;
const region = { array: 0, row: 0, column: 0, rows: 512, columns: 1024 };
const regionBytes = 2 * region.rows * region.columns;
/** The next region is asked for while one is on the line. */
const regionsUnderWay = 2;
const session = 0x0badcafe;

const atBaud = { regions: 6 };
/** Without a limit both the link and the copy are measured in turns, since a shared machine gives them more and less time. */
const free = { rounds: 15, regions: 24, warmUpRegions: 48 };
const copiedBytes = 48 * regionBytes;
const latencySeconds = 2e-3;
const queries = 10_000;
const queriesOneByOne = 500;
const queriesUnderWay = 64;

export async function link(): Promise<Figures> {
  const loadBefore = loadavg()[0];
  const { linkRates, copyRates } = await unlimited();
  const clean = await goodput({ mode: "link", baud }, atBaud.regions);
  const noisy = await goodput({ mode: "link", baud, bitErrors: 1e-5 }, atBaud.regions);
  const rates = await queryRates();
  return {
    goodputOverLine: clean.bytesPerSecond / lineBytesPerSecond,
    goodputOverCopy: median(linkRates) / median(copyRates),
    pipelineSpeedup: rates.pipelined / rates.oneByOne,
    noisyOverClean: noisy.bytesPerSecond / clean.bytesPerSecond,
    lineBytesPerSecond,
    goodputBytesPerSecond: clean.bytesPerSecond,
    noisyBytesPerSecond: noisy.bytesPerSecond,
    noisyFramesBehindGaps: noisy.counters.outOfOrder,
    noisyDamagedFrames: noisy.counters.badCrc + noisy.counters.badCobs + noisy.counters.tooLong,
    unlimitedBytesPerSecond: linkRates,
    copyBytesPerSecond: copyRates,
    pipelinedQueriesPerSecond: rates.pipelined,
    oneByOneQueriesPerSecond: rates.oneByOne,
    cores: availableParallelism(),
    loadBefore,
    loadAfter: loadavg()[0],
  };
}

/** Bytes of codes a second, of regions of 1 MiB read through the link. */
const goodput = (
  setup: Omit<BoardSetup, "path">,
  regions: number,
): Promise<{ bytesPerSecond: number; counters: LinkCounters }> =>
  withLink(setup, async (bytesPerSecond, counters) => ({
    bytesPerSecond: await bytesPerSecond(regions),
    counters: counters(),
  }));

/** As fast as the terminal goes, by the link and by a program that only copies, in turns. */
const unlimited = (): Promise<{ linkRates: number[]; copyRates: number[] }> =>
  withLink({ mode: "link" }, async (bytesPerSecond) => {
    const [linkRates, copyRates]: [number[], number[]] = [[], []];
    await bytesPerSecond(free.warmUpRegions);
    for (let round = 0; round < free.rounds; round++) {
      linkRates.push(await bytesPerSecond(free.regions));
      copyRates.push(await copyRate());
    }
    return { linkRates, copyRates };
  });

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

function withLink<T>(
  setup: Omit<BoardSetup, "path">,
  work: (bytesPerSecond: (regions: number) => Promise<number>, counters: () => LinkCounters) => Promise<T>,
): Promise<T> {
  return withBoard(setup, async (path) => {
    const line = await openLink(
      await openSerial(path, { timer: systemTimer }),
      systemTimer,
      systemClock,
      session,
    );
    const board = new Session(line, systemTimer);
    const read = () => perform(board, readRegion, { region, averages: 1, readVolts: 0.2, mask: undefined });
    await perform(board, chipTime, {});
    const bytesPerSecond = async (regions: number): Promise<number> => {
      const start = performance.now();
      await mapBounded(new Array(regions).fill(0), regionsUnderWay, read);
      return (regions * regionBytes) / ((performance.now() - start) / 1000);
    };
    const result = await work(bytesPerSecond, () => line.counters());
    await board.close();
    return result;
  });
}

/** Bytes a second that two processes reach on a pseudo-terminal when they only copy. */
export function copyRate(): Promise<number> {
  return withBoard({ mode: "copy" }, async (path) => {
    const port = new SerialPort({ path, baudRate: baud, highWaterMark: 1 << 20, autoOpen: false });
    await new Promise<void>((resolve, reject) => port.open((cause) => (cause ? reject(cause) : resolve())));
    const start = performance.now();
    await new Promise<void>((resolve) => {
      let left = copiedBytes;
      port.on("data", (chunk: Uint8Array) => {
        left -= chunk.length;
        if (left <= 0) resolve();
      });
      port.write(`${copiedBytes}\n`);
    });
    const seconds = (performance.now() - start) / 1000;
    await new Promise<void>((resolve) => port.close(() => resolve()));
    return copiedBytes / seconds;
  });
}

function queryRates(): Promise<{ pipelined: number; oneByOne: number }> {
  return withBoard({ mode: "link", latencySeconds }, async (path) => {
    const line = await openLink(
      await openSerial(path, { timer: systemTimer }),
      systemTimer,
      systemClock,
      session,
    );
    const board = new Session(line, systemTimer);
    const rate = async (count: number, underWay: number): Promise<number> => {
      const start = performance.now();
      await mapBounded(new Array(count).fill(0), underWay, () => perform(board, chipTime, {}));
      return count / ((performance.now() - start) / 1000);
    };
    await rate(100, queriesUnderWay);
    const oneByOne = await rate(queriesOneByOne, 1);
    const pipelined = await rate(queries, queriesUnderWay);
    await board.close();
    return { pipelined, oneByOne };
  });
}

async function withBoard<T>(setup: Omit<BoardSetup, "path">, work: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "pcmlab-link-"));
  const path = join(folder, "board");
  const script = join(import.meta.dirname, "link-board.js");
  const child = spawn(process.execPath, [script, JSON.stringify({ ...setup, path })], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  try {
    await new Promise((resolve, reject) => {
      child.stdout.once("data", resolve);
      child.once("close", () => reject(new Error("the board of the benchmark did not start")));
    });
    return await work(path);
  } finally {
    child.stdin.end();
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}
