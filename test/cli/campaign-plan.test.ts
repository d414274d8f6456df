import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { tiny } from "../../mocks/array/profiles/tiny.ts";
import { campaignUnit } from "../../src/cli/actions/campaign-status.ts";
import { planFile } from "../../src/cli/campaign/plan-file.ts";
import { pastOf, planFrom, settingsOf } from "../../src/cli/campaign/plan-settings.ts";
import { regionNamed } from "../../src/cli/campaign/region-text.ts";
import { systemdUnit } from "../../src/cli/campaign/systemd-unit.ts";
import { planOptions } from "../../src/cli/commands/campaign-options.ts";
import { labErrorOf } from "../store/failure.ts";
import { freshPath } from "../store/temp-folder.ts";
import { contextOf } from "./collecting-context.ts";

const { descriptor } = createCrossbar(tiny, 1);

function written(text: string): string {
  const path = freshPath("plan.toml");
  writeFileSync(path, text);
  return path;
}

test("a plan file says what the flags of the same names say", () => {
  const file = planFile(
    written(`
      name = "a day"
      at = ["25s", "1min..1d/3"]
      full-arrays = true
      full-arrays-at = "1h"
      canary = "0:0..1:0..63"
      temperature-every = "10min"
      temperature-limits = "290K..310K"
      averages = 8
    `),
  );
  const flags = settingsOf({
    name: "a day",
    at: "25s,1min..1d/3",
    "full-arrays": true,
    "full-arrays-at": "1h",
    canary: "0:0..1:0..63",
    "temperature-every": "10min",
    "temperature-limits": "290K..310K",
    averages: "8",
    // Of the command, not of the plan.
    store: "run.db",
  });
  expect(file).toEqual(flags);
  const plan = planFrom(file, descriptor, null);
  expect(plan).toMatchObject({ name: "a day", averages: 8, limitsKelvin: { low: 290, high: 310 } });
  expect(plan.regions.map(({ name, agesSeconds }) => [name, agesSeconds.length])).toEqual([
    ["array A", 1],
    ["canary 0:0..1:0..63", 12],
  ]);
  expect(plan.temperature?.agesSeconds).toHaveLength(145);
});

test("every name of a plan is an option of the command, and nothing else is", () => {
  const { plan: _, ...options } = planOptions;
  const names = Object.keys(options).sort();
  const settings = Object.fromEntries(names.map((name) => [name, name === "full-arrays" ? true : "1"]));
  expect(Object.keys(settingsOf(settings)).sort()).toEqual(names);
});

test.each([
  ['tempreature-every = "1h"', "did you mean temperature-every?"],
  ['at = "25s"\nat = "1h"', undefined],
  ["full-arrays = 3", undefined],
  ['at = "soon"', undefined],
  ['canary = "0:0..99:0"\nat = "1h"', undefined],
  ['canary = "9:0:0"\nat = "1h"', undefined],
  ['canary = "0:0:0"', undefined],
  ['temperature-every = "1h"', undefined],
  ['at = "1h"\ntemperature-every = "1h"\ntemperature-limits = "310K..290K"', undefined],
  ['mvm-probes = 0\nat = "1h"', undefined],
  ['since = "yesterday"\nat = "1h"', undefined],
])("the plan %j is refused in one line that says what to do", (text, next) => {
  const failure = labErrorOf(() => planFrom(planFile(written(text)), descriptor, null));
  expect(["USAGE", "LIMIT"]).toContain(failure.code);
  expect(failure.message).not.toContain("\n");
  if (next !== undefined) expect(failure.next).toBe(next);
});

test("a plan that is not there, or no text, is refused", () => {
  expect(labErrorOf(() => planFile("/nowhere/plan.toml")).code).toBe("USAGE");
  const path = freshPath("plan.toml");
  writeFileSync(path, new Uint8Array([0xff, 0xfe, 0x00]));
  expect(labErrorOf(() => planFile(path)).code).toBe("USAGE");
});

test("what is past is refused unless the plan says otherwise", () => {
  expect(pastOf({})).toBe("refuse");
  expect(pastOf({ past: "skip" })).toBe("skip");
  expect(labErrorOf(() => pastOf({ past: "ignore" })).message).toContain("refuse, skip, late");
});

test("a region is an array by number or name, with first and last lines", () => {
  const region = { array: 0, row: 2, column: 16, rows: 3, columns: 1 };
  expect(regionNamed("0:2..4:16", descriptor)).toEqual(region);
  expect(regionNamed("A:2..4:16..16", descriptor)).toEqual(region);
  for (const text of ["", "0", "0:1", "0:4..2:0", "0:0:0:0", "B:0:0", "0:-1:0"])
    expect(labErrorOf(() => regionNamed(text, descriptor))).toBeDefined();
});

test("a unit has absolute paths, and keeps % and $ from systemd", () => {
  const unit = systemdUnit({
    node: "/usr/bin/node",
    main: "/opt/pcmlab/main.js",
    folder: "/home/me",
    store: "/data/100%.db",
    user: "me",
    words: ["--store", "/data/100%.db", "--hook", 'say "$HOME"'],
  });
  expect(unit).toContain(
    'ExecStart=/usr/bin/node /opt/pcmlab/main.js campaign start --store /data/100%%.db --hook "say \\"$$HOME\\""\n',
  );
  expect(unit).toContain("Restart=on-failure");
  expect(unit).not.toContain("WatchdogSec");
});

test("a unit starts what is shipped, and one that tells nobody of alarms says so", () => {
  const board = { chip: "./chip", store: "run.db", baud: 115_200, link: "auto", reconnect: 60 } as const;
  const unitWith = (more: object) => {
    const { context, out, said } = contextOf("campaign");
    campaignUnit({ ...board, ...more }, context);
    return { unit: out.join(""), said: said.join("") };
  };
  const [silent, hooked] = [unitWith({}), unitWith({ hook: "cat >> alarms.txt" })];
  expect(silent.said).toMatch(/without --hook or --webhook nobody is told of alarms/);
  expect(silent.unit).toMatch(/ \S*\/dist\/bundle\/pcmlab\.js campaign start --no-config --chip \//);
  expect(hooked.said).toBe("");
  expect(hooked.unit).toContain('--hook "cat >> alarms.txt"');
});
