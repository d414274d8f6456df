/** SPEC.md, 11: a pulse is given at most once, whatever happens to the requests and their replies. */

import { lastOperation } from "../../../firmware-protocol/operation/last-operation.ts";
import type { PulseReply } from "../../../firmware-protocol/operation/pulse-reply.ts";
import { bytesOf, textOfBytes } from "../../core/bytes.ts";
import { asked, demand, freshId, pulsed, wearing } from "../asking.ts";
import { pulseMessage, shortestNanoseconds, trainMessage } from "../board.ts";
import type { Probe } from "../probe.ts";
import { type Rule, rule } from "../rule.ts";
import { faulty, refused, silent, take } from "../step.ts";

/** A pulse operation that came again must be answered from the record, without a pulse. */
async function answeredFromRecord(
  probe: Probe,
  id: number,
  first: PulseReply,
  again: Uint8Array,
): Promise<void> {
  await wearing(probe, again, async () => {
    const heard = await probe.exchange(again);
    const came = heard.replies.map((reply) => textOfBytes(reply)).join(" ");
    const { operationId, pulses, startSeconds, endSeconds } = first;
    const fields = came.split(",").map(Number);
    const same = [0, operationId, pulses, startSeconds, endSeconds].every((value, n) => fields[n] === value);
    demand(
      same && fields.length === 5,
      again,
      `the record of operation ${id}: 0,${operationId},${pulses},${startSeconds},${endSeconds}`,
      came,
    );
    await take(probe, silent(""));
    return [];
  });
  const { lastOperationId } = await asked(probe, lastOperation);
  demand(lastOperationId === id, again, `last operation id ${id}`, lastOperationId);
}

/** What the board must refuse without a pulse, its record being that of `last`. */
async function refusedWithoutPulse(
  probe: Probe,
  message: Uint8Array,
  error: number,
  last: number,
): Promise<void> {
  await wearing(probe, message, async () => {
    await take(probe, refused(message, error));
    return [];
  });
  const { lastOperationId } = await asked(probe, lastOperation);
  demand(lastOperationId === last, message, `last operation id ${last}`, lastOperationId);
}

/** More than 32 bits hold, and so little of 2^53 that any number of checks may follow. */
const gap = 2 ** 32;

const pulsing = { pulses: true } as const;

export const atMostOnceRules: readonly Rule[] = [
  rule(
    "once.duplicate",
    "11",
    "A3: answers a message that comes again from its record, and does not act",
    async (probe) => {
      const id = await freshId(probe);
      const first = await pulsed(probe, id);
      await answeredFromRecord(probe, id, first, pulseMessage(probe.board, id));
      await answeredFromRecord(probe, id, first, pulseMessage(probe.board, id));
    },
    pulsing,
  ),
  rule(
    "once.duplicate-at-once",
    "11",
    "A3: does so when both come before the first is answered",
    async (probe) => {
      const id = await freshId(probe);
      const message = pulseMessage(probe.board, id);
      await wearing(probe, message, async () => {
        await probe.begin(message);
        probe.pulsesAsked += 1;
        const heard = await probe.exchange(message);
        const [first = "", second = ""] = heard.replies.map((reply) => textOfBytes(reply));
        const twice = heard.replies.length === 2 && first === second && first.startsWith(`0,${id},1,`);
        demand(twice, message, "the same reply twice", `${first} and ${second}`);
        const [, , pulses, startSeconds, endSeconds] = first.split(",").map(Number);
        return [{ pulses: pulses ?? 0, startSeconds: startSeconds ?? 0, endSeconds: endSeconds ?? 0 }];
      });
    },
    pulsing,
  ),
  rule(
    "once.duplicate-changed",
    "11",
    "A4: refuses the last id in another message with 1001, without a pulse, and keeps its record",
    async (probe) => {
      const { program } = probe.board.descriptor;
      const id = await freshId(probe);
      const first = await pulsed(probe, id);
      await refusedWithoutPulse(probe, trainMessage(probe.board, id), 1001, id);
      const longer = shortestNanoseconds(probe.board.descriptor) + 1;
      if (longer <= program.maxWidthSeconds * 1e9) {
        const other = pulseMessage(probe.board, id, { widthNanoseconds: longer });
        await refusedWithoutPulse(probe, other, 1001, id);
      }
      await answeredFromRecord(probe, id, first, pulseMessage(probe.board, id));
    },
    pulsing,
  ),
  rule(
    "once.smaller",
    "11",
    "A4: refuses a smaller id with 1001, without a pulse",
    async (probe) => {
      const id = (await freshId(probe)) + 1;
      const first = await pulsed(probe, id);
      await refusedWithoutPulse(probe, pulseMessage(probe.board, id - 1), 1001, id);
      await refusedWithoutPulse(probe, trainMessage(probe.board, id - 1), 1001, id);
      await answeredFromRecord(probe, id, first, pulseMessage(probe.board, id));
    },
    pulsing,
  ),
  rule(
    "once.event-bit",
    "6",
    "sets event bit 8 for 1001",
    async (probe) => {
      const id = (await freshId(probe)) + 1;
      await pulsed(probe, id);
      await take(probe, silent("*CLS"), refused(pulseMessage(probe.board, id - 1), 1001));
      const { replies } = await probe.exchange(bytesOf("*ESR?\n"));
      const came = replies.map((reply) => textOfBytes(reply)).join(" ");
      demand(came === "8", "*ESR?\n", "8", came);
    },
    pulsing,
  ),
  rule(
    "once.gap",
    "11",
    "A5: takes ids that do not follow each other, beyond 32 bits, too",
    async (probe) => {
      const id = (await freshId(probe)) + gap;
      await pulsed(probe, id);
      await refusedWithoutPulse(probe, pulseMessage(probe.board, id - 5), 1001, id);
    },
    pulsing,
  ),
  rule(
    "once.refused-is-free",
    "11",
    "A2, A5: leaves the id of a refused request free, and the record as it was",
    async (probe) => {
      const id = await freshId(probe);
      const widthNanoseconds = Math.floor(probe.board.descriptor.program.maxWidthSeconds * 1e9 + 0.5) + 1;
      await refusedWithoutPulse(probe, pulseMessage(probe.board, id, { widthNanoseconds }), -222, id - 1);
      await wearing(probe, pulseMessage(probe.board, id), async () => [await pulsed(probe, id)]);
    },
    pulsing,
  ),
  rule(
    "once.reset",
    "11",
    "A1: keeps the record through *RST and *CLS",
    async (probe) => {
      const id = await freshId(probe);
      const first = await pulsed(probe, id);
      await take(probe, silent("*RST;*CLS"));
      await answeredFromRecord(probe, id, first, pulseMessage(probe.board, id));
    },
    pulsing,
  ),
  rule(
    "once.lost-half",
    "11",
    "does not act on half a request, and takes the id when the whole one comes",
    async (probe) => {
      const id = await freshId(probe);
      const message = pulseMessage(probe.board, id);
      await wearing(probe, message, async () => {
        await probe.begin(message.subarray(0, -2));
        await probe.rest("silence");
        await take(probe, faulty("", [-161]));
        return [];
      });
      await wearing(probe, message, async () => [await pulsed(probe, id)]);
    },
    { pulses: true, stream: true, silence: true },
  ),
  rule(
    "once.connection",
    "11",
    "A1: keeps the record over a new connection, and the boot id",
    async (probe) => {
      const id = await freshId(probe);
      const first = await pulsed(probe, id);
      const { bootId } = await asked(probe, lastOperation);
      await probe.reconnect();
      await answeredFromRecord(probe, id, first, pulseMessage(probe.board, id));
      const after = await asked(probe, lastOperation);
      demand(after.bootId === bootId, "SYST:OPER:LAST?\n", `boot id ${bootId}`, after.bootId);
    },
    pulsing,
  ),
];
