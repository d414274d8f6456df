/** Rules that hold for all commands together, over what they declare. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Argv } from "yargs";
import { commandNames, loadCommands } from "../../src/cli/commands/commands.ts";
import { boardOptions } from "../../src/cli/commands/options.ts";
import { commandGroups } from "../../src/cli/commands/summaries.ts";
import { noConfiguration } from "../../src/cli/config/configuration.ts";
import { longNamesOf, namesOf, optionsWithin } from "../../src/cli/config/declared.ts";
import { exitMeanings } from "../../src/cli/exit-codes.ts";
import { withJoinedValues } from "../../src/cli/option-values.ts";
import { parser } from "../../src/cli/parsed-line.ts";
import { errorCatalogue } from "../../src/core/errors.ts";
import { labError } from "../drivers/scripted-transport.ts";
import { commands, quietContext } from "./declared-commands.ts";
import { runInProcess } from "./run-in-process.ts";

const root = join(import.meta.dirname, "../..");
const run = (...words: string[]) => runInProcess(words, "/nonexistent");

interface Declared {
  /** With its subcommand, where it has one. */
  readonly words: readonly string[];
  readonly examples: readonly string[];
}

const isText = (given: unknown): given is string => typeof given === "string";
const isBuilder = (given: unknown): given is (command: Argv) => unknown => typeof given === "function";

/** What a command declares to a parser in its place: itself, or its subcommands. */
function declaredBy(declare: (recorder: Argv) => unknown): readonly Declared[] {
  const found: Declared[] = [];
  const recorder = (words: readonly string[], examples: string[], subcommands: { count: number }): Argv => {
    const self: Argv = new Proxy(parser(noConfiguration, nobody, 100), {
      get:
        (_, method) =>
        (...[first, second, third]: unknown[]) => {
          if (method === "example" && isText(first)) examples.push(first);
          if (method !== "command" || !isText(first) || !isText(second) || !isBuilder(third)) return self;
          subcommands.count++;
          const own = { count: 0 };
          const inner: Declared = { words: [...words, first.split(" ")[0] ?? ""], examples: [] };
          const list: string[] = [];
          third(recorder(inner.words, list, own));
          if (own.count === 0) found.push({ ...inner, examples: list });
          return self;
        },
    });
    return self;
  };
  declare(recorder([], [], { count: 0 }));
  return found;
}

const nobody = { command: undefined, subcommand: undefined, isKnown: false, options: [] };
const loaded = await loadCommands(undefined);
const declared = loaded.flatMap((declare) => declaredBy((recorder) => declare(recorder, quietContext)));
const each = declared.map((one) => [one.words.join(" "), one] as const);

test("every command stands in one group of the help, with its subcommands", () => {
  expect(new Set(declared.map(({ words: [name] }) => name))).toEqual(new Set(commandNames));
  expect(commandGroups.flatMap(([, names]) => names).length).toBe(new Set(commandNames).size);
});

describe("the help of", () => {
  test.each(each)("pcmlab %s says what it is for, and has an example", async (name, { words, examples }) => {
    const { exitCode, stdout, stderr } = await run(...words, "--help");
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`pcmlab ${name}`);
    expect(stdout).toContain("Examples:");
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(110);
    expect(examples.length).toBeGreaterThan(0);
  });
});

test.each([
  ...new Set(declared.filter(({ words }) => words.length > 1).map(({ words: [name = ""] }) => name)),
])("the help of pcmlab %s lists its subcommands, and leads on to theirs", async (name) => {
  const { stdout } = await run(name, "--help");
  for (const { words } of declared.filter(({ words: [command] }) => command === name))
    expect(stdout).toContain(`pcmlab ${words.join(" ")}`);
  expect(stdout).toMatch(new RegExp(`Examples:\\n +# .+\\n +pcmlab ${name} \\w+ --help`));
});

test.each([
  ["report", "out"],
  ["export", "output"],
  ["twin", "output"],
])("the file that %s writes is --%s, too", (command, name) => {
  const file = commands.get(command)?.find((option) => longNamesOf(option).includes(name));
  expect(file === undefined ? [] : namesOf(file)).toEqual(expect.arrayContaining(["o", "out", "output"]));
});

/** As a shell takes the words apart that examples have: quotes, and what follows > or | is not pcmlab's. */
const shellWords = (text: string): string[] =>
  [...(text.split(/ [>|] /)[0] ?? "").matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? "",
  );

/** The same commands, whose handlers only say that they were reached. */
function harmless(real: Argv, reached: () => void): Argv {
  const self: Argv = new Proxy(real, {
    get: (target, method) => {
      if (method === "command")
        return (name: string, text: string, builder: (command: Argv) => unknown, handler?: unknown) => {
          const inner = (command: Argv): Argv => {
            builder(harmless(command, reached));
            return command;
          };
          if (handler === undefined) target.command(name, text, inner);
          else target.command(name, text, inner, reached);
          return self;
        };
      const value: unknown = Reflect.get(target, method);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        const result: unknown = Reflect.apply(value, target, given);
        return result === target ? self : result;
      };
    },
  });
  return self;
}

const examples = declared.flatMap(({ words, examples: own }) => own.map((text) => [text, words] as const));

test.each(examples)("the example %s is a command line that is taken", async (text, [name, subcommand]) => {
  const [program, ...words] = shellWords(text);
  expect(program).toBe("$0");
  expect(words[0]).toBe(name);
  const options = optionsWithin(commands.get(name ?? "") ?? [], subcommand);
  const base = parser(noConfiguration, { command: name, subcommand, isKnown: true, options }, 100);
  let isReached = false;
  const proxy = harmless(base, () => {
    isReached = true;
  });
  for (const declare of await loadCommands(name)) declare(proxy, quietContext);
  await base.parseAsync(withJoinedValues(words, options));
  expect(isReached).toBe(true);
});

test("options of one name are of one kind, and where they are not it is known why", () => {
  const otherwise = new Set([
    // Every file has formats of its own.
    ...["report", "store", "export", "twin"].map((name) => `${name} format`),
    // Where to listen, not whom to ask.
    "dashboard host",
    // The kit speaks one way or the other, and decides nothing by itself.
    "conformance link",
  ]);
  const kinds = new Map<string, string>();
  for (const [command, options] of commands)
    for (const { name, type, takes, array, choices } of options) {
      if (otherwise.has(`${command} ${name}`)) continue;
      const kind = JSON.stringify({ type, takes, array, choices });
      expect(kind, `${command} --${name}`).toBe(kinds.get(name) ?? kind);
      kinds.set(name, kind);
    }
});

describe("times and quantities", () => {
  test("of every command have their unit, in the example that the option gives", () => {
    const withUnits = /\b\d[\d.]*(s|min|h|d|V|uS|K|ohm|us)\b/;
    const quantities = /^(at|.*-at|gmax|volts|valid|from|reference|temperature|ir-drop|temperature-every)$/;
    const bare = [...commands].flatMap(([command, options]) =>
      options
        .filter(({ name }) => quantities.test(name))
        .filter(({ type, coerce, takes }) => type !== "string" || coerce !== undefined || takes !== undefined)
        .map(({ name }) => `${command} --${name}`),
    );
    expect(bare).toEqual([]);
    const defaults = [...commands.values()].flatMap((options) =>
      options.filter(({ name, default: standard }) => quantities.test(name) && standard !== undefined),
    );
    expect(defaults.length).toBeGreaterThan(5);
    for (const { name, default: standard } of defaults) expect(String(standard), name).toMatch(withUnits);
  });

  test.each([
    ["90", 90],
    ["90s", 90],
    ["1.5min", 90],
    ["500ms", 0.5],
    ["0", 0],
  ])("%s is a time for --reconnect", (text, seconds) => {
    expect(boardOptions.reconnect.coerce(text)).toBe(seconds);
  });

  test.each(["2d", "-1s", "soon", "5V", ""])("%j is none", (text) => {
    expect(() => boardOptions.reconnect.coerce(text)).toThrow(expect.objectContaining(labError("USAGE")));
  });
});

describe("exit codes", () => {
  test("are said by the help, each once, and by docs/reference/commands.md likewise", async () => {
    const { stdout } = await run("--help");
    const reference = readFileSync(join(root, "docs/reference/commands.md"), "utf8");
    for (const { exitCode, meaning } of exitMeanings()) {
      expect(stdout.replace(/\s+/g, " ")).toContain(` ${exitCode} ${meaning} `);
      expect(reference).toMatch(new RegExp(`^\\| ${exitCode} \\|`, "m"));
    }
    for (const [code, { exitCode }] of Object.entries(errorCatalogue))
      expect(reference, code).toMatch(new RegExp(`^\\| ${exitCode} \\|[^|\\n]*\\b${code}\\b`, "m"));
  });
});

describe("completion", () => {
  test("knows the options of commands", async () => {
    for (const name of ["program", "report", "export"]) {
      const [first] = commands.get(name) ?? [];
      const { stdout } = await run("--get-yargs-completions", "pcmlab", name, "--");
      expect(stdout.split("\n")).toContain(`--${first?.name}`);
    }
  });

  test("knows the commands", async () => {
    const { stdout } = await run("--get-yargs-completions", "pcmlab", "pro");
    expect(stdout.split("\n")).toEqual(expect.arrayContaining([...commandNames]));
    expect((await run("completion")).stdout).toContain("pcmlab --get-yargs-completions");
  });
});
