/** The emulator as a user starts it: profiles of one's own, chips that go on after a restart, and time. */

import { readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { type Emulator, emulator, folder, json, pcmlab } from "./command.ts";

/**
 * Sends text messages over TCP, one after the other, and gives the answers as Latin-1 text. Once for each board: the board
 * serves one client, and may not yet have seen it leave when the next one comes.
 */
function answers(board: Emulator, messages: readonly string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(board.tcpPort ?? 0, "127.0.0.1");
    const done: string[] = [];
    let text = "";
    const next = (): void => {
      const message = messages[done.length];
      if (message !== undefined) return void socket.write(`${message}\n`);
      socket.destroy();
      resolve(done);
    };
    socket.setEncoding("latin1");
    socket.on("connect", next);
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`the board hung up after ${JSON.stringify(done)}`)));
    socket.on("data", (chunk) => {
      text += chunk;
      if (!text.endsWith("\n")) return;
      done.push(text);
      text = "";
      next();
    });
  });
}

/** Two pulses of 223 uA. */
const pulse = (id: number): string => `ARR:PULS? ${id},0,0,0,1,2,400,0,#11\x03,#14\x20\x07\x20\x07`;
const firstHalf = [pulse(3), "EMUL:TIME? 3600"];
const secondHalf = ["SYST:OPER:LAST?", "CHIP:TIME?", pulse(3), pulse(4), "EMUL:WEAR? 0,0,0,1,2"];

test("a chip goes on after a restart with its wear, its clock and its operation record", async () => {
  const cwd = await folder();
  const fresh = ["--profile", "tiny", "--seed", "9", "--tcp", "0"];
  const uninterrupted = await emulator(fresh, cwd);
  const all = await answers(uninterrupted, [...firstHalf, ...secondHalf]);
  expect(all[0]).toMatch(/^0,3,2,/);
  const expected = all.slice(firstHalf.length);

  const first = await emulator([...fresh, "--save", "chip.state"], cwd);
  await answers(first, firstHalf);
  await first.stop();
  const words = ["--load", "chip.state", "--save", "chip.state", "--tcp", "0"];
  const second = await emulator(words, cwd);
  const [boot, ...rest] = await answers(second, secondHalf);
  expect(boot?.split(",")[2]).toBe(expected[0]?.split(",")[2]);
  expect(boot).not.toBe(expected[0]);
  expect(rest).toEqual(expected.slice(1));
  second.child.kill("SIGTERM");
  await second.stop();

  const third = await emulator(
    ["--load", "chip.state", "--seed", "9", "--profile", "tiny", "--tcp", "0"],
    cwd,
  );
  expect((await answers(third, ["EMUL:WEAR? 0,0,0,1,2"]))[0]).toBe(rest.at(-1));
});

test("a state is refused when it is damaged or not the chip that was asked for, and never written over a stranger", async () => {
  const cwd = await folder();
  const board = await emulator(["--profile", "tiny", "--tcp", "0", "--save", "chip.state"], cwd);
  await board.stop();
  const state = await readFile(join(cwd, "chip.state"));
  await writeFile(join(cwd, "short.state"), state.subarray(0, state.length / 2));
  await writeFile(join(cwd, "notes.txt"), "my notes");
  const cases: readonly (readonly [readonly string[], RegExp, number])[] = [
    [["--load", "chip.state", "--seed", "2"], /is the chip of seed 1, --seed is 2 \[BAD_PROFILE\]/, 7],
    [
      ["--load", "chip.state", "--profile", "fusion-1m"],
      /name is "tiny" against "fusion-1m" \[BAD_PROFILE\]/,
      7,
    ],
    [["--load", "short.state"], /truncated or damaged.*\[BAD_PROFILE\]/, 7],
    [["--load", "notes.txt"], /not the saved state of a chip \[BAD_PROFILE\]/, 7],
    [["--load", "nothing"], /nothing cannot be read.*\[BAD_PROFILE\]/, 7],
    [["--save", "notes.txt"], /notes\.txt: it exists and is not the state of a chip \[USAGE\]/, 2],
    [["--save", "nowhere/chip.state"], /cannot be saved to nowhere.*\[USAGE\]/, 2],
    [["--time", "fast"], /--time is "fast" \[USAGE\]/, 2],
    [["--seed", "1.5"], /--seed must be a whole number from 0 to 4294967295 \[USAGE\]/, 2],
  ];
  for (const [words, message, exitCode] of cases) {
    const ended = await pcmlab(["emulator", "--tcp", "0", ...words], cwd);
    expect(ended.stderr).toMatch(message);
    expect(ended.exitCode).toBe(exitCode);
  }
  expect(await readFile(join(cwd, "notes.txt"), "utf8")).toBe("my notes");
});

test("a profile can be shown, changed, checked and used", async () => {
  const cwd = await folder();
  const shown = await pcmlab(["profile", "show", "tiny"], cwd);
  const mine = shown.stdout.replace('"tiny"', '"mine"').replace('"TINY"', '"MY-CHIP"');
  await writeFile(join(cwd, "my-chip.json"), mine);
  expect((await pcmlab(["profile", "check", "my-chip.json"], cwd)).stdout).toMatch(/^OK: mine \(MY-CHIP\)/);
  expect(await json(["profile", "show", "my-chip.json"], cwd)).toEqual(JSON.parse(mine));
  const board = await emulator(["--profile", "my-chip.json", "--tcp", "0"], cwd);
  expect(await answers(board, ["*IDN?"])).toEqual([expect.stringMatching(/^pcmlab,MY-CHIP,MINE-000001,/)]);
});

test("profile check names what is wrong, with its unit and range, and such a chip is not made", async () => {
  const cwd = await folder();
  const { stdout } = await pcmlab(["profile", "show", "tiny"], cwd);
  for (const [key, value, message] of [
    ["onsetAmperes", "-1", /device\.onsetAmperes is -1: .*unit A, allowed a number >= 0/],
    ["adcBits", "40", /read\.adcBits is 40: .*unit bits, allowed a whole number > 0 and <= 15/],
    ["sampleSeconds", '"fast"', /read\.sampleSeconds is "fast": .*unit s, allowed a number >= 1e-9 and <= 1/],
  ] as const) {
    const bad = stdout.replace(new RegExp(`"${key}": [^,\\n]+`), `"${key}": ${value}`);
    await writeFile(join(cwd, "bad.json"), bad);
    const ended = await pcmlab(["profile", "check", "bad.json"], cwd);
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).toContain("[BAD_PROFILE]");
    expect(ended.exitCode).toBe(7);
  }
  expect((await pcmlab(["emulator", "--profile", "bad.json", "--tcp", "0"], cwd)).exitCode).toBe(7);
});

test("profile list names the built-in profiles with their sizes", async () => {
  const schema = z.object({ profiles: z.array(z.object({ name: z.string(), devices: z.number() })) });
  const { profiles } = schema.parse(await json(["profile", "list"], await folder()));
  expect(profiles).toContainEqual({ name: "fusion-1m", devices: 2 ** 20 });
  expect(profiles.map(({ name }) => name)).toEqual(["fusion-1m", "hermes-core", "tiny"]);
});

test("an emulator that follows the wall clock lets time pass and cannot skip it", async () => {
  const cwd = await folder();
  const board = await emulator(["--profile", "tiny", "--tcp", "0", "--time", "1000000x"], cwd);
  const [descriptor, refused, early, late] = await answers(board, [
    "SYST:DESC?",
    "EMUL:TIME? 1e9",
    "CHIP:TIME?",
    "CHIP:TIME?",
  ]);
  expect(descriptor).toContain('"features":["set-temperature","program-verify","measure-current","lock"]');
  expect(refused).toMatch(/^1002,/);
  const seconds = (answer = ""): number => Number(answer.split(",")[1]);
  expect(seconds(early)).toBeGreaterThan(0);
  expect(seconds(late)).toBeGreaterThan(seconds(early));
});
