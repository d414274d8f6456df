/** `npm run docs` writes docs/reference/commands.md and configuration.md from what the commands declare; otherwise these tests compare them. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandNames, loadCommands } from "../../src/cli/commands/commands.ts";
import { globalOptions } from "../../src/cli/commands/global-options.ts";
import { errorCodes } from "../../src/core/errors.ts";
import { commands as declared, quietContext } from "../cli/declared-commands.ts";
import { commandDocument } from "./command-document.ts";
import { configurationDocument } from "./configuration-document.ts";
import { type DescribedCommand, describedBy } from "./described-commands.ts";

const reference = join(import.meta.dirname, "../../docs/reference");
const commands = (await loadCommands(undefined)).map((declare) =>
  describedBy((yargs) => declare(yargs, quietContext)),
);
const everyCommand = (of: readonly DescribedCommand[]): readonly DescribedCommand[] =>
  of.flatMap((one) => [one, ...everyCommand(one.subcommands)]);

test("docs/reference/commands.md has what the commands of this version take", async () => {
  const options = Object.entries(globalOptions).map(([name, option]) => ({ ...option, name }));
  const text = commandDocument(commands, options);
  for (const name of commandNames) expect(text).toMatch(new RegExp(`^## ${name}$`, "m"));
  for (const one of errorCodes) expect(text).toContain(`\`${one}\``);
  await expect(text).toMatchFileSnapshot(join(reference, "commands.md"));
});

test("docs/reference/configuration.md has every key that a config file may have", async () => {
  const introduction = readFileSync(join(reference, "configuration-introduction.md"), "utf8");
  const text = configurationDocument(introduction, declared);
  await expect(text).toMatchFileSnapshot(join(reference, "configuration.md"));
});

test("every command that is run has an example, and every option says what it does", () => {
  for (const { usage, examples, options, positionals, subcommands } of everyCommand(commands)) {
    if (subcommands.length === 0) expect(examples, usage).not.toEqual([]);
    for (const { name, describe } of [...options, ...positionals])
      expect(describe, `${usage} ${name}`).toBeTruthy();
  }
});

test("examples name options that their command has", () => {
  const global = ["help", ...Object.keys(globalOptions)];
  for (const { usage, examples, options } of everyCommand(commands)) {
    const names = new Set([
      ...global,
      ...options.flatMap(({ name, alias }) => [name, ...[alias ?? []].flat()]),
    ]);
    for (const { command } of examples)
      for (const [, name = ""] of command.replace(/"[^"]*"/g, "").matchAll(/ --?([a-z][a-z-]*)/g))
        expect(names.has(name), `${usage}: ${command}: --${name}`).toBe(true);
  }
});
