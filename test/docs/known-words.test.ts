/** Commands in any document, also those that are only shown, name commands and options that there are. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandNames } from "../../src/cli/commands/commands.ts";
import { globalOptions } from "../../src/cli/commands/global-options.ts";
import { namesOf, optionsWithin } from "../../src/cli/config/declared.ts";
import { commands } from "../cli/declared-commands.ts";
import { blocksOf } from "./blocks.ts";
import { commandsOf } from "./shell-lines.ts";

const project = join(import.meta.dirname, "../..");
/** What yargs brings along, and the option that no config file has. */
const always = ["help", "version", "config", "no-config", ...Object.keys(globalOptions)];

const documents = ["README.md", "firmware-protocol/SPEC.md"].concat(
  ["docs", "examples"].flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(folder, name)),
  ),
);

/** Commands of pcmlab in blocks and in the running text, without what the shell makes of them. */
function commandLinesOf(document: string): string[] {
  const markdown = readFileSync(join(project, document), "utf8");
  const typed = blocksOf(markdown).flatMap((block) => commandsOf(block).map(({ text }) => text));
  const told = [...markdown.matchAll(/(?<!`)`((?:npx )?pcmlab [^`]+)`/g)].map(([, text = ""]) => text);
  return [...typed, ...told]
    .map(
      (text) =>
        /^(?:sudo )?(?:npx )?pcmlab ([^|>&]*)/.exec(text.replace(/\\\n|"[^"]*"| # .*/g, " "))?.[1] ?? "",
    )
    .filter((text) => /^[a-z]/.test(text));
}

function unknownIn(line: string): string[] {
  const [command = "", subcommand] = line.trim().split(/\s+/);
  const options = commands.get(command);
  if (options === undefined) return command === "completion" ? [] : [`there is no command ${command}`];
  const known = new Set([...always, ...optionsWithin(options, subcommand).flatMap(namesOf)]);
  return [...line.matchAll(/ --?([A-Za-z][\w-]*)/g)].flatMap(([, name = ""]) =>
    known.has(name) ? [] : [`${command} has no --${name}: ${line}`],
  );
}

test.each(documents)("%s names commands and options that there are", (document) => {
  expect(commandLinesOf(document).flatMap(unknownIn)).toEqual([]);
});

test("commands are found in documents at all, and unknown words in them", () => {
  const all = documents.flatMap(commandLinesOf);
  expect(all.length).toBeGreaterThan(150);
  for (const name of commandNames)
    expect(
      all.some((line) => line.startsWith(name)),
      name,
    ).toBe(true);
  expect(unknownIn("read --chip x --aat 25s")).toEqual([expect.stringContaining("--aat")]);
  expect(unknownIn("raed --chip x")).toHaveLength(1);
});
