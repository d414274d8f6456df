/** SPEC.md, 6, 9 and 11: power-up. Only where this session can switch the board off and on. */

import { chipTime } from "../../../firmware-protocol/operation/chip-time.ts";
import { lastOperation } from "../../../firmware-protocol/operation/last-operation.ts";
import { bytesOf, textOfBytes } from "../../core/bytes.ts";
import { asked, demand } from "../asking.ts";
import { type Rule, rule } from "../rule.ts";

export const powerRules: readonly Rule[] = [
  rule(
    "power.up",
    "11",
    "A6: has another boot id after power-up, an empty record, a power-on event and masks of 0",
    async (probe) => {
      const before = await asked(probe, lastOperation);
      const { chipSeconds: old } = await asked(probe, chipTime);
      await probe.powerCycle();
      const { replies } = await probe.exchange(bytesOf("*ESR?;*ESE?;*SRE?\n"));
      const came = replies.map((reply) => textOfBytes(reply)).join(" ");
      demand(
        /^\d+;0;0$/.test(came) && (Number.parseInt(came, 10) & 128) !== 0,
        "*ESR?;*ESE?;*SRE?\n",
        "bit 128;0;0",
        came,
      );
      await probe.takeErrors();
      const after = await asked(probe, lastOperation);
      demand(
        after.bootId !== before.bootId,
        "SYST:OPER:LAST?\n",
        `another boot id than ${before.bootId}`,
        after.bootId,
      );
      const { chipSeconds } = await asked(probe, chipTime);
      // An emulator may go on with a saved chip: then its record and its clock do too (section 13).
      const goesOn =
        probe.board.descriptor.emulated &&
        after.lastOperationId === before.lastOperationId &&
        chipSeconds >= old;
      demand(
        goesOn || after.lastOperationId === 0,
        "SYST:OPER:LAST?\n",
        "last operation id 0",
        after.lastOperationId,
      );
    },
  ),
];
