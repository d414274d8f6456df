/**
 * An imaginary board, so that the driver beside it can be tried: 16 x 16 devices, one ASCII line for each cell, over TCP.
 *
 *     node examples/driver/simulator.mjs 7016
 *
 * | line                       | answer                                             |
 * |----------------------------|----------------------------------------------------|
 * | `?`                        | model, serial number, boot number                  |
 * | `T`                        | seconds since power-up                             |
 * | `R row column millivolts`  | code 0 to 1023 of 0 to 50 µS, temperature in K     |
 * | `P row column code ns`     | `OK`; codes 0 to 1023 of 0 to 500 µA               |
 * | `OFF`                      | `OK`                                               |
 * | anything else              | `ERR` and why                                      |
 */

import { realpathSync } from "node:fs";
import { createServer } from "node:net";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";

const rows = 16;
const columns = 16;
const largestCode = 1023;
const sampleSeconds = 2e-6;

/** The board itself: lines in, lines out. Its clock is the sum of what it did and of the time since it was made. */
export function simulatedBoard(bootNumber = 1, secondsNow = () => 0) {
  const siemens = new Float64Array(rows * columns).fill(20e-6);
  let busySeconds = 0;
  let noise = 1;
  /** Cycle-to-cycle spread, ±0.3 µS, from a small generator that always gives the same. */
  const spread = () => {
    noise = (noise * 48_271) % 2_147_483_647;
    return (noise / 2_147_483_647 - 0.5) * 0.6e-6;
  };
  const cellAt = (row, column) => {
    if (row < rows && column < columns) return row * columns + column;
    throw new RangeError("there is no such cell");
  };
  const commands = {
    "?": () => `ASCII-16 SN0007 ${bootNumber}`,
    T: () => String(secondsNow() + busySeconds),
    R: (row, column) => {
      busySeconds += sampleSeconds;
      return `${Math.round((siemens[cellAt(row, column)] / 50e-6) * largestCode)} 300`;
    },
    P: (row, column, code, nanoseconds) => {
      if (code > largestCode) throw new RangeError("the code is too large");
      busySeconds += nanoseconds * 1e-9;
      const amperes = (code / largestCode) * 500e-6;
      // More current melts more and leaves less conductance.
      siemens[cellAt(row, column)] = Math.min(45e-6, Math.max(0.05e-6, 45e-6 - amperes / 10 + spread()));
      return "OK";
    },
    OFF: () => "OK",
  };
  return (line) => {
    const [name = "", ...values] = line.trim().split(" ");
    try {
      return commands[name]?.(...values.map(Number)) ?? "ERR no such command";
    } catch (failure) {
      return `ERR ${failure.message}`;
    }
  };
}

/** Serves a board on a port of this machine; 0 lets the system choose. */
export function serveBoard(answer, port) {
  const server = createServer((socket) => {
    let unfinished = "";
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      const lines = (unfinished + chunk).split("\n");
      unfinished = lines.pop().slice(-100);
      socket.write(lines.map((line) => `${answer(line)}\n`).join(""));
    });
  });
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
}

// Run by itself, also by a name that is a link.
if (argv[1] !== undefined && import.meta.url === pathToFileURL(realpathSync(argv[1])).href) {
  const began = performance.now();
  const board = simulatedBoard(Date.now() % 2 ** 32, () => (performance.now() - began) / 1000);
  const server = await serveBoard(board, Number(argv[2] ?? 7016));
  process.stdout.write(`board on 127.0.0.1:${server.address().port}; Ctrl-C ends it\n`);
}
