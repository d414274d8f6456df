/** SPEC.md, 3.3: how much a message may hold, and what happens beyond. */

import { readRegion } from "../../../firmware-protocol/operation/read-region.ts";
import { blockHeader, encodeUnit } from "../../../firmware-protocol/scpi/element.ts";
import type { Descriptor } from "../../chip/descriptor.ts";
import { bytesOf, concatBytes } from "../../core/bytes.ts";
import { scripted } from "../asking.ts";
import { type Board, readRequest } from "../board.ts";
import type { Rule } from "../rule.ts";
import { answered, faulty, inBulk, refused } from "../step.ts";

const maxBatch = 2_097_152;

/** What every board of this descriptor must take at least, the terminator excluded. */
export function largestMessage({ maxCellsPerRequest: cells, arrays, mvm }: Descriptor): number {
  const rows = arrays[mvm?.plusArrays[0] ?? 0]?.rows ?? 0;
  const batch = mvm === undefined ? 0 : Math.min(mvm.maxVectors * rows, maxBatch);
  return Math.max(2 * cells + Math.ceil(cells / 8), batch) + 2048;
}

/** A read of one cell with a mask that makes the message as long as that: answered with -161, since one byte would do. */
function longRead(board: Board, bytes: number): Uint8Array {
  const start = encodeUnit("ARR:READ?", readRegion.encodeRequest(readRequest(board)));
  const room = bytes - start.length - 1;
  const header = blockHeader(room - blockHeader(room).length);
  const data = new Uint8Array(room - header.length).fill(0x0a);
  return concatBytes([start, bytesOf(`,${blockHeader(data.length)}`), data, bytesOf("\n")]);
}

const list = (count: number, item: string, separator: string): string =>
  new Array(count).fill(item).join(separator);

export const limitRules: readonly Rule[] = [
  scripted("limits.largest-message", "3.3", "takes a message as long as the descriptor demands", (board) => [
    inBulk(refused(longRead(board, largestMessage(board.descriptor)), -161)),
  ]),
  scripted(
    "limits.overrun",
    "3.3",
    "drops a message beyond its limit up to the next LF, and understands the next one",
    (board) => [
      // A board may have room for more: then this is one long word, which is no header or an unknown one.
      inBulk(
        faulty(`${"X".repeat(largestMessage(board.descriptor) + 4096)}\n*OPC?`, [[-363, -113, -102]], "1"),
      ),
    ],
  ),
  scripted(
    "limits.announced-block",
    "3.3",
    "refuses a block of 1 GB when it is announced, and resumes behind the next LF",
    () => [
      faulty("ARR:READ? 0,0,0,1,1,1,0.2,#9999999999\n*OPC?", [-363], "1"),
      faulty("*ESE #9999999999;\n*ESE 3;*ESE?", [-363], "3"),
    ],
  ),
  scripted("limits.units", "3.3", "takes 64 units, and executes none of 65", () => [
    answered(list(64, "*OPC?", ";"), list(64, "1", ";")),
    faulty(list(65, "*ESE 1", ";"), [-223]),
    answered("*ESE?", "0"),
  ]),
  scripted(
    "limits.parameters",
    "3.3",
    "takes 256 parameters of a unit, and executes nothing of a message with 257",
    () => [
      faulty(`*OPC?;*ESE ${list(256, "1", ",")}`, [-108], "1"),
      faulty(`*OPC?;*ESE ${list(257, "1", ",")}`, [-223]),
    ],
  ),
];
