/** SPEC.md, 8: regions, masks and codes, in reads, which hurt nothing. */

import { readRegion } from "../../../firmware-protocol/operation/read-region.ts";
import { number } from "../../../firmware-protocol/scpi/element.ts";
import type { Region } from "../../chip/region.ts";
import { demand, reading, scripted, unit } from "../asking.ts";
import { arrayAt, type Board, cellsOfARow, largestRegion, readMessage, readRequest } from "../board.ts";
import { NotApplicable, Unchecked } from "../mismatch.ts";
import { type Rule, rule } from "../rule.ts";
import { refused } from "../step.ts";

/** Changes of the probed cell's region that leave the chip, or are none. */
const outside = (board: Board): readonly Region[] => {
  const { cell, descriptor } = board;
  const { rows, columns } = arrayAt(descriptor, cell.array);
  return [
    { ...cell, row: rows },
    { ...cell, column: columns },
    { ...cell, row: rows - 1, rows: 2 },
    { ...cell, column: columns - 1, columns: 2 },
    { ...cell, rows: 0 },
    { ...cell, columns: 0 },
    { ...cell, row: -1 },
    { ...cell, array: descriptor.arrays.length },
  ];
};

/** Mask bytes, the cells that they choose of a row, from how many columns on they say something. */
const masks = [
  { bytes: [0x01], columns: 1, chosen: 1 },
  { bytes: [0xfe], columns: 1, chosen: 0 },
  { bytes: [0xf8], columns: 3, chosen: 0 },
  { bytes: [0xff], columns: 3, chosen: 3 },
  { bytes: [0xaa], columns: 8, chosen: 4 },
  { bytes: [0x00, 0xfe], columns: 9, chosen: 0 },
  { bytes: [0x21, 0x01], columns: 9, chosen: 3 },
] as const;

export const regionRules: readonly Rule[] = [
  rule("regions.last-cell", "8", "reads the last cell of every array", async (probe) => {
    for (const [array, { rows, columns }] of probe.board.descriptor.arrays.entries())
      await reading(probe, { region: { array, row: rows - 1, column: columns - 1, rows: 1, columns: 1 } }, 1);
  }),
  scripted(
    "regions.outside",
    "8",
    "refuses a region that leaves its array, is empty, or is in no array",
    (board) => outside(board).map((region) => refused(readMessage(board, { region }), -222)),
  ),
  scripted("regions.fraction", "8", "refuses a fraction of a row", (board) => [
    refused(readMessage(board, { region: { ...board.cell, row: board.cell.row + 0.5 } }), -104),
  ]),
  scripted("regions.too-many-cells", "8", "refuses more cells than maxCellsPerRequest", (board) => {
    const { rows, columns } = arrayAt(board.descriptor, board.cell.array);
    const bandRows = Math.floor(board.descriptor.maxCellsPerRequest / columns) + 1;
    if (bandRows > rows) throw new NotApplicable("the array has no more cells than that");
    return [
      refused(
        readMessage(board, {
          region: { array: board.cell.array, row: 0, column: 0, rows: bandRows, columns },
        }),
        -222,
      ),
    ];
  }),
  rule("regions.largest", "8", "reads as many cells as the descriptor allows", async (probe) => {
    const region = largestRegion(probe.board);
    await reading(probe, { region }, region.rows * region.columns);
  }),
  rule("regions.rectangle", "8", "answers a code for each cell of a rectangle", async (probe) => {
    const { cell, descriptor } = probe.board;
    const { rows, columns } = arrayAt(descriptor, cell.array);
    if (rows < 2 || columns < 2 || descriptor.maxCellsPerRequest < 4)
      throw new NotApplicable("no request may hold 2 x 2 cells");
    await reading(
      probe,
      { region: { array: cell.array, row: rows - 2, column: columns - 2, rows: 2, columns: 2 } },
      4,
    );
  }),
  rule(
    "masks.order",
    "8",
    "chooses cell n by bit n mod 8 of byte n / 8, least significant first, and ignores the bits beyond",
    async (probe) => {
      const { board } = probe;
      for (const { bytes, columns, chosen } of masks) {
        const region = cellsOfARow(board, columns);
        if (region.columns === columns) await reading(probe, { region, mask: flags(bytes) }, chosen);
      }
    },
  ),
  scripted("masks.length", "8", "refuses a mask of another length", (board) => {
    const region = cellsOfARow(board, 9);
    const tooLong = flags(new Array<number>(Math.ceil(region.columns / 8) + 1).fill(0));
    return [
      refused(readMessage(board, { region, mask: tooLong }), -161),
      refused(readMessage(board, { region, mask: new Uint8Array(0) }), -161),
    ];
  }),
  scripted("masks.kind", "8", "refuses a number where the mask is", (board) => [
    refused(unit(readRegion.header, [...readRegion.encodeRequest(readRequest(board)), number(1)]), -104),
  ]),
  rule(
    "codes.little-endian",
    "8",
    "writes codes of 16 bits, the least significant byte first",
    async (probe) => {
      const region = largestRegion(probe.board);
      const { codeSums } = await reading(probe, { region }, region.rows * region.columns);
      if (codeSums.every((code) => code === 0))
        throw new Unchecked("every cell reads 0, which tells no order");
    },
  ),
  rule("codes.saturated", "8", "counts the cells that saturated", async (probe) => {
    const region = largestRegion(probe.board);
    const cells = region.rows * region.columns;
    const { codeSums, saturatedCells } = await reading(probe, { region }, cells);
    const largest = 2 ** probe.board.descriptor.read.adcBits - 1;
    const atTheTop = codeSums.filter((code) => code === largest).length;
    demand(
      saturatedCells === atTheTop,
      readMessage(probe.board, { region }),
      `${atTheTop} saturated cells, since so many have code ${largest}`,
      saturatedCells,
    );
  }),
];

/** Packed on the way, a flag for each bit. */
const flags = (bytes: readonly number[]): Uint8Array =>
  Uint8Array.from({ length: bytes.length * 8 }, (_, n) => (bytes[n >> 3]! >> (n & 7)) & 1);
