/** A config file: what it may say, what is refused and how, and what gives way to what. Options are those of the real commands. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { asFlags } from "../../src/cli/config/configuration.ts";
import { declaredBy, longNamesOf } from "../../src/cli/config/declared.ts";
import { configDocument } from "../../src/cli/config/document.ts";
import { fileSettings, type Setting } from "../../src/cli/config/file-settings.ts";
import { givenOptions, glance } from "../../src/cli/config/given.ts";
import { layered } from "../../src/cli/config/layers.ts";
import { nearest } from "../../src/cli/config/nearest.ts";
import { configurationOf } from "../../src/cli/config/read-config.ts";
import { labError } from "../drivers/scripted-transport.ts";
import { commands } from "./declared-commands.ts";

const file = "/lab/bench/pcmlab.toml";
const optionsOf = (command: string) => commands.get(command) ?? [];

const settingsOf = (text: string, command: string): readonly Setting[] =>
  fileSettings(configDocument(text, file), commands, file).get(command) ?? [];
const valuesOf = (text: string, command: string): object =>
  Object.fromEntries(settingsOf(text, command).map(({ option, value }) => [option, value]));

describe("the options that commands declare", () => {
  test("are found without a list of them", () => {
    const names = declaredBy((yargs) =>
      yargs.command("weigh [thing]", "", (command) =>
        command
          .positional("thing", { type: "string" })
          .positional("other", { type: "string" })
          .options({ scale: { type: "string", alias: ["s", "balance"] } })
          .example("", "")
          .options({ fast: { type: "boolean" } }),
      ),
    );
    expect(names.map(({ name, position }) => [name, position])).toEqual([
      ["thing", 0],
      ["scale", undefined],
      ["fast", undefined],
    ]);
    expect(names[1] && longNamesOf(names[1])).toEqual(["scale", "balance"]);
  });

  test("are those of the real commands, the common ones with them, but not --config itself", () => {
    const names = optionsOf("program").map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["network", "chip", "driver", "store", "avoid", "json"]));
    expect(names).not.toContain("config");
    for (const [command, options] of commands)
      expect(new Set(options.map(({ name, within }) => `${within} ${name}`)).size, command).toBe(
        options.length,
      );
  });

  test("that speak of a file or a folder are paths, so that these count from the folder of the config file", () => {
    const paths = [...commands].flatMap(([command, options]) =>
      options
        .filter(({ describe }) => /\b(file|files|folder|path|images|labels)\b/.test(describe ?? ""))
        .filter(({ takes }) => takes !== "path" && takes !== "path or name")
        .map(({ name }) => `${command} ${name}`),
    );
    // Options that only speak of files: how many images, and how they were made.
    const aboutImages = ["compare-programming", "infer", "sweep", "validate"].flatMap((command) =>
      ["augment", "limit", "batch"].map((name) => `${command} ${name}`),
    );
    const aboutRanges = ["infer", "sweep", "validate"].map((command) => `${command} input-range`);
    expect(new Set(paths)).toEqual(
      new Set([...aboutImages, ...aboutRanges, "infer seed", "report format", "export format"]),
    );
  });
});

describe("a config file", () => {
  test("sets an option for all commands that have it, and for one in its table", () => {
    const text = `
      chip = "lab7:5025"
      averages = 7
      [read]
      averages = 9
      at = "25s,1h"
      json = true`;
    expect(valuesOf(text, "read")).toEqual({ chip: "lab7:5025", averages: "9", at: "25s,1h", json: true });
    expect(valuesOf(text, "program")).toEqual({ chip: "lab7:5025" });
    expect(valuesOf(text, "report")).toEqual({});
    expect(settingsOf(text, "read").map(({ option, table }) => [option, table])).toEqual([
      ["chip", null],
      ["averages", "read"],
      ["at", "read"],
      ["json", "read"],
    ]);
  });

  test("lets no board be read or pulsed that was only named for others", () => {
    const named = 'chip = "lab7:5025"';
    expect(valuesOf(named, "validate")).toEqual({});
    expect(valuesOf(named, "compare-programming")).toEqual({});
    expect(valuesOf(`${named}\n[validate]\nchip = "lab8:5025"`, "validate")).toEqual({ chip: "lab8:5025" });
    expect(valuesOf(`[compare-programming]\n${named}`, "compare-programming")).toEqual({ chip: "lab7:5025" });
  });

  test("counts relative paths from its own folder, and leaves names alone", () => {
    const text = `
      driver = "./board.mjs"
      chip = "../ports/fusion"
      store = "run.db"
      ledger = "/var/wear"
      [program]
      network = "net.onnx"
      avoid = ["bad.csv", "../old.db"]
      [demo]
      profile = "tiny"`;
    expect(valuesOf(text, "program")).toEqual({
      driver: "/lab/bench/board.mjs",
      chip: "/lab/ports/fusion",
      store: "/lab/bench/run.db",
      ledger: "/var/wear",
      network: "/lab/bench/net.onnx",
      avoid: ["/lab/bench/bad.csv", "/lab/old.db"],
    });
    expect(valuesOf(text, "demo")).toEqual({ profile: "tiny" });
    expect(valuesOf('driver = "@lab/board"\nchip = "COM3"', "read")).toEqual({
      driver: "@lab/board",
      chip: "COM3",
    });
  });

  test("takes numbers where the text of a flag is one, a list of one without brackets, and long aliases", () => {
    expect(valuesOf('[program]\ndevices = 4\navoid = "a.csv"\ncalibration = 3', "program")).toEqual({
      devices: "4",
      avoid: ["/lab/bench/a.csv"],
      "converter-calibration": "3",
    });
    const everywhere = 'converter-calibration = "nominal"';
    expect(valuesOf(everywhere, "read")).toEqual({ "converter-calibration": "nominal" });
    expect(valuesOf(everywhere, "infer")).toEqual({ "converter-calibration": "nominal" });
  });

  test.each([
    ['stroe = "a.db"', /pcmlab\.toml: stroe: no command has this option/, /did you mean store\?/],
    ["[raed]\naverages = 3", /pcmlab\.toml: \[raed\]: there is no command raed/, /did you mean read\?/],
    ["[read]\naverage = 3", /\[read\] average: read has no such option/, /did you mean averages\?/],
    ['[read]\nnetwork = "n.onnx"', /\[read\] network: read has no such option/, /pcmlab read --help/],
    ["xyzzy = 1", /xyzzy: no command has this option/, /--help/],
    ["[xyzzy]", /no command xyzzy/, /--help/],
    ['config = "other.toml"', /config: no command has this option/, /./],
    ['[report]\no = "r.html"', /\[report\] o: report has no such option/, /./],
    ["[profile.show]\nprofile = 1", /\[profile\] show: profile has no such option/, /./],
    ["__proto__ = 1", /pcmlab\.toml:1:1: .*unsafe/, /./],
    ["store = 5", /store: wants a path, not 5/, /./],
    ['store = " "', /store: wants a path, not " "/, /./],
    ["[[read]]\naverages = 1", /read: no command has this option/, /./],
    ['averages = "5"', /averages: wants a whole number, not "5"/, /./],
    ["averages = 2.5", /averages: wants a whole number, not 2\.5/, /./],
    ["[read]\naverages = 300", /\[read\] averages: --averages must be a whole number from 1 to 255/, /./],
    ["[program]\ndevices = 3", /devices: --devices 3: a weight takes two or four/, /./],
    ["gmax = 25", /gmax: wants a text, not 25/, /./],
    ["gmax = 2026-01-01", /gmax: wants a text, not a date/, /./],
    ["gmax = { a = 1 }", /there is no command gmax/, /./],
    ['json = "yes"', /json: wants true or false, not "yes"/, /./],
    ["[program]\navoid = [1]", /avoid: wants a path, not 1/, /./],
    ['[program]\nbias = "none"', /bias: wants one of array, digital, not "none"/, /./],
    ['link = "auto"', /link: wants one of on, off/, /that is what conformance says/],
    ['calibration = "nominal"', /calibration is one thing to \w+ and another to [\w-]+/, /\[[\w-]+\]/],
    [
      "[program]\ncalibration = 1\nconverter-calibration = 2",
      /is the same option as converter-calibration/,
      /./,
    ],
    ["store = \nchip = 1", /pcmlab\.toml:1:\d+: /, /mend it/],
    ['link = "on"\n[link]\nseconds = 1', /pcmlab\.toml:2:\d+: /, /not both/],
  ])("is refused for %j, by name and with what to do", (text, message, next) => {
    expect(() => settingsOf(text, "read")).toThrow(
      expect.objectContaining({
        ...labError("USAGE"),
        message: expect.stringMatching(message),
        next: expect.stringMatching(next),
      }),
    );
  });
});

const shownSettings = ["docs/reference/configuration-introduction.md", "examples/driver/pcmlab.toml"];

test.each(shownSettings)("the settings in %s are right", (path) => {
  const text = readFileSync(join(import.meta.dirname, "../..", path), "utf8");
  const block = path.endsWith(".toml") ? text : /^```toml\n(.+?)^```/ms.exec(text)?.[1];
  expect(valuesOf(block ?? "", "read")).toMatchObject({
    driver: expect.stringMatching(/^\/lab\/bench\/.+\.mjs$/),
    averages: expect.any(String),
  });
});

describe("the words of a command line", () => {
  test("name the command and the file", () => {
    expect(glance(["--config", "a.toml", "read", "--json"])).toEqual({
      command: "read",
      config: "a.toml",
      wantsHelp: false,
    });
    expect(glance(["read", "--no-config"]).config).toBe(false);
    expect(glance(["read", "--config=a", "--config=b"]).config).toBe("b");
    expect(glance(["--help"])).toEqual({ command: undefined, config: undefined, wantsHelp: true });
  });

  test.each([
    [["program"], []],
    [["program", "net.onnx"], ["network"]],
    [["program", "--network", "net.onnx"], ["network"]],
    [
      ["--json", "program", "--avoid", "a.csv", "net.onnx"],
      ["network", "avoid", "json"],
    ],
    [["program", "--calibration", "nominal"], ["converter-calibration"]],
    [
      ["program", "--no-quiet", "--max-pulses-per-cell=3"],
      ["max-pulses-per-cell", "quiet"],
    ],
  ])("%j give %j", (words, expected) => {
    expect([...givenOptions(words, optionsOf("program"))].sort()).toEqual([...expected].sort());
  });
});

describe("of several values", () => {
  const origins = (command: string, words: string[], text: string): object =>
    Object.fromEntries(
      layered(
        optionsOf(command),
        givenOptions([command, ...words], optionsOf(command)),
        settingsOf(text, command),
      ).map(({ option, origin }) => [option.name, origin.from]),
    );

  test("the flag counts before the file, the file before the default", () => {
    const text = 'store = "a.db"\naverages = 3';
    expect(origins("read", ["--averages", "4"], text)).toMatchObject({
      averages: "flag",
      store: "file",
      volts: "default",
    });
  });

  test("what a flag excludes is not taken from the file", () => {
    const text = 'chip = "./a"';
    expect(origins("wear", ["--serial", "1"], text)).toMatchObject({ chip: "default", serial: "flag" });
    expect(origins("wear", ["--chip", "b"], '[wear]\nserial = "1"')).toMatchObject({
      chip: "flag",
      serial: "default",
    });
    expect(origins("wear", [], text)).toMatchObject({ chip: "file" });
  });
});

describe("the file", () => {
  function folderWith(name: string, text: string): string {
    const folder = mkdtempSync(join(tmpdir(), "pcmlab-config-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, name), text);
    return folder;
  }
  const flagsIn = async (folder: string, ...words: string[]): Promise<string[]> =>
    asFlags((await configurationOf(words, async () => commands, folder)).settings);

  test("is pcmlab.toml in the current folder, or the one that is named, or none", async () => {
    const folder = folderWith("pcmlab.toml", 'store = "a.db"\n[program]\navoid = ["x", "y"]\nquiet = false');
    writeFileSync(join(folder, "other.toml"), "averages = 2");
    expect(await flagsIn(folder, "read")).toEqual([`--store=${folder}/a.db`]);
    expect(await flagsIn(folder, "program")).toEqual([
      "--quiet=false",
      `--store=${folder}/a.db`,
      `--avoid=${folder}/x,${folder}/y`,
    ]);
    expect(await flagsIn(folder, "read", "--config", "other.toml")).toEqual(["--averages=2"]);
    for (const words of [["read", "--no-config"], ["read", "--store", "b.db"], ["--help"], ["nonsense"]])
      expect(await flagsIn(folder, ...words)).toEqual([]);
    expect(await flagsIn(tmpdir(), "read")).toEqual([]);
  });

  test("sets for a subcommand only what that one takes", async () => {
    const folder = folderWith(
      "pcmlab.toml",
      'chip = "lab7:5025"\nstore = "a.db"\n[campaign]\nat = "1h"\nhook = "mail"',
    );
    const stored = `--store=${folder}/a.db`;
    expect(await flagsIn(folder, "campaign", "new")).toEqual(["--chip=lab7:5025", stored, "--at=1h"]);
    expect(await flagsIn(folder, "campaign", "start")).toEqual(["--chip=lab7:5025", stored, "--hook=mail"]);
    expect(await flagsIn(folder, "campaign", "status")).toEqual([stored]);
    expect(await flagsIn(folder, "campaign")).toEqual([]);
  });

  test("that cannot be read says so", async () => {
    const folder = folderWith("binary.toml", "");
    writeFileSync(join(folder, "binary.toml"), Uint8Array.of(0xff, 0xfe));
    writeFileSync(join(folder, "large.toml"), Buffer.alloc((1 << 20) + 1, "#"));
    for (const name of ["missing.toml", ".", "binary.toml", "large.toml", ""])
      await expect(flagsIn(folder, "read", `--config=${name}`), name).rejects.toThrow(
        expect.objectContaining(labError("USAGE")),
      );
  });

  test("is not even read for help", async () => {
    const folder = folderWith("pcmlab.toml", "broken");
    expect(await flagsIn(folder, "read", "--help")).toEqual([]);
    await expect(flagsIn(folder, "read")).rejects.toThrow(expect.objectContaining(labError("USAGE")));
  });
});

test.each([
  ["stroe", "store"],
  ["stor", "store"],
  ["gmxa", "gmax"],
  ["chips", "chip"],
  ["xyzzy", undefined],
  ["", undefined],
])("the known word nearest to %j is %j", (word, expected) => {
  expect(nearest(word, ["chip", "store", "gmax", "restore"])).toBe(expected);
});
