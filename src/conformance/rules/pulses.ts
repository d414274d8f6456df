/** SPEC.md, 10.6 and 10.7: pulses and trains. All that must be given are of the weakest kind, for one cell. */

import { lastOperation } from "../../../firmware-protocol/operation/last-operation.ts";
import { pulseCells } from "../../../firmware-protocol/operation/pulse-cells.ts";
import { maxOperationId } from "../../../firmware-protocol/operation/pulse-reply.ts";
import { pulseTrain } from "../../../firmware-protocol/operation/pulse-train.ts";
import { block, type Element, number, word } from "../../../firmware-protocol/scpi/element.ts";
import { type Descriptor, largestDacCode } from "../../chip/descriptor.ts";
import { largestAllowedDacCode } from "../../chip/limits.ts";
import { asked, demand, freshId, pulsed, trained, unit, wearing } from "../asking.ts";
import {
  arrayAt,
  type Board,
  longestNanoseconds,
  pulseMessage,
  shortestNanoseconds,
  trainMessage,
  weakPulse,
  weakStep,
  weakTrain,
} from "../board.ts";
import { NotApplicable } from "../mismatch.ts";
import type { Probe } from "../probe.ts";
import { type Rule, rule } from "../rule.ts";
import { refused, take } from "../step.ts";

type Refused = readonly [message: Uint8Array, error: number];

/** A rule of requests that are refused whole: no pulse, and the record stays. */
const refusing = (
  id: string,
  section: string,
  must: string,
  requests: (board: Board, id: number) => readonly Refused[],
): Rule => rule(id, section, must, (probe) => refuseAll(probe, requests), { pulses: true });

async function refuseAll(
  probe: Probe,
  requests: (board: Board, id: number) => readonly Refused[],
): Promise<void> {
  const id = await freshId(probe);
  for (const [message, error] of requests(probe.board, id)) {
    await wearing(probe, message, async () => {
      await take(probe, refused(message, error));
      return [];
    });
    const { lastOperationId } = await asked(probe, lastOperation);
    demand(
      lastOperationId < id,
      message,
      `last operation id below ${id}, since it was refused`,
      lastOperationId,
    );
  }
}

const pulseFields = (board: Board, id: number): Element[] => pulseCells.encodeRequest(weakPulse(board, id));
const trainFields = (board: Board, id: number): Element[] => pulseTrain.encodeRequest(weakTrain(board, id));
const pulseUnit = (elements: readonly Element[]): Uint8Array => unit(pulseCells.header, elements);
const trainUnit = (elements: readonly Element[]): Uint8Array => unit(pulseTrain.header, elements);

/** Widths and trailing edges in ns just outside the limits. */
function wrongShapes({
  program,
}: Descriptor): { readonly widthNanoseconds?: number; readonly trailingNanoseconds?: number }[] {
  const tooShort = Math.ceil(program.minWidthSeconds * 1e9 - 0.5) - 1;
  return [
    { widthNanoseconds: Math.max(0, tooShort) },
    { widthNanoseconds: longestNanoseconds(program.maxWidthSeconds) + 1 },
    { trailingNanoseconds: longestNanoseconds(program.maxTrailingSeconds) + 1 },
  ];
}

const aFraction = (board: Board) => ({ widthNanoseconds: shortestNanoseconds(board.descriptor) + 0.5 });

/** The smallest code that must be refused: the only request of this kit that would be strong on a board without limits. */
function tooLargeCode(descriptor: Descriptor): number {
  const code = largestAllowedDacCode(descriptor) + 1;
  if (code <= 65_535) return code;
  throw new NotApplicable(`every code of 16 bits is allowed: the DAC has ${largestDacCode(descriptor)}`);
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
      const [weak, wrong] = [1, tooLargeCode(descriptor)];
      const amplitudeCodes = Uint16Array.from(column === cell.column ? [weak, wrong] : [wrong, weak]);
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
  rule(
    "trains.given",
    "10.7",
    "gives all steps of a train, pulses being cells x steps",
    async (probe) => {
      const id = await freshId(probe);
      const count = Math.min(2, probe.board.descriptor.program.maxSteps);
      const change = { steps: new Array(count).fill(weakStep(probe.board)) };
      await wearing(probe, trainMessage(probe.board, id, change), async () => [
        await trained(probe, id, count, change),
      ]);
    },
    { pulses: true },
  ),
  refusing("trains.step-limits", "10.7", "refuses a train with one step outside the limits", (board, id) => [
    ...wrongShapes(board.descriptor).map(
      (shape): Refused => [
        trainMessage(board, id, {
          steps: [weakStep(board), { ...weakStep(board), ...shape }].slice(
            -board.descriptor.program.maxSteps,
          ),
        }),
        -222,
      ],
    ),
    [trainMessage(board, id, { steps: [{ ...weakStep(board), amplitudeCode: 0 }] }), -222],
    [trainMessage(board, id, { steps: [{ ...weakStep(board), ...aFraction(board) }] }), -104],
  ]),
  refusing(
    "trains.steps",
    "10.7",
    "refuses more steps than maxSteps, and with -223 more than 64",
    (board, id) => {
      const { maxSteps } = board.descriptor.program;
      const steps = (count: number) => ({ steps: new Array(count).fill(weakStep(board)) });
      return [
        ...(maxSteps < 64 ? [[trainMessage(board, id, steps(maxSteps + 1)), -222] as const] : []),
        [trainMessage(board, id, steps(65)), -223],
      ];
    },
  ),
  refusing("trains.missing", "10.7", "refuses a train without steps, or with a part of one", (board, id) => {
    const fields = trainFields(board, id);
    return [
      [trainUnit(fields.slice(0, -3)), -109],
      [trainUnit(fields.slice(0, -1)), -109],
      [trainUnit([...fields, number(1)]), -109],
    ];
  }),
];
