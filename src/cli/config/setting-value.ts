/** One value of a config file against the option that it is for. */

import { resolve } from "node:path";
import { textOf } from "../../core/errors.ts";
import type { DeclaredOption } from "./declared.ts";

/** What yargs is given: the text that would follow the flag, several, or whether a switch is on. */
export type SettingValue = string | boolean | readonly string[];

export type Fitted<T = SettingValue> =
  | { readonly fits: true; readonly value: T }
  | { readonly fits: false; readonly problem: string };

/** A relative path counts from `folder`. What an option's own check says of a value counts here, too. */
export function fitted(option: DeclaredOption, value: unknown, folder: string): Fitted {
  if (option.type === "boolean")
    return typeof value === "boolean" ? right(value) : wanted("true or false", value);
  if (option.array !== true) return fittedText(option, value, folder);
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts: string[] = [];
  for (const item of items) {
    const text = fittedText(option, item, folder);
    if (!text.fits) return text;
    texts.push(text.value);
  }
  return right(texts);
}

function fittedText(option: DeclaredOption, value: unknown, folder: string): Fitted<string> {
  if (option.choices !== undefined) {
    const choice = option.choices.find((known) => known === value);
    return typeof choice === "string" ? right(choice) : wanted(`one of ${option.choices.join(", ")}`, value);
  }
  switch (option.takes) {
    case "whole number":
      return Number.isInteger(value) ? checked(option, String(value)) : wanted("a whole number", value);
    case "path":
    case "path or name":
      if (typeof value !== "string" || value.trim() === "") return wanted(`a ${option.takes}`, value);
      return right(option.takes === "path" || /^\.\.?[/\\]/.test(value) ? resolve(folder, value) : value);
    case undefined:
      if (typeof value === "string") return checked(option, value);
      // An option without a check of its own takes any text, and a number would be a slip.
      if (typeof value === "number" && option.coerce !== undefined) return checked(option, String(value));
      return wanted("a text", value);
    default:
      return option.takes satisfies never;
  }
}

function checked(option: DeclaredOption, text: string): Fitted<string> {
  try {
    option.coerce?.(text);
    return right(text);
  } catch (failure) {
    return { fits: false, problem: textOf(failure) };
  }
}

const right = <T>(value: T): Fitted<T> => ({ fits: true, value });

const wanted = (what: string, value: unknown): { readonly fits: false; readonly problem: string } => ({
  fits: false,
  problem: `wants ${what}, not ${shown(value)}`,
});

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return "a date";
  if (typeof value === "object") return "a table";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
