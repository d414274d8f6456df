import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { seededPrng } from "../../src/core/prng.ts";
import type { Slot } from "../../src/store/campaign-rows.ts";
import { Connection } from "../../src/store/connection.ts";
import { valueRow } from "../../src/store/identity.ts";
import { openStore } from "../../src/store/store.ts";
import { emulator, folder, json, main, pcmlab } from "./command.ts";

/** 500 for the figure of issue 6. */
const kills = Number(process.env.PCMLAB_KILLS ?? "3");

const board = ["--chip", "./chip"];
const store = ["--store", "run.db"];
const nominal = ["--converter-calibration", "nominal"];

async function virtualChip(...words: string[]): Promise<string> {
  const home = await folder();
  await emulator(["--pty", "./chip", "--profile", "tiny", ...words], home);
  return home;
}

function slotsOf(home: string): Slot[] {
  const opened = openStore(join(home, "run.db"), { mode: "read" });
  try {
    const [campaign] = opened.campaigns.list();
    return campaign === undefined ? [] : opened.campaigns.slots(campaign.id);
  } finally {
    opened.close();
  }
}

/** How many slots have their outcome: asked so often that nothing else is looked at. */
function outcomesIn(home: string): number {
  const opened = new Connection(join(home, "run.db"), { readonly: true, fileMustExist: true });
  try {
    return opened.first(valueRow, "SELECT count(*) AS value FROM slot_outcomes")?.value ?? 0;
  } finally {
    opened.close();
  }
}

test("a virtual month is read by the command, and its alarms reach a hook and a web address", async () => {
  const home = await virtualChip();
  const posted: unknown[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      posted.push(JSON.parse(body));
      response.end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const times = [
    "--full-arrays-at",
    "1min..30d/3",
    "--temperature-every",
    "5d",
    "--temperature-limits",
    "100K..200K",
  ];
  await json(["campaign", "new", ...board, ...store, ...nominal, ...times], home);
  const resumed = await pcmlab(["resume", ...board, ...store], home);
  expect(resumed.stderr).toContain("go on with its campaign: pcmlab campaign resume");
  const alarms = [
    "--hook",
    "cat >> alarms.jsonl",
    "--webhook",
    `http://127.0.0.1:${port}/alarm`,
    "--log",
    "log.jsonl",
  ];
  const status = await json(["campaign", "start", ...board, ...store, ...alarms], home);
  expect(status).toMatchObject({ state: "finished", open: 0, heldBy: null });
  expect(slotsOf(home).map(({ outcome }) => outcome?.kind)).toEqual(Array(22).fill("read"));
  const lines = (file: string): unknown[] =>
    readFileSync(join(home, file), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  const ofKinds = (...kinds: readonly string[]) => kinds.map((kind) => expect.objectContaining({ kind }));
  expect(posted).toEqual(ofKinds("temperature", "finished"));
  expect(lines("log.jsonl")).toEqual(ofKinds("state", "temperature", "finished"));
  expect(lines("alarms.jsonl")).toHaveLength(2);
  // A unit of systemd may start it again.
  expect((await pcmlab(["campaign", "start", ...board, ...store], home)).exitCode).toBe(0);
}, 60_000);

test("one process runs a campaign; others are refused, ask it to stop, and read its status", async () => {
  const home = await virtualChip("--time", "wall");
  await json(
    ["campaign", "new", ...board, ...store, ...nominal, "--canary", "0:0..1:0..3", "--canary-at", "1s,1h"],
    home,
  );
  expect(
    (await pcmlab(["campaign", "new", ...board, ...store, ...nominal, "--full-arrays-at", "1h"], home))
      .stderr,
  ).toContain("campaign 1 of run.db is planned: one at a time");
  const first = pcmlab(["campaign", "start", ...board, ...store], home);
  await until(() => slotsOf(home)[0]?.outcome?.kind !== undefined);
  const second = await pcmlab(["campaign", "start", ...board, ...store], home);
  expect(second.exitCode).toBe(3);
  expect(second.stderr).toContain("[LOCKED]");
  expect(await json(["campaign", "status", ...store], home)).toMatchObject({
    campaigns: [{ state: "running", open: 1, isOrphaned: false }],
  });
  await json(["campaign", "stop", ...store, "--yes"], home);
  expect((await first).exitCode).toBe(0);
  const [read, open] = slotsOf(home).map(({ outcome }) => outcome?.kind);
  // A machine under load may take more than a second to begin.
  expect(read).toMatch(/^(read|late)$/);
  expect(open).toBe("missed");
}, 60_000);

test(
  "kill -9 of the command loses nothing that was stored, and the next one ends the campaign",
  async () => {
    const home = await virtualChip();
    const count = 12 * kills + 12;
    const end = `${count}h`;
    const times = [
      "--temperature-every",
      "1h",
      "--for",
      end,
      "--canary",
      "0:0..7:0..63",
      "--canary-at",
      `1s..${end}/9`,
    ];
    await json(["campaign", "new", ...board, ...store, ...nominal, ...times], home);
    const planned = slotsOf(home).map(({ id, subject, dueSeconds }) => ({ id, subject, dueSeconds }));
    const prng = seededPrng(11);
    let killed = 0;
    while (killed < kills && slotsOf(home).some(({ outcome }) => outcome === null)) {
      const before = slotsOf(home).filter(({ outcome }) => outcome !== null);
      await killedAfter(home, before.length + 1 + prng.below(8), prng.below(30));
      killed++;
      const after = slotsOf(home).filter(({ outcome }) => outcome !== null);
      expect(after.slice(0, before.length)).toEqual(before);
    }
    const last = await pcmlab(["campaign", "start", ...board, ...store, "--json"], home);
    expect(last.stderr).toContain("goes on after its process was killed or the machine was off");
    expect(JSON.parse(last.stdout)).toMatchObject({ state: "finished", open: 0 });
    const slots = slotsOf(home);
    expect(slots.map(({ id, subject, dueSeconds }) => ({ id, subject, dueSeconds }))).toEqual(planned);
    expect(slots.every(({ outcome }) => outcome?.kind === "read")).toBe(true);
    expect(killed).toBe(kills);
    const checked = await pcmlab(["store", "check", "run.db"], home);
    expect(checked.stderr + checked.stdout).not.toContain("damaged");
    expect(checked.exitCode).toBe(0);
  },
  30_000 + 4000 * kills,
);

/** Runs the campaign, and kills it a moment after so many slots have their outcome. */
async function killedAfter(home: string, slots: number, milliseconds: number): Promise<void> {
  const child = spawn(process.execPath, [main, "campaign", "start", ...board, ...store], {
    cwd: home,
    stdio: "ignore",
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await until(() => child.exitCode !== null || outcomesIn(home) >= slots);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  child.kill("SIGKILL");
  await ended;
}

/** Looks again and again, for 10 s at most. */
async function until(holds: () => boolean): Promise<void> {
  for (let look = 0; look < 500; look++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("it did not happen within 10 s");
}
