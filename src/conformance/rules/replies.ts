/** SPEC.md, 4: replies. */

import { chipTime } from "../../../firmware-protocol/operation/chip-time.ts";
import { textOfBytes } from "../../core/bytes.ts";
import { demand, scripted } from "../asking.ts";
import { done, like, refusal } from "../expectation.ts";
import { type Rule, rule } from "../rule.ts";
import { answered, faulty, refused, silent, takeOne } from "../step.ts";

const number = String.raw`[+-]?(\d+\.?\d*|\.\d+)(E[+-]?\d+)?`;

export const replyRules: readonly Rule[] = [
  scripted("replies.queries-only", "4", "answers nothing to commands that are no queries", () => [
    silent("*ESE 0"),
    silent("*CLS;*RST;*WAI;*SRE 0"),
  ]),
  scripted("replies.joined", "4", "joins the responses of one message with ;", () => [
    answered("*OPC?;*STB?", "1;0"),
    answered("*ESE 4;*ESE?;*SRE 0;*OPC?", "4;1"),
  ]),
  rule("replies.line-feed", "4", "ends each response message with LF alone", async (probe) => {
    const step = answered("*OPC?", "1");
    const { raw } = await takeOne(probe, step);
    const came = textOfBytes(raw);
    demand(!came.includes("\r"), step.send, "1\\n", JSON.stringify(came));
  }),
  scripted("replies.separators", "4", "separates elements with a comma and no spaces", () => [
    answered("SYST:ERR?", like(/^0,"[^"]*"$/, '0,"No error"')),
    answered("CHIP:TIME?", like(new RegExp(`^0,${number}$`, "i"), "0,<number>")),
  ]),
  scripted("replies.status", "4", "begins the reply of an operation that is done with 0", () => [
    answered("CHIP:SAFE?", "0"),
    answered("CHIP:TIME?", done(chipTime, "chip time")),
  ]),
  scripted(
    "replies.refusal",
    "4",
    "answers a refused operation with number and text, and queues the same error",
    () => [refused("CHIP:TIME? 1", -108), refused("ARR:READ? 0", -109)],
  ),
  scripted("replies.refusal-among-others", "4", "executes the other units beside a refused operation", () => [
    faulty("*ESE 5;:CHIP:TIME? 1;*ESE 6", [-108], refusal(-108)),
    answered("*ESE?", "6"),
    faulty("*OPC?;*CLS 1;*OPC?", [-108], "1;1"),
  ]),
  scripted("replies.common-refused", "4", "answers nothing to a common query that it refuses", () => [
    faulty("*ESE? 1", [-108]),
    faulty("*ESE 256;*ESE?", [-222], "0"),
    faulty("SYST:VERS? 1;*OPC?", [-108], "1"),
  ]),
];
