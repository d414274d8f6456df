/** The text of a config file as TOML. */

import { parse, TomlError, type TomlTableWithoutBigInt } from "smol-toml";
import { LabError, textOf } from "../../core/errors.ts";

export type ConfigTable = TomlTableWithoutBigInt;

/** Nothing in a config file is nested deeper than a list in a table. */
const maxDepth = 8;

/** @throws LabError USAGE with line and column when the text is no TOML. */
export function configDocument(text: string, file: string): ConfigTable {
  try {
    return parse(text, { maxDepth, unsafeKeyBehaviour: "throw" });
  } catch (cause) {
    const place = cause instanceof TomlError ? `:${cause.line}:${cause.column}` : "";
    // The message of the parser goes on with the lines around the fault.
    const [what = ""] = textOf(cause).split("\n");
    throw new LabError("USAGE", `${file}${place}: ${what}`, {
      cause,
      next: 'mend it: key = "text", and a name is a key or a [table], not both',
    });
  }
}
