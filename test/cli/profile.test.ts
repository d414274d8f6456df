import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { checkProfile, listProfiles } from "../../src/cli/actions/profile.ts";
import type { Context } from "../../src/cli/context.ts";
import { OpenBoards } from "../../src/cli/open-boards.ts";
import { Output } from "../../src/cli/output.ts";
import { seededPrng } from "../../src/core/prng.ts";

const clock = { monotonicSeconds: () => 0, wallSeconds: () => 0 };

function printed(act: (context: Context) => void, json: boolean): string {
  let text = "";
  const stdout = {
    write(more: string) {
      text += more;
    },
  };
  const output = new Output({ stdout, stderr: stdout }, clock, { json, quiet: false });
  const timer = { after: () => () => {} };
  act({
    clock,
    timer,
    prng: seededPrng(1),
    output,
    stop: new AbortController().signal,
    boards: new OpenBoards(timer),
    commandLine: [],
  });
  return text;
}

/** tiny with two rows of resistors, as a file. */
function fileWithResistors(): string {
  const folder = mkdtempSync(join(tmpdir(), "pcmlab-profile-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const profile = builtinProfile("tiny");
  const arrays = [
    { name: "A", rows: 64, columns: 64 },
    { name: "REF", rows: 2, columns: 64, referenceSiemens: [0, 2e-5] },
  ];
  writeFileSync(join(folder, "mine.json"), JSON.stringify({ ...profile, arrays }));
  return join(folder, "mine.json");
}

test("reference resistors are named apart and are not counted as devices", () => {
  const file = fileWithResistors();
  const check = (context: Context) => checkProfile(file, context);
  expect(printed(check, false)).toBe(
    "OK: tiny (TINY): A 64 x 64; 4,096 devices; reference resistors REF 2 x 64\n",
  );
  expect(JSON.parse(printed(check, true))).toMatchObject({
    ok: true,
    arrays: ["A 64 x 64"],
    references: ["REF 2 x 64"],
    devices: 4096,
  });
});

test("the sizes of the built-in profiles are those of their devices", () => {
  const { profiles } = JSON.parse(printed(listProfiles, true));
  expect(profiles.map(({ devices }: { devices: number }) => devices)).toEqual([2 ** 20, 2 ** 18, 2 ** 12]);
});
