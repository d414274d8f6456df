/** Values of options that begin with a minus, which a parser would take for options of their own: -5s, -0.2V, and - for a stream. */

import { LabError } from "../core/errors.ts";
import { type DeclaredOption, namesOf } from "./config/declared.ts";

/** No option begins with a digit or a dot. */
const isNegative = (word: string): boolean => /^-(?:\.?\d.*)?$/.test(word);
const isOption = (word: string): boolean => word.startsWith("-") && !isNegative(word);

/**
 * The same words, with such values joined to their options by an equals sign.
 * @param options of the command that the words name. @throws LabError USAGE for one that wants a value and has none.
 */
export function withJoinedValues(
  words: readonly string[],
  options: readonly DeclaredOption[],
): readonly string[] {
  const wanting = new Set(
    options.filter(({ type }) => type !== "boolean").flatMap((option) => namesOf(option).map(flagOf)),
  );
  const joined: string[] = [];
  for (let n = 0; n < words.length; n++) {
    const [word = "", value] = [words[n], words[n + 1]];
    if (word === "--") return [...joined, ...words.slice(n)];
    if (!wanting.has(word)) {
      joined.push(word);
      continue;
    }
    if (value === undefined || isOption(value)) throw lacksValue(word);
    joined.push(...(isNegative(value) ? [joinedWith(word, value)] : [word, value]));
    n++;
  }
  return joined;
}

const flagOf = (name: string): string => (name.length === 1 ? `-${name}` : `--${name}`);

const joinedWith = (flag: string, value: string): string => `${flag}=${value}`;

const lacksValue = (flag: string): LabError =>
  new LabError("USAGE", `${flag} wants a value`, { next: `write it behind ${flag}, or leave ${flag} out` });
