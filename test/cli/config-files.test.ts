/** `npm run docs` writes docs/reference/pcmlab.schema.json from what the commands declare; otherwise these tests compare the two. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { initConfig, showConfig } from "../../src/cli/actions/config.ts";
import type { Commands } from "../../src/cli/config/declared.ts";
import { configDocument } from "../../src/cli/config/document.ts";
import { fileSettings } from "../../src/cli/config/file-settings.ts";
import { configSchema } from "../../src/cli/config/schema.ts";
import { sharedOptions } from "../../src/cli/config/shared.ts";
import { configTemplate, fullTemplate } from "../../src/cli/config/template.ts";
import type { Context } from "../../src/cli/context.ts";
import { Output } from "../../src/cli/output.ts";
import { labError } from "../drivers/scripted-transport.ts";
import { commands, quietContext } from "./declared-commands.ts";

const file = "/lab/pcmlab.toml";
const schema = configSchema(commands);
const valid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

const accepted = (text: string): boolean => {
  try {
    fileSettings(configDocument(text, file), commands, file);
    return true;
  } catch {
    return false;
  }
};

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "pcmlab-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe("the schema of config files", () => {
  test("is the published one", async () => {
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(
      join(import.meta.dirname, "../../docs/reference/pcmlab.schema.json"),
    );
  });

  test.each([
    ['chip = "/dev/ttyACM0"', true],
    ['[program]\navoid = ["a.csv", "b.db"]\nmax-pulses-per-cell = 100', true],
    ['[read]\nat = "25s,1h"\naverages = 5', true],
    ["quiet = true", true],
    ['chp = "/dev/ttyACM0"', false],
    ['[progam]\ngmax = "25uS"', false],
    ["[program]\ngmax = true", false],
    ['[program]\nbias = "nowhere"', false],
    ['[read]\naverages = "5"', false],
    ['quiet = "yes"', false],
  ])("says of %j what pcmlab says", (text, expected) => {
    expect(accepted(text)).toBe(expected);
    expect(valid(configDocument(text, file))).toBe(expected);
  });
});

describe("a config file to start from", () => {
  const usual = configTemplate(commands);

  test("fits on a page or two, and is right as soon as its lines count", () => {
    expect(usual.split("\n").length).toBeLessThan(110);
    const counting = usual.replace(/^# ([a-z-]+ = )/gm, "$1");
    const settings = fileSettings(configDocument(counting, file), commands, file);
    const names = (command: string) => settings.get(command)?.map(({ option }) => option);
    expect(names("program")).toEqual(
      expect.arrayContaining(["chip", "store", "network", "algorithm", "gmax", "max-pulses-per-cell"]),
    );
    expect(names("read")).toEqual(expect.arrayContaining(["chip", "at"]));
    expect(names("infer")).toEqual(expect.arrayContaining(["images", "calibration-images"]));
    expect(accepted(counting)).toBe(true);
  });
});

describe("a config file with every option", () => {
  const template = fullTemplate(commands);

  test("sets nothing", () => {
    expect(configDocument(template.replace(/^\[.*\]$/gm, ""), file)).toEqual({});
    expect([...fileSettings(configDocument(template, file), commands, file).values()].flat()).toEqual([]);
  });

  const atTop = template.split(/^\[/m)[0] ?? "";
  const tableOf = (command: string): string => template.split(`\n[${command}]\n`)[1]?.split(/^\[/m)[0] ?? "";

  test("names every option where it belongs", () => {
    const shared = sharedOptions(commands);
    expect(shared.map(({ name }) => name)).toEqual(expect.arrayContaining(["chip", "store", "baud"]));
    for (const { name } of shared) expect(atTop).toMatch(new RegExp(`^# ${name} = `, "m"));
    for (const [command, options] of commands) {
      const table = tableOf(command);
      for (const option of options) {
        const text = shared.some(({ name }) => name === option.name) ? atTop + table : table;
        expect(text, `${command} ${option.name}`).toMatch(new RegExp(`^# ${option.name} = `, "m"));
      }
    }
  });

  test("shows values that would be taken, where there is a default", () => {
    for (const [command, options] of commands)
      for (const option of options.filter((one) => one.default !== undefined)) {
        const pattern = new RegExp(`^# (${option.name} = .*)$`, "m");
        const line = (pattern.exec(tableOf(command)) ?? pattern.exec(atTop))?.[1];
        expect(accepted(`[${command}]\n${line}`), `${command}: ${line}`).toBe(true);
      }
  });

  test("does not overwrite one that is there", async () => {
    const path = join(temporary(), "pcmlab.toml");
    await initConfig({ file: path, all: true }, commands, quietContext);
    expect(readFileSync(path, "utf8")).toBe(template);
    writeFileSync(path, 'chip = "mine"\n');
    const failure = initConfig({ file: path, all: false }, commands, quietContext);
    await expect(failure).rejects.toMatchObject(labError("USAGE"));
    expect(readFileSync(path, "utf8")).toBe('chip = "mine"\n');
  });
});

describe("what a command takes from where", () => {
  function shown(args: { command?: string; subcommand?: string }, text: string, among: Commands = commands) {
    const folder = temporary();
    writeFileSync(join(folder, "pcmlab.toml"), text);
    const written: string[] = [];
    const stream = { write: (chunk: string) => written.push(chunk) > 0 };
    const streams = { stdout: stream, stderr: stream };
    const output = new Output(streams, quietContext.clock, { json: false, quiet: true });
    const context: Context = { ...quietContext, output };
    showConfig(args, among, folder, context);
    return written.join("");
  }

  test("is said of every option: the top of the file, the command's table, or the default", () => {
    const text = shown({ command: "program" }, 'store = "run.db"\n[program]\ngmax = "20uS"\n');
    expect(text).toMatch(/^store +\S+run\.db +file$/m);
    expect(text).toMatch(/^gmax +20uS +file, \[program\]$/m);
    expect(text).toMatch(/^bias +array +default$/m);
    expect(text).toMatch(/^envelope +- +not set$/m);
  });

  test("is said of all that the file sets, without a command", () => {
    const text = shown({}, '[program]\ngmax = "20uS"\n');
    expect(text.split("\n").filter((line) => line.startsWith("["))).toEqual([
      expect.stringMatching(/^\[program\] +gmax +20uS +file, \[program\]$/),
    ]);
  });

  test("is refused for a command that there is not", () => {
    expect(() => shown({ command: "progam" }, "")).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});
