/** SPEC.md, 2: what belongs to the board and not to a connection. */

import { chipTime } from "../../../firmware-protocol/operation/chip-time.ts";
import { lastOperation } from "../../../firmware-protocol/operation/last-operation.ts";
import { bytesOf } from "../../core/bytes.ts";
import { asked, demand } from "../asking.ts";
import { type Rule, rule } from "../rule.ts";
import { faulty, silent, take } from "../step.ts";

export const connectionRules: readonly Rule[] = [
  rule(
    "connection.survived",
    "2",
    "keeps error queue, status, clock and operation record over a new connection",
    async (probe) => {
      const before = { ...(await asked(probe, lastOperation)), ...(await asked(probe, chipTime)) };
      await take(probe, silent("*ESE 8;*SRE 4"));
      await probe.exchange(bytesOf("BOGUS\n"));
      await probe.reconnect();
      await take(probe, faulty("*ESE?;*SRE?", ["any"], "8;4"));
      const after = { ...(await asked(probe, lastOperation)), ...(await asked(probe, chipTime)) };
      const kept = after.bootId === before.bootId && after.lastOperationId === before.lastOperationId;
      demand(
        kept && after.chipSeconds >= before.chipSeconds,
        "a new connection",
        JSON.stringify(before),
        JSON.stringify(after),
      );
    },
  ),
];
