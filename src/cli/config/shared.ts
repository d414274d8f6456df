/** Options that mean the same to several commands, and so have their place at the top of a config file. */

import type { Commands, DeclaredOption } from "./declared.ts";

/** In this many commands a setting at the top level saves writing. */
const fewest = 3;

/** Of all commands, each name once: those of which most owners say the same. */
export function sharedOptions(commands: Commands): readonly DeclaredOption[] {
  const all = [...commands.values()].flatMap(distinct);
  const seen = new Map<string, DeclaredOption>();
  for (const option of all) {
    const owners = all.filter(({ name }) => name === option.name);
    const agreeing = owners.filter(({ describe }) => describe === option.describe);
    const isOneThing = owners.every(({ takes }) => takes === option.takes);
    if (isOneThing && agreeing.length >= fewest && agreeing.length * 2 > owners.length)
      seen.set(option.name, seen.get(option.name) ?? option);
  }
  return [...seen.values()];
}

/** Those of one command, each name once: subcommands may share some. */
export const distinct = (options: readonly DeclaredOption[]): readonly DeclaredOption[] => [
  ...new Map(options.map((option) => [option.name, option])).values(),
];
