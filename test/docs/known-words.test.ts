/** Commands in any document name commands, options and values that there are: those that are only shown as the parser takes them, those in the text word by word. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandNames, loadCommands } from "../../src/cli/commands/commands.ts";
import { globalOptions } from "../../src/cli/commands/global-options.ts";
import { quietContext } from "../cli/declared-commands.ts";
import { labError } from "../drivers/scripted-transport.ts";
import { blocksOf, proseOf } from "./blocks.ts";
import { describedBy } from "./described-commands.ts";
import { type CommandLine, mentionsIn, problemsOf } from "./mentions.ts";
import { commandsOf, isShell, type ShellCommand } from "./shell-lines.ts";
import { pcmlabWords } from "./shell-words.ts";
import { expectTaken } from "./taken-words.ts";

const project = join(import.meta.dirname, "../..");
const textOf = (document: string): string => readFileSync(join(project, document), "utf8");

const documents = ["README.md", "ARCHITECTURE.md", "firmware-protocol/SPEC.md"].concat(
  ["docs", "examples"].flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(folder, name)),
  ),
);

const line: CommandLine = {
  commands: (await loadCommands(undefined)).map((declare) =>
    describedBy((yargs) => declare(yargs, quietContext)),
  ),
  globalOptions: Object.entries(globalOptions).map(([name, option]) => ({ ...option, name })),
};

/** An option of `npm run bench`, and what stands for any switch. */
const ofOthers = new Set(["--small", "--no-name"]);

const mentions = (document: string): string[] =>
  mentionsIn(proseOf(textOf(document)), line).filter((text) => !ofOthers.has(text));

/** What comes before the examples of a command in docs/reference/commands.md: what it takes, in brackets. */
const isSynopsis = ({ text }: ShellCommand): boolean => / (<\w+>|\[\w+\])/.test(text);

/** Commands in blocks that no test types; where it does, it also has the config file that some need. */
const shownWords = (document: string): string[][] =>
  blocksOf(textOf(document))
    .filter((block) => !isShell(block))
    .flatMap((block) => commandsOf(block))
    .filter((command) => !isSynopsis(command))
    .flatMap(({ text }) => pcmlabWords(text));

test.each(documents)("the text of %s names commands, options and values that there are", (document) => {
  expect(mentions(document).flatMap((text) => problemsOf(text, line).map((one) => [text, one]))).toEqual([]);
});

test.each(documents)("commands that %s only shows are command lines that are taken", async (document) => {
  for (const words of shownWords(document)) await expectTaken(words);
});

test("commands are found in the text at all, and those that are only shown", () => {
  const told = documents.flatMap(mentions);
  expect(told.length).toBeGreaterThan(350);
  expect(documents.flatMap(shownWords).length).toBeGreaterThan(60);
  for (const name of commandNames)
    expect(
      told.some((text) => text.startsWith(`pcmlab ${name}`) || text.startsWith(`${name} `)) ||
        documents.flatMap(shownWords).some(([first]) => first === name),
      name,
    ).toBe(true);
});

test.each([
  ["pcmlab read --chip x --aat 25s", "--aat"],
  ["pcmlab raed --chip x", "no command raed"],
  ["npx pcmlab store vacum run.db", "store has no vacum"],
  ["store vacuum run.db other.db", "takes 1 words"],
  ["campaign begin", "campaign has no begin"],
  ["pcmlab program NETWORK.onnx --link perhaps", "one of"],
  ["--reconnect soon", "no command takes"],
  ["--whatever FILE", "no command takes"],
])("%s is no mention of what there is", (text, problem) => {
  expect(problemsOf(text, line)).toEqual([expect.stringContaining(problem)]);
});

test.each([
  ["pcmlab wear --serial NUMBER"],
  ['pcmlab store query run.db "SELECT ..."'],
  ["pcmlab COMMAND --help"],
  ["pcmlab campaign unit --chip ... --store ... > /etc/unit"],
  ["--devices 4 --gmax 10uS"],
  ["--no-config"],
])("%s is one", (text) => {
  expect(problemsOf(text, line)).toEqual([]);
});

test.each([
  [["read", "--chip", "x", "--aat", "25s"]],
  [["read", "--store", "run.db"]],
  [["link", "--chip", "x", "--seconds", "soon"]],
  [["store", "vacum", "run.db"]],
  [["campaign"]],
])("%j is no command line that is taken", async (words) => {
  await expect(expectTaken(words)).rejects.toEqual(expect.objectContaining(labError("USAGE")));
});

test.each([
  ["A=1 npx pcmlab read --at 25s \\\n    --chip x   # a remark", [["read", "--at", "25s", "--chip", "x"]]],
  ['pcmlab export -o "a b" > out && sudo pcmlab doctor|tee x; true', [["export", "-o", "a b"], ["doctor"]]],
  ["pcmlab twin fit > '#1' --out t", [["twin", "fit", "--out", "t"]]],
  ["echo pcmlab read", []],
])("the words of pcmlab in %j are %j", (text, words) => {
  expect(pcmlabWords(text)).toEqual(words);
});
