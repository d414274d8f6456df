/** SPEC.md, 5: error numbers and the error queue. */

import { requestMessage } from "../../../firmware-protocol/operation/operation.ts";
import { readRegion } from "../../../firmware-protocol/operation/read-region.ts";
import { bytesOf, concatBytes } from "../../core/bytes.ts";
import { demand, scripted } from "../asking.ts";
import { nowhere, readRequest } from "../board.ts";
import { isErrorText, like, outcomeOf } from "../expectation.ts";
import { legibleAll } from "../legible.ts";
import type { Probe } from "../probe.ts";
import { type Rule, rule } from "../rule.ts";
import { answered, faulty, shown } from "../step.ts";

const anError = like(/^[+-]?[1-9]\d*, *"/, "an error");
const noError = like(/^\+?0, *"/, "no error");

/** Every fault that hurts nothing, with a header whose text would be too long. */
const faults = [
  `BOGUS_${"A".repeat(300)}`,
  "*ESE",
  "*ESE 256",
  "*ESE ON",
  "*CLS 1",
  "4X",
  "*ESE #H1",
  `*OPC${";*OPC".repeat(64)}`,
];

async function textsAreStandard(probe: Probe): Promise<void> {
  const refusedRead = requestMessage(readRegion, readRequest(probe.board, { region: nowhere(probe.board) }));
  const send = concatBytes([bytesOf(`${faults.join("\n")}\n`), refusedRead]);
  const { replies } = await probe.exchange(send);
  const outcomes = replies.map((reply) => outcomeOf({ decodeReply: () => ({}) }, reply));
  demand(
    outcomes.every((outcome) => outcome?.ok === false && isErrorText(outcome)),
    send,
    "a refusal with the standard's text",
    legibleAll(replies),
  );
  const errors = await probe.takeErrors();
  const wrong = errors.filter(({ number, text }) => !isErrorText({ error: number, text }));
  demand(
    wrong.length === 0,
    send,
    "texts that begin with the standard's, at most 255 characters",
    wrong.map(shown).join(" "),
  );
}

export const errorRules: readonly Rule[] = [
  scripted("errors.none", "5", "answers 0 and No error when the queue is empty", () => [
    answered("SYST:ERR?", '0,"No error"'),
    answered("SYST:ERR:COUN?", "0"),
  ]),
  scripted("errors.once", "5", "gives each error once", () => [
    answered("BOGUS\nSYST:ERR?\nSYST:ERR?", anError, noError),
  ]),
  scripted("errors.order", "5", "gives the oldest error first", () => [
    faulty("BOGUS\n*ESE\n*CLS 1", [[-113, -100], -109, -108]),
    faulty("*CLS 1\nBOGUS\n*ESE", [-108, [-113, -100], -109]),
  ]),
  scripted("errors.count", "6", "counts the queue without changing it", () => [
    answered("BOGUS\nBOGUS\nSYST:ERR:COUN?\nSYST:ERR:COUN?\n*CLS", "2", "2"),
  ]),
  scripted("errors.overflow", "5", "holds 32 errors, and lets the newest become -350 beyond", () => [
    faulty(
      `${"BOGUS\n".repeat(31)}*ESE\n*ESE\nSYST:ERR:COUN?`,
      [...new Array<"any">(31).fill("any"), -350],
      "32",
    ),
    faulty("BOGUS", ["any"]),
  ]),
  scripted(
    "errors.undefined-header",
    "5",
    "queues -113 for a header that it does not know, without an answer, and runs the other units",
    () => [
      faulty("MEASure:VOLTage?", [-113]),
      faulty("*OPC?;BOGUS;*OPC?", [-113], "1;1"),
      faulty("*OPC?;BOGUS?;*OPC?", [-113], "1;1"),
      faulty("FOO_1:BAR2 1", [-113]),
    ],
  ),
  scripted("errors.missing", "5", "queues -109 for a missing parameter", () => [faulty("*ESE", [-109])]),
  scripted("errors.too-many", "5", "queues -108 for a parameter too many, and changes nothing", () => [
    faulty("*ESE 4,5\n*ESE?", [-108], "0"),
  ]),
  scripted("errors.range", "5", "queues -222 for a value out of range, and changes nothing", () => [
    faulty("*ESE 256\n*ESE?", [-222], "0"),
    faulty("*ESE -1\n*ESE?", [-222], "0"),
  ]),
  rule(
    "errors.text",
    "5",
    "begins each text with that of the standard, details behind ;, 255 characters at most",
    textsAreStandard,
  ),
];
