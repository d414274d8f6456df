/** SPEC.md, 10.6: pulses. All that must be given are of the weakest kind, for one cell. */

import { lastOperation } from "../../../firmware-protocol/operation/last-operation.ts";
import { pulseCells } from "../../../firmware-protocol/operation/pulse-cells.ts";
import { maxOperationId } from "../../../firmware-protocol/operation/pulse-reply.ts";
import { block, type Element, number, word } from "../../../firmware-protocol/scpi/element.ts";
import { type Descriptor, largestDacCode } from "../../chip/descriptor.ts";
import { largestAllowedDacCode } from "../../chip/limits.ts";
import { asked, demand, freshId, pulsed, unit, wearing } from "../asking.ts";
import { arrayAt, type Board, pulseMessage, weakPulse } from "../board.ts";
import { NotApplicable } from "../mismatch.ts";
import { type Rule, rule } from "../rule.ts";
import { aFraction, type Refused, refusing, wrongShapes } from "./refusing.ts";

const pulseFields = (board: Board, id: number): Element[] => pulseCells.encodeRequest(weakPulse(board, id));
const pulseUnit = (elements: readonly Element[]): Uint8Array => unit(pulseCells.header, elements);

/** The smallest code that must be refused: the only request of this kit that would be strong on a board without limits. */
function tooLargeCode(descriptor: Descriptor): number {
  const code = largestAllowedDacCode(descriptor) + 1;
  if (code <= 65_535) return code;
  throw new NotApplicable(`every code of 16 bits is allowed: the DAC has ${largestDacCode(descriptor)}`);
}

/** A board that checks no code gives a current that is so many times the largest permitted one. */
const mostBeyond = 1.1;

/**
 * The smallest code without a low byte that must be refused: a board that reads the high byte first takes it for one so weak
 * that it heats no cell. Weak codes that are given cannot tell, since code 1 read so is one of those that are allowed.
 */
function swappedWeakCode(descriptor: Descriptor): number {
  const allowed = largestAllowedDacCode(descriptor);
  const code = (Math.floor(allowed / 256) + 1) * 256;
  if (code <= Math.min(65_535, mostBeyond * allowed)) return code;
  throw new NotApplicable(`no code without a low byte is just above ${allowed}, the largest that is allowed`);
}

function outsideRegions({ cell, descriptor }: Board) {
  const { rows, columns } = arrayAt(descriptor, cell.array);
  const references = descriptor.arrays.flatMap(({ referenceSiemens }, array) =>
    referenceSiemens === undefined ? [] : [{ ...cell, array, row: 0, column: 0 }],
  );
  return [
    { ...cell, row: rows },
    { ...cell, column: columns },
    { ...cell, array: descriptor.arrays.length },
    ...references,
  ];
}

export const pulseRules: readonly Rule[] = [
  rule(
    "pulses.given",
    "10.6",
    "gives one pulse, and answers id, count, start and end",
    async (probe) => {
      const id = await freshId(probe);
      await wearing(probe, pulseMessage(probe.board, id), async () => [await pulsed(probe, id)]);
      const { lastOperationId } = await asked(probe, lastOperation);
      demand(
        lastOperationId === id,
        pulseMessage(probe.board, id),
        `last operation id ${id}`,
        lastOperationId,
      );
    },
    { pulses: true },
  ),
  refusing(
    "pulses.code-limits",
    "10.6",
    "refuses a code that is too large, and code 0 for a chosen cell; does not clamp",
    (board, id) => [
      [pulseMessage(board, id, { amplitudeCodes: Uint16Array.of(tooLargeCode(board.descriptor)) }), -222],
      [pulseUnit([...pulseFields(board, id).slice(0, -1), block(new Uint8Array(2))]), -222],
    ],
  ),
  refusing("pulses.little-endian", "8", "takes the least significant byte of a code first", (board, id) => [
    [pulseMessage(board, id, { amplitudeCodes: Uint16Array.of(swappedWeakCode(board.descriptor)) }), -222],
  ]),
  refusing(
    "pulses.shape-limits",
    "10.6",
    "refuses widths and trailing edges outside the limits; does not clamp",
    (board, id) => [
      ...wrongShapes(board.descriptor).map((shape): Refused => [pulseMessage(board, id, shape), -222]),
      [pulseMessage(board, id, aFraction(board)), -104],
    ],
  ),
  refusing(
    "pulses.region",
    "8",
    "refuses a pulse outside the arrays, and one for reference resistors",
    (board, id) =>
      outsideRegions(board).map((region): Refused => [pulseMessage(board, id, { region }), -222]),
  ),
  refusing(
    "pulses.all-or-nothing",
    "10.6",
    "gives no pulse at all when one code of many is wrong",
    (board, id) => {
      const { cell, descriptor } = board;
      if (arrayAt(descriptor, cell.array).columns < 2 || descriptor.maxCellsPerRequest < 2)
        throw new NotApplicable("no request may hold two cells of a row");
      const column = Math.max(0, cell.column - 1);
      const region = { ...cell, column, columns: 2 };
      // The neighbour is to get the weak one, whatever the board does.
      const [weak, wrong] = [1, tooLargeCode(descriptor)];
      const amplitudeCodes = Uint16Array.from(column === cell.column ? [wrong, weak] : [weak, wrong]);
      return [[pulseMessage(board, id, { region, amplitudeCodes }), -222]];
    },
  ),
  refusing("pulses.blocks", "10.6", "refuses masks and codes of the wrong length or kind", (board, id) => {
    const start = pulseFields(board, id).slice(0, -2);
    const [one, code] = [Uint8Array.of(1), Uint8Array.of(1, 0)];
    return [
      [pulseUnit([...start, block(Uint8Array.of(1, 0)), block(code)]), -161],
      [pulseUnit([...start, block(one), block(new Uint8Array(0))]), -161],
      [pulseUnit([...start, block(one), block(Uint8Array.of(1, 0, 1, 0))]), -161],
      [pulseUnit([...start, block(one), number(1)]), -104],
      [pulseUnit([...start, block(one)]), -109],
      [pulseUnit([...start, block(one), block(code), number(1)]), -108],
    ];
  }),
  refusing(
    "pulses.id-limits",
    "10.6",
    "refuses ids that are 0, beyond 2^53 - 1, fractions or words",
    (board, id) => {
      const [, ...rest] = pulseFields(board, id);
      return [
        [pulseUnit([number(0), ...rest]), -222],
        [pulseUnit([number(maxOperationId + 1), ...rest]), -222],
        [pulseUnit([number(id + 0.5), ...rest]), -104],
        [pulseUnit([word("NEXT"), ...rest]), -104],
      ];
    },
  ),
];
