/** DESIGN.md, section 2: who may import whom. A folder that the table does not know fails, so that a new one is a decision. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const everything = ["src", "drivers", "firmware-protocol", "calibration", "mocks"];

/** A folder may import itself, what stands here, and nothing else of this repository. The longest matching folder counts. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "src/core": [],
  "src/chip": ["src/core"],
  "firmware-protocol": ["src/core"],
  "drivers/transport": ["src/core"],
  "drivers/serial": ["src/core", "drivers/transport"],
  "drivers/tcp": ["src/core", "drivers/transport"],
  "drivers/usb": ["src/core", "drivers/transport", "firmware-protocol"],
  "drivers/link": ["src/core", "firmware-protocol", "drivers/transport"],
  "drivers/recording": ["src/core", "firmware-protocol", "drivers/transport"],
  "drivers/instrument": ["src/core", "src/chip", "firmware-protocol", "drivers/transport"],
  "drivers/discovery": ["src/core", "firmware-protocol", "drivers"],
  // connect.ts is where a name becomes a transport.
  "drivers/chip": ["src/core", "src/chip", "firmware-protocol", "drivers"],
  calibration: ["src/core", "src/chip"],
  "src/network": ["src/core", "src/chip"],
  "src/store": ["src/core", "src/chip"],
  "src/campaign": ["src/core", "src/chip", "calibration", "src/network", "src/store"],
  "src/inference": ["src/core", "src/chip", "calibration", "src/network"],
  "src/conformance": ["src/core", "src/chip", "firmware-protocol", "drivers/transport"],
  "src/report": ["src/core", "src/chip", "src/store"],
  "src/export": ["src/core", "src/chip", "src/store"],
  // The live page draws with the figures of the report.
  "src/dashboard": ["src/core", "src/chip", "src/store", "src/report"],
  // A replayed board reads what drivers/recording wrote.
  mocks: ["src/core", "src/chip", "firmware-protocol", "drivers/transport", "drivers/recording"],
  "src/cli": everything,
  // The same experiments for other people's programs, with values in place of words.
  "src/library": everything,
  "src/index.ts": ["src/chip", "src/core", "src/network", "drivers/chip", "src/library"],
  // Examples use the public parts like any user, and make their own data.
  examples: ["src/core", "src/network", "src/inference"],
  test: [...everything, "examples"],
};

const within = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

const ruleOf = (path: string): string | undefined =>
  Object.keys(allowed)
    .filter((folder) => within(path, folder))
    .sort((a, b) => b.length - a.length)[0];

const sources = [...everything, "examples", "test"]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  )
  .filter((path) => path.endsWith(".ts"));

const importsOf = (path: string): string[] =>
  [...readFileSync(join(root, path), "utf8").matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map((match) =>
    normalize(join(dirname(path), match[1] ?? "")),
  );

test("every file imports only what the table of DESIGN.md allows", () => {
  const violations = sources.flatMap((path) => {
    const rule = ruleOf(path);
    if (rule === undefined) return [`${path} lies in a folder that the table does not know`];
    const permitted = [rule, ...(allowed[rule] ?? [])];
    return importsOf(path)
      .filter((target) => !permitted.some((folder) => within(target, folder)))
      .map((target) => `${path} imports ${target}`);
  });
  expect(sources.length).toBeGreaterThan(100);
  expect(violations).toEqual([]);
});

test("the protocol is pure: no Node built-ins and no packages", () => {
  const impure = sources
    .filter((path) => within(path, "firmware-protocol"))
    .filter((path) => /from "(?!\.)/.test(readFileSync(join(root, path), "utf8")));
  expect(impure).toEqual([]);
});

test("only the store knows SQL", () => {
  const knowing = sources
    .filter((path) => within(path, "src") && !within(path, "src/store"))
    .filter((path) =>
      /better-sqlite3|\bSELECT\b.+\bFROM\b|\bINSERT INTO\b/.test(readFileSync(join(root, path), "utf8")),
    );
  expect(knowing).toEqual([]);
});

test("time and randomness are read in one file each", () => {
  // The second is text for a browser, which has no clock of ours.
  const exempt = ["src/core/system-clock.ts", "src/dashboard/script.ts"];
  const readers = sources
    .filter((path) => !within(path, "test") && !exempt.includes(path))
    .filter((path) =>
      /\b(Date\.now|performance\.now|Math\.random|setTimeout|setInterval)\b/.test(
        readFileSync(join(root, path), "utf8"),
      ),
    );
  expect(readers).toEqual([]);
});
