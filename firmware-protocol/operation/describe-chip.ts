/** SYSTem:DESCriptor? — what the chip is, as JSON in a block; the schema is the table of SPEC.md. */

import { bytesOf, textOfBytes } from "../../src/core/bytes.ts";
import { block } from "../scpi/element.ts";
import type { Operation } from "./operation.ts";

/** ASCII JSON text; characters beyond ASCII are written as \u escapes. */
export interface DescriptorReply {
  readonly json: string;
}

export const describeChip: Operation<Record<never, never>, DescriptorReply> = {
  header: "SYSTem:DESCriptor?",
  repeatable: true,
  timeout: "quick",
  encodeRequest: () => [],
  decodeRequest: () => ({}),
  encodeReply: ({ json }) => [block(bytesOf(asciiOnly(json)))],
  decodeReply: (fields) => ({ json: textOfBytes(fields.block("descriptor")) }),
};

function asciiOnly(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
