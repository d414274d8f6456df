/** SPEC.md, 3.2: definite-length blocks. They travel in masks of reads that are refused, or of cells that are read. */

import { readRegion } from "../../../firmware-protocol/operation/read-region.ts";
import { encodeUnit } from "../../../firmware-protocol/scpi/element.ts";
import { textOfBytes } from "../../core/bytes.ts";
import { scripted } from "../asking.ts";
import { type Board, nowhere, readRequest } from "../board.ts";
import { refusal } from "../expectation.ts";
import { type Rule, rule } from "../rule.ts";
import { answered, faulty, refused, type Step, take } from "../step.ts";

/** A read of 16 cells that are nowhere, with what is given in the place of its mask: -222 when its 2 bytes are a block, and else not. */
const nowhereWith = (board: Board, mask: string): string =>
  readWith(readRequest(board, { region: nowhere(board) }), mask);

/** A read of the probed cell with what is given in the place of its mask: nothing else of it is wrong, since no order of faults is prescribed. */
const hereWith = (board: Board, mask: string): string => readWith(readRequest(board), mask);

const readWith = (request: ReturnType<typeof readRequest>, mask: string): string =>
  `${textOfBytes(encodeUnit("ARR:READ?", readRegion.encodeRequest(request)))},${mask}`;

const pairs = ["\n\n", '\n"', '";', ",#", "#0", "\r\n", "\0\xff", "\x11\x13"];

export const blockRules: readonly Rule[] = [
  scripted(
    "blocks.any-byte",
    "3.2",
    "takes every byte value inside a block, LF, CR and quotes too",
    (board) => pairs.map((pair) => refused(nowhereWith(board, `#12${pair}`), -222)),
  ),
  scripted("blocks.lf-inside", "3.2", "does not end a message at an LF inside a block", (board) => [
    faulty(`${nowhereWith(board, '#12\n"')}\n*OPC?`, [-222], refusal(-222), "1"),
  ]),
  scripted(
    "blocks.cr-last",
    "3.2",
    "keeps a CR that is the last byte of a block, and drops one behind it",
    (board) => [refused(nowhereWith(board, "#12\n\r"), -222), refused(nowhereWith(board, "#12ab\r"), -222)],
  ),
  scripted("blocks.length-digits", "3.2", "reads 1 to 9 length digits", (board) => [
    refused(nowhereWith(board, "#3002ab"), -222),
    refused(nowhereWith(board, "#9000000002ab"), -222),
  ]),
  scripted(
    "blocks.empty",
    "3.2",
    "takes the empty block #10, and answers that its length is wrong",
    (board) => [refused(hereWith(board, "#10"), -161)],
  ),
  scripted(
    "blocks.indefinite",
    "3.4",
    "refuses the indefinite block #0, and resumes behind the next LF",
    (board) => [faulty(`${nowhereWith(board, "#0\x01")}\n*OPC?`, [-161], "1")],
  ),
  scripted(
    "blocks.malformed",
    "3.3",
    "refuses a # without digits, and resumes behind the next LF",
    (board) => [
      faulty(`${nowhereWith(board, "#Z12ab")}\n*OPC?`, [-161], "1"),
      faulty(`${nowhereWith(board, "#2x2ab")}\n*OPC?`, [-161], "1"),
    ],
  ),
  scripted("blocks.none-in-a-string", "3.2", "begins no block at a # inside a string", () => [
    faulty('*ESE "#9999999999"\n*OPC?', [-104], "1"),
  ]),
  scripted(
    "blocks.for-a-number",
    "3.2",
    "answers -104 to a block where a number is required, and to a number for a block",
    (board) => [faulty("*ESE #11\n", [-104]), refused(hereWith(board, "1"), -104)],
  ),
  rule(
    "blocks.chopping",
    "2",
    "takes the bytes of a message however they are chopped",
    async (probe) => {
      const whole = [
        answered("*ESE +3.2E1;*ESE?", "32"),
        refused(nowhereWith(probe.board, '#12\n"'), -222),
        faulty("*ESE #H20\n*OPC?", [-161], "1"),
      ];
      for (const step of whole) {
        for (const byte of step.send.subarray(0, -1)) await probe.begin(Uint8Array.of(byte));
        await take(probe, lastByteOf(step));
      }
    },
    { stream: true },
  ),
];

const lastByteOf = (step: Step): Step => ({ ...step, send: step.send.slice(-1) });
