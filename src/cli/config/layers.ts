/** Where each option of one command gets its value from: a flag before the file, the file before the option's own default. */

import type { DeclaredOption } from "./declared.ts";
import type { Setting } from "./file-settings.ts";

export type Origin =
  | { readonly from: "flag" }
  | { readonly from: "file"; readonly setting: Setting }
  | { readonly from: "default" };

export interface LayeredOption {
  readonly option: DeclaredOption;
  readonly origin: Origin;
}

/** A setting of the file gives way to its own flag, and to one that excludes it. */
export function layered(
  options: readonly DeclaredOption[],
  given: ReadonlySet<string>,
  settings: readonly Setting[],
): readonly LayeredOption[] {
  return options.map((option) => {
    if (given.has(option.name)) return { option, origin: { from: "flag" } };
    const setting = settings.find((candidate) => candidate.option === option.name);
    if (setting === undefined || givesWay(option, options, given))
      return { option, origin: { from: "default" } };
    return { option, origin: { from: "file", setting } };
  });
}

const givesWay = (
  option: DeclaredOption,
  options: readonly DeclaredOption[],
  given: ReadonlySet<string>,
): boolean =>
  options.some(
    (other) =>
      given.has(other.name) &&
      (namedIn(other.conflicts).includes(option.name) || namedIn(option.conflicts).includes(other.name)),
  );

const namedIn = (conflicts: DeclaredOption["conflicts"]): readonly string[] =>
  typeof conflicts === "string" || Array.isArray(conflicts) ? [conflicts].flat() : [];
