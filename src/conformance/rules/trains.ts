/** SPEC.md, 10.7: trains, of the weakest pulses, for one cell. */

import { pulseTrain } from "../../../firmware-protocol/operation/pulse-train.ts";
import { type Element, number } from "../../../firmware-protocol/scpi/element.ts";
import { freshId, trained, unit, wearing } from "../asking.ts";
import { type Board, trainMessage, weakStep, weakTrain } from "../board.ts";
import { type Rule, rule } from "../rule.ts";
import { aFraction, type Refused, refusing, wrongShapes } from "./refusing.ts";

const trainFields = (board: Board, id: number): Element[] => pulseTrain.encodeRequest(weakTrain(board, id));
const trainUnit = (elements: readonly Element[]): Uint8Array => unit(pulseTrain.header, elements);

export const trainRules: readonly Rule[] = [
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
