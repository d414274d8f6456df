/** Whether the real parser takes words as a command line: names, values by the check of their option, and what must be there. */

import { loadCommands } from "../../src/cli/commands/commands.ts";
import { noConfiguration } from "../../src/cli/config/configuration.ts";
import { optionsWithin } from "../../src/cli/config/declared.ts";
import { glance } from "../../src/cli/config/given.ts";
import { withJoinedValues } from "../../src/cli/option-values.ts";
import { parser } from "../../src/cli/parsed-line.ts";
import { commands, quietContext } from "../cli/declared-commands.ts";

/** Parses as pcmlab does, up to where the command would begin. @throws LabError USAGE, with what the user would be told. */
export async function expectTaken(words: readonly string[]): Promise<void> {
  const { command, subcommand } = glance(words);
  const known = commands.get(command ?? "");
  const options = optionsWithin(known ?? [], subcommand);
  const base = parser(noConfiguration, { command, subcommand, isKnown: known !== undefined, options }, 100);
  let isReached = false;
  const { command: add } = base;
  const addHarmless = (...[name, summary, builder, handler]: readonly unknown[]): unknown =>
    Reflect.apply(add, base, [name, summary, builder, ...(handler === undefined ? [] : [reached])]);
  const reached = (): void => {
    isReached = true;
  };
  Object.assign(base, { command: addHarmless });
  for (const declare of await loadCommands(command)) declare(base, quietContext);
  await base.parseAsync(withJoinedValues(words, options));
  if (!isReached) throw new Error(`pcmlab ${words.join(" ")} runs no command`);
}
