/** What the command line makes of its words before a command begins: values, slips, help, completion and colours. */

import { describe, expect, test } from "vitest";
import { type Paint, paintFor, wantsColour } from "../../src/cli/colour.ts";
import type { DeclaredOption } from "../../src/cli/config/declared.ts";
import { confirmed, isYes } from "../../src/cli/confirm.ts";
import { withJoinedValues } from "../../src/cli/option-values.ts";
import { labError } from "../drivers/scripted-transport.ts";
import { contextOf } from "./collecting-context.ts";
import { runInProcess } from "./run-in-process.ts";

const nowhere = "/nonexistent";
const run = (...words: string[]) => runInProcess(words, nowhere);

describe("a value that begins with a minus", () => {
  const options: DeclaredOption[] = [
    { name: "at", type: "string" },
    { name: "out", alias: "o", type: "string" },
    { name: "json", type: "boolean" },
  ];
  test.each([
    [
      ["read", "--at", "-5s"],
      ["read", "--at=-5s"],
    ],
    [
      ["read", "--at", "-.5s", "--json"],
      ["read", "--at=-.5s", "--json"],
    ],
    [
      ["report", "-o", "-"],
      ["report", "-o=-"],
    ],
    [
      ["read", "--at", "5s", "--json", "-5"],
      ["read", "--at", "5s", "--json", "-5"],
    ],
    [
      ["read", "--at=-5s"],
      ["read", "--at=-5s"],
    ],
    [
      ["read", "--", "--at", "-5s"],
      ["read", "--", "--at", "-5s"],
    ],
  ])("%j becomes %j", (words, expected) => {
    expect(withJoinedValues(words, options)).toEqual(expected);
  });

  test.each([[["read", "--at"]], [["read", "--at", "--json"]], [["read", "-o", "-x"]]])(
    "%j lacks one",
    (words) => {
      expect(() => withJoinedValues(words, options)).toThrow(
        expect.objectContaining({ ...labError("USAGE"), message: expect.stringMatching(/wants a value/) }),
      );
    },
  );

  test.each([
    [["read", "--chip", "x", "--store", "y", "--at", "-5s"], /-5/],
    [["calibrate", "--chip", "x", "--store", "y", "--valid", "-1d"], /-1d|-86400|-1 d/],
    [["wear", "--serial", "x", "--most", "-3"], /--most must be a whole number from 0/],
    [["infer", "--store", "y", "--images", "x", "--batch", "-.5"], /--batch must be a whole number/],
    [["infer", "--store", "y", "--images", "x", "--converter-calibration", "-1"], /"-1" is no calibration/],
  ])("reaches the command, which says what is wrong with it: %j", async (words, said) => {
    const { exitCode, stderr } = await run(...words);
    expect(stderr).toMatch(said);
    expect(exitCode).toBe(2);
  });
});

describe("a slip", () => {
  test.each([
    [["progam"], /there is no command progam.*\n {2}next: did you mean program\?/],
    [["store", "chek", "x"], /there is no command store chek.*\n {2}next: did you mean check\?/],
    [["completion", "fish"], /completion takes no argument.*\n {2}next: .*>> ~\/\.bashrc, .*>> ~\/\.zshrc/],
    [["xyzzy"], /there is no command xyzzy.*\n {2}next: see `pcmlab --help`/],
    [
      ["identify", "--chp", "x"],
      /Missing required argument: chip|no option or argument chp.*\n {2}next: did you mean --chip\?/,
    ],
    [
      ["identify", "--chip", "x", "--max-pulse", "3"],
      /there is no option or argument max-pulse \[USAGE\]\n {2}next: see `pcmlab identify --help`/,
    ],
    [
      ["read", "--chip", "x", "--store", "y", "--at", "1s", "--volt", "3"],
      /no option or argument volt \[USAGE\]\n {2}next: did you mean --volts\? see `pcmlab read --help`/,
    ],
    [["read", "--chip", "x", "--store", "--at", "1s"], /--store wants a value \[USAGE\]/],
  ])("%j is told with what was probably meant", async (words, said) => {
    const { exitCode, stderr, stdout } = await run(...words);
    expect(stderr).toMatch(said);
    expect(stderr.trimEnd().split("\n").length).toBe(2);
    expect([exitCode, stdout]).toEqual([2, ""]);
  });
});

describe("usage errors end with 2 and a next step", () => {
  test.each([
    [["identify"]],
    [["emulator"]],
    [["emulator", "--tcp", "abc"]],
    [["emulator", "--tcp", "0", "--seed", "1.5"]],
    [["emulator", "--pty", "nowhere/chip"]],
    [["infer", "--store", "y", "--images", "x", "--batch", "abc"]],
    [["infer", "--store", "y", "--images", "x", "--limit", "0"]],
    [["infer", "--store", "", "--images", "x"]],
    [["read", "--chip", "x", "--store", "y", "--at", "25s", "--link", "maybe"]],
    [["drift", "--store", "x", "--tile", "--level"]],
  ])("%j", async (words) => {
    const { exitCode, stderr, stdout } = await run(...words);
    expect(stderr).toMatch(/^pcmlab: .+ \[USAGE\]\n {2}next: .+\n$/);
    expect([exitCode, stdout]).toEqual([2, ""]);
  });
});

describe("colours", () => {
  const terminal = { isTTY: true };
  test.each<[object, Record<string, string>, boolean]>([
    [terminal, {}, true],
    [{}, {}, false],
    [terminal, { NO_COLOR: "1" }, false],
    [terminal, { NO_COLOR: "" }, true],
    [terminal, { TERM: "dumb" }, false],
    [{}, { FORCE_COLOR: "1" }, true],
    [terminal, { FORCE_COLOR: "0" }, false],
    [{}, { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
  ])("on %j with %j: %s", (stream, environment, expected) => {
    expect(wantsColour(stream, environment)).toBe(expected);
  });

  test("are only around the text", () => {
    const [plain, painted]: [Paint, Paint] = [paintFor(false), paintFor(true)];
    expect(plain("text", "red")).toBe("text");
    expect(painted("text", "red")).toBe("\u001b[31mtext\u001b[39m");
  });

  test("are not in a log file, and are where they are asked for", async () => {
    expect((await runInProcess(["progam"], nowhere)).stderr).not.toContain("\u001b");
    expect((await runInProcess(["progam"], nowhere, { FORCE_COLOR: "1" })).stderr).toContain(
      "\u001b[31mpcmlab:\u001b[39m",
    );
  });
});

describe("before something is lost for good", () => {
  const asked = (yes: boolean | undefined, answer?: boolean) => {
    const { context, said } = contextOf("x");
    const ask =
      answer === undefined ? undefined : async (question: string) => said.push(question) > 0 && answer;
    return { agreed: confirmed("all is lost", yes, { output: context.output, ask }), said };
  };

  test("--yes goes on and says what is done, a yes at the terminal too", async () => {
    const [given, answered] = [asked(true), asked(undefined, true)];
    await Promise.all([given.agreed, answered.agreed]);
    expect(given.said).toEqual(["all is lost\n"]);
    expect(answered.said).toEqual(["all is lost. Go on? [y/N] "]);
  });

  test("nothing is done after any other answer, and where nobody is there", async () => {
    await expect(asked(false, false).agreed).rejects.toMatchObject(labError("INTERRUPTED"));
    await expect(asked(false).agreed).rejects.toMatchObject({ ...labError("USAGE"), next: "add --yes" });
  });

  test.each([
    ["y", true],
    ["Yes\n", true],
    [" y ", true],
    ["", false],
    ["n", false],
    ["yellow", false],
  ])("%j is a yes: %s", (answer, expected) => {
    expect(isYes(answer)).toBe(expected);
  });
});
