/**
 * The conformance kit as a lab runs it: the real command line against a board behind a real cable. The kit waits most of the time, as its
 * rules are about silence, so several boards are checked at a time.
 */

import { describe, test } from "vitest";
import { z } from "zod";
import { allRules } from "../../src/conformance/rules/all.ts";
import { type AtEnd, emulator, folder, pcmlab } from "./command.ts";
import { fakeLine } from "./fake-line.ts";

const reportSchema = z.object({
  conformance: z.enum(["conforms", "incomplete", "broken"]),
  counts: z.object({ passed: z.number(), failed: z.number(), skipped: z.number(), unchecked: z.number() }),
  pulses: z.number(),
  endedEarly: z.string().optional(),
  results: z.array(
    z.object({ id: z.string(), section: z.string(), verdict: z.object({ kind: z.string() }) }),
  ),
});

const skippedIn = ({ results }: z.infer<typeof reportSchema>): string[] =>
  results.filter(({ verdict }) => verdict.kind === "skip").map(({ id }) => id);

/** What an emulator of tiny has not, and what nobody can do to it from outside. */
const absent =
  /^(currents\.absent|program\.absent|lock\.(absent|power)|envelope\.(duty|pulses)$|link\.(?!elsewhere)|mvm\.(?!absent)|regions\.too-many-cells|emulator\.(absent|.*-lacking)|power\.)/;

/** A folder, and a board on TCP. */
async function onTcp(atEnd: AtEnd): Promise<{ readonly cwd: string; readonly address: string }> {
  const cwd = await folder(atEnd);
  const { tcpPort } = await emulator(["--profile", "tiny", "--tcp", "0"], cwd, atEnd);
  return { cwd, address: `127.0.0.1:${tcpPort}` };
}

/** The folder in which a board is `./chip`. */
async function onPty(atEnd: AtEnd): Promise<string> {
  const cwd = await folder(atEnd);
  await emulator(["--profile", "tiny", "--pty", "./chip"], cwd, atEnd);
  return cwd;
}

test.concurrent("our emulator keeps every rule over TCP, pulses included; only its power was not switched", async ({
  expect,
  onTestFinished,
}) => {
  const { cwd, address } = await onTcp(onTestFinished);
  const words = ["conformance", "--chip", address, "--pulses", "--json"];
  const ended = await pcmlab(words, cwd);
  const report = reportSchema.parse(JSON.parse(ended.stdout));
  expect(report).toMatchObject({ conformance: "incomplete", counts: { failed: 0, unchecked: 2 } });
  expect(ended.exitCode).toBe(10);
  expect(report.pulses).toBeGreaterThan(5);
  expect(skippedIn(report).filter((id) => !absent.test(id))).toEqual([]);
});

test.concurrent.for([
  [["--only", "once", "--pulses"], "conforms", 0],
  [["--only", "once"], "incomplete", 10],
] as const)("with %j it is %s", async ([words, conformance, exitCode], { expect, onTestFinished }) => {
  const { cwd, address } = await onTcp(onTestFinished);
  const ended = await pcmlab(["conformance", "--chip", address, ...words, "--json"], cwd);
  expect(JSON.parse(ended.stdout)).toMatchObject({ conformance });
  expect(ended.exitCode).toBe(exitCode);
});

/** `link.forgotten` rests for 31 s; test/conformance has it in virtual time. */
const ruleIds = allRules.map(({ id }) => id).filter((id) => id !== "link.forgotten");
const ofLink = (id: string): boolean => id.startsWith("link.");

describe.skipIf(process.platform === "win32")("over a pseudo-terminal", () => {
  test.concurrent.for<[string, RegExp, string[]]>([
    ["every rule in plain lines", /./, []],
    // test/conformance has all of them over the link, in virtual time.
    [
      "the rules of blocks, regions, at most once and the lock over the link",
      /^(blocks|regions|once|lock|power)/,
      ["--link", "on"],
    ],
  ])(
    "our emulator keeps %s, pulses included, and the table says so",
    async ([_, chosen, words], { expect, onTestFinished }) => {
      const cwd = await onPty(onTestFinished);
      const only = ruleIds.filter((id) => !ofLink(id) && chosen.test(id)).join();
      const ended = await pcmlab(["conformance", "--chip", "./chip", "--yes", "--only", only, ...words], cwd);
      expect(ended.stdout).toMatch(
        /\nincomplete; \d+ rules: \d+ passed, 0 failed, \d+ skipped \(2 of them apply to this board\); \d+ weak pulses given\n$/,
      );
      expect(ended.stdout).not.toContain("FAIL");
      expect(ended.exitCode).toBe(10);
    },
  );

  test.concurrent.for<[string, string[], string[]]>([
    ["all, beside plain lines", ruleIds.filter(ofLink), []],
    ["some, between sessions of the link", ["link.accept", "link.cut", "link.pulse-once"], ["--link", "on"]],
  ])("our emulator keeps the rules of the link: %s", async ([_, only, words], { expect, onTestFinished }) => {
    const cwd = await onPty(onTestFinished);
    const given = ["conformance", "--chip", "./chip", "--pulses", "--only", only.join(), "--json", ...words];
    const ended = await pcmlab(given, cwd);
    const report = reportSchema.parse(JSON.parse(ended.stdout));
    expect(report).toMatchObject({ conformance: "conforms", counts: { failed: 0, unchecked: 0 }, pulses: 1 });
    expect(skippedIn(report).filter((id) => id !== "link.elsewhere")).toEqual([]);
    expect(ended.exitCode).toBe(0);
  });

  test.concurrent("a power cycle is told from a new connection", async ({ expect, onTestFinished }) => {
    const cwd = await onPty(onTestFinished);
    const words = ["conformance", "--chip", "./chip", "--only", "power,record", "--power-cycle", "true"];
    const ended = await pcmlab(words, cwd);
    expect(ended.stdout).toMatch(/FAIL {2}power\.up/);
    expect(ended.stdout).toContain("broken; 4 rules: 3 passed, 1 failed, 0 skipped; 0 weak pulses given");
    expect(ended.exitCode).toBe(1);
  });

  test.concurrent("another instrument is refused with a clear message", async ({
    expect,
    onTestFinished,
  }) => {
    const path = await fakeLine(
      (text) => (text.includes("*IDN?") ? "ACME,Multimeter 3,42,1.0\n" : undefined),
      onTestFinished,
    );
    const ended = await pcmlab(["conformance", "--chip", path], await folder(onTestFinished));
    expect(ended.stderr).toMatch(/does not answer SYSTem:DESCriptor\?.*\[NOT_OURS\]\n {2}next: /);
    expect(ended.exitCode).toBe(4);
  });
});

test.concurrent.for<[string[], RegExp]>([
  [["--only", "gramar"], /no rule begins with "gramar" \[USAGE\]\n {2}next: the groups are grammar, blocks/],
  [["--link", "on"], /is no serial line, and only these have a link \[USAGE\]/],
  [["--cell", "0;1;2"], /--cell is "0;1;2" \[USAGE\]/],
  [["--cell", "0,64,0"], /there is no device at array 0, row 64, column 0 \[USAGE\]/],
])("%j is refused", async ([words, message], { expect, onTestFinished }) => {
  const { cwd, address } = await onTcp(onTestFinished);
  const ended = await pcmlab(["conformance", "--chip", address, ...words], cwd);
  expect(ended.stderr).toMatch(message);
  expect(ended.exitCode).toBe(2);
});
