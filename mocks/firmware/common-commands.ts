/** The common commands of IEEE 488.2, chapter 10, and the SYSTem commands that SCPI-99 requires. */

import { type Element, encodeElements, number, string, word } from "../../firmware-protocol/scpi/element.ts";
import { Fields } from "../../firmware-protocol/scpi/fields.ts";
import type { Board } from "./board.ts";
import type { Command } from "./command.ts";

/** Version of the SCPI standard that the firmware follows (SYSTem:VERSion?). */
const scpiVersion = 1999;

const ask = (header: string, answer: (board: Board) => readonly Element[]): Command => ({
  header,
  run(board, parameters) {
    new Fields(parameters).end();
    return encodeElements(answer(board));
  },
});

const tell = (header: string, act: (board: Board) => void): Command => ({
  header,
  run(board, parameters) {
    new Fields(parameters).end();
    act(board);
    return undefined;
  },
});

const set = (header: string, store: (board: Board, mask: number) => void): Command => ({
  header,
  run(board, parameters) {
    const fields = new Fields(parameters);
    const mask = fields.integer("mask", 0, 255);
    fields.end();
    store(board, mask);
    return undefined;
  },
});

export const commonCommands: readonly Command[] = [
  ask("*IDN?", (board) => [word(board.identification)]),
  // Drives are off between messages but for a run of the board, and every setting travels with its request.
  tell("*RST", (board) => board.program?.abort()),
  tell("*CLS", (board) => board.status.clear()),
  set("*ESE", (board, mask) => {
    board.status.eventEnable = mask;
  }),
  ask("*ESE?", (board) => [number(board.status.eventEnable)]),
  ask("*ESR?", (board) => [number(board.status.takeEvents())]),
  set("*SRE", (board, mask) => {
    board.status.requestEnable = mask & ~64;
  }),
  ask("*SRE?", (board) => [number(board.status.requestEnable)]),
  ask("*STB?", (board) => [number(board.status.statusByte())]),
  // Messages are executed one after the other, so every earlier operation is complete when these run.
  tell("*OPC", (board) => board.status.completeOperation()),
  ask("*OPC?", () => [number(1)]),
  tell("*WAI", () => {}),
  ask("*TST?", () => [number(0)]),
  ask("SYSTem:ERRor[:NEXT]?", (board) => {
    const error = board.status.takeError();
    return [number(error.number), string(error.text)];
  }),
  ask("SYSTem:ERRor:COUNt?", (board) => [number(board.status.errorCount)]),
  ask("SYSTem:VERSion?", () => [word(`${scpiVersion}.0`)]),
];
