/** SPEC.md, 14: versions. Another major version was refused at first contact: this rule fails there. */

import { demand } from "../asking.ts";
import { type Rule, rule } from "../rule.ts";

export const versionRules: readonly Rule[] = [
  rule("versions.protocol", "14", "speaks version 1 of the protocol", async ({ board: { descriptor } }) => {
    demand(/^1\.\d+$/.test(descriptor.protocol), "SYST:DESC?\n", "protocol 1.x", descriptor.protocol);
  }),
];
