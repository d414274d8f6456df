/** The far end of the link benchmark, a process of its own: a board whose silicon costs nothing, or a program that only copies bytes. */

import { Firmware } from "../../mocks/firmware/firmware.ts";
import { noisy } from "../../mocks/host/noisy-line.ts";
import { hostOnPty, type LineServer } from "../../mocks/host/pty-host.ts";
import { serveLinked } from "../../mocks/link/linked-line.ts";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import { cellCount } from "../../src/chip/region.ts";
import { textOfBytes } from "../../src/core/bytes.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { systemClock, systemTimer } from "../../src/core/system-clock.ts";
import { exampleDescriptor, fakeArray } from "../firmware/fake-array.ts";

export interface BoardSetup {
  readonly path: string;
  readonly mode: "link" | "copy";
  /** 8N1; undefined for as fast as the terminal goes. */
  readonly baud?: number;
  /** Probability that a bit is flipped, each way. */
  readonly bitErrors?: number;
  /** What is sent arrives so much later, as behind a USB bridge. */
  readonly latencySeconds?: number;
}

/** Regions of 2^19 cells: 1 MiB of codes. */
export const rows = 512;
export const columns = 1024;
const copyPiece = 1 << 16;

const descriptor: Descriptor = {
  ...exampleDescriptor,
  arrays: [{ name: "A", rows, columns }],
  maxCellsPerRequest: rows * columns,
};

const codes = Uint16Array.from({ length: rows * columns }, (_, cell) => (cell * 40_503) & 0xff);
const array = {
  ...fakeArray(descriptor),
  read: (region: Parameters<ReturnType<typeof fakeArray>["read"]>[0], _: unknown, startSeconds: number) => ({
    codeSums: codes.subarray(0, cellCount(region)),
    saturatedCells: 0,
    endSeconds: startSeconds,
  }),
};

/** Answers a line with a number by so many bytes of every value. */
const serveCopy: LineServer = (_, __, write) => {
  const piece = Uint8Array.from({ length: copyPiece }, (_, i) => (i * 31) & 0xff);
  let asked = "";
  return {
    receive(chunk) {
      asked += textOfBytes(chunk);
      if (!asked.endsWith("\n")) return undefined;
      for (let left = Number(asked); left > 0; left -= copyPiece) void write(piece.subarray(0, left));
      asked = "";
      return undefined;
    },
    stop() {},
  };
};

const late =
  (serve: LineServer, seconds: number): LineServer =>
  (board, timer, write) =>
    serve(board, timer, (bytes) => {
      timer.after(seconds, () => void write(bytes));
      return undefined;
    });

const setup: BoardSetup = JSON.parse(process.argv[2] ?? "{}");
let serve = setup.mode === "copy" ? serveCopy : serveLinked(systemClock);
if (setup.bitErrors !== undefined) serve = noisy(serve, setup.bitErrors, seededPrng(1));
if (setup.latencySeconds !== undefined) serve = late(serve, setup.latencySeconds);
const pace = setup.baud === undefined ? {} : { pace: { baud: setup.baud, clock: systemClock } };
const host = await hostOnPty(new Firmware(array, 1), setup.path, systemTimer, { serve, ...pace });
process.stdout.write("ready\n");
process.stdin.on("end", () => void host.close().then(() => process.exit()));
process.stdin.resume();
