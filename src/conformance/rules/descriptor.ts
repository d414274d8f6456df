/** SPEC.md, 7 and 10.1: the descriptor. Its fields were judged at first contact: this rule fails there. */

import { describeChip } from "../../../firmware-protocol/operation/describe-chip.ts";
import { requestMessage } from "../../../firmware-protocol/operation/operation.ts";
import { demand, performed, scripted } from "../asking.ts";
import { type Rule, rule } from "../rule.ts";
import { refused } from "../step.ts";

const message = requestMessage(describeChip, {});
const isAscii = (json: string): boolean => /^[\0-\x7f]*$/.test(json);

export const descriptorRules: readonly Rule[] = [
  rule(
    "descriptor.schema",
    "7",
    "describes itself with the fields of section 7 in their ranges",
    async (probe) => {
      await performed(probe, describeChip, message);
    },
  ),
  rule("descriptor.ascii", "7", "writes the descriptor in ASCII", async (probe) => {
    await performed(probe, describeChip, message, "JSON in ASCII", ({ json }) => isAscii(json));
  }),
  rule("descriptor.constant", "7", "does not change the descriptor between power-ups", async (probe) => {
    const first = await performed(probe, describeChip, message);
    const second = await performed(probe, describeChip, message);
    demand(first.json === second.json, message, "the same JSON twice", "two that differ");
  }),
  scripted("descriptor.parameters", "10.1", "refuses parameters", () => [refused("SYST:DESC? 1", -108)]),
];
