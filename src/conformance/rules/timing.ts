/** SPEC.md, 12 and 4: silence inside a message, replies in time, and many messages before the first reply. */

import { readRegion } from "../../../firmware-protocol/operation/read-region.ts";
import { bytesOf, concatBytes } from "../../core/bytes.ts";
import { demand, scripted } from "../asking.ts";
import { readMessage } from "../board.ts";
import { done, outcomeOf } from "../expectation.ts";
import { type Rule, rule } from "../rule.ts";
import { answered, faulty, inBulk, take } from "../step.ts";

/** With the query behind them, as many as a host may send before it reads. */
const pipelined = 63;

const numbers = Array.from({ length: pipelined }, (_, n) => n + 1);

export const timingRules: readonly Rule[] = [
  rule(
    "timing.silence-in-block",
    "12",
    "gives an unfinished block up after 1 s of silence, queues -161, and begins anew",
    async (probe) => {
      await probe.begin(bytesOf("*ESE 9;:ARR:READ? 0,0,0,1,1,1,0.2,#3100abc"));
      await probe.rest("silence");
      await take(probe, faulty("*ESE?", [-161], "0"));
    },
    { stream: true, silence: true },
  ),
  rule(
    "timing.silence-in-text",
    "12",
    "gives an unfinished line up after 1 s of silence, and executes nothing of it",
    async (probe) => {
      await probe.begin(bytesOf("*ESE 9"));
      await probe.rest("silence");
      await take(probe, faulty("*OPC?;*ESE?", [-161], "1;0"));
    },
    { stream: true, silence: true },
  ),
  rule(
    "timing.silence-in-dropping",
    "12",
    "drops no more of a message beyond its limit after 1 s of silence, and begins anew",
    async (probe) => {
      await probe.begin(bytesOf("*ESE 9;*ESE #9999999999"));
      await probe.rest("silence");
      // In one message: where it is dropped, nothing of it is answered. Whether -161 was queued besides -363 is the board's choice.
      await take(probe, answered("*CLS;*ESE?", "0"));
    },
    { stream: true, silence: true },
  ),
  rule(
    "timing.pause",
    "12",
    "bears a rest of half a second inside a message",
    async (probe) => {
      await probe.begin(bytesOf("*ESE 9;*ES"));
      await probe.rest("pause");
      await probe.begin(bytesOf("E"));
      await probe.rest("pause");
      await probe.begin(bytesOf("?"));
      await probe.rest("pause");
      await take(probe, answered("", "9"));
    },
    { stream: true },
  ),
  rule("timing.no-silence-between", "12", "does not mind silence between messages", async (probe) => {
    await probe.begin(bytesOf("*ESE 9\n"));
    await probe.rest("silence");
    await take(probe, answered("*ESE?", "9"));
  }),
  scripted("timing.quick", "12", "answers quick operations and common queries within 5 s", () =>
    ["*ESE?", "*TST?", "SYST:VERS?", "CHIP:TIME?", "CHIP:TEMP?", "SYST:OPER:LAST?", "SYST:DESC?"].map(
      (message) => answered(message, { what: "an answer within 5 s", fits: () => true }),
    ),
  ),
  scripted("timing.pipelining", "4", "answers 64 messages that came at once, in their order", () => [
    answered(numbers.map((n) => `*ESE ${n};*ESE?`).join("\n"), ...numbers.map(String)),
  ]),
  rule("timing.pipelined-reads", "4", "answers 64 reads that came at once, in their order", async (probe) => {
    const send = concatBytes(numbers.map(() => readMessage(probe.board)));
    const step = inBulk({ ...answered(send), replies: numbers.map(() => done(readRegion)) });
    const outcomes = (await take(probe, step)).map((reply) => outcomeOf(readRegion, reply));
    const stamps = outcomes.map((outcome) =>
      outcome?.ok === true ? outcome.reply.firstSampleSeconds : Number.NaN,
    );
    const ordered = stamps.every((seconds, n) => n === 0 || seconds >= (stamps[n - 1] ?? 0));
    demand(ordered, send, "samples later from reply to reply", stamps.join(" "));
  }),
];
