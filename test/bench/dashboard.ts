/**
 * What a dashboard costs a campaign at its full speed: an emulated chip in virtual time is read through a pseudo-terminal, tile by tile,
 * while the dashboard and a client that asks without a pause are let run and held (SIGSTOP) in turn.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { cellCount } from "../../src/chip/region.ts";
import type { ReadoutId } from "../../src/store/identity.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import type { BenchOptions, Figures } from "./main.ts";
import { cpuSecondsOf, measured, measuredEmulator } from "./measured-process.ts";

/** The compiled file lies one folder deeper than its source. */
const root = join(import.meta.dirname, "../../..");
const digits = join(root, "examples/digits/digits.onnx");
const command = join(root, "dist/bundle/pcmlab.js");
const client = join(import.meta.dirname, "greedy-client.js");

const windowSeconds = 10;
const settleSeconds = 20;
/** More than the longest run of this benchmark can read. */
const ages = "1min..30d/400";

export async function dashboard({ small }: BenchOptions): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "pcmlab-bench-"));
  const board = await measuredEmulator(["--profile", "fusion-1m", "--seed", "1", "--pty", "./chip"], folder);
  const children: ChildProcess[] = [];
  try {
    const chip = ["--chip", "./chip", "--store", "run.db", "--quiet"];
    await measured(["program", digits, ...chip, "--converter-calibration", "nominal"], folder);
    await measured(["campaign", "new", ...chip, "--converter-calibration", "nominal", "--at", ages], folder);
    const campaign = started(["campaign", "start", ...chip], folder);
    const page = started(["dashboard", "--store", "run.db", "--port", "0", "--quiet"], folder);
    children.push(campaign, page);
    const greedy = spawn(process.execPath, [client, await addressOf(page)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(greedy);
    await seconds(settleSeconds);
    const figures = await compared(
      {
        path: join(folder, "run.db"),
        others: [page, greedy],
        cpu: {
          campaign: () => cpuSecondsOf(campaign) + board.cpuSeconds(),
          dashboard: () => cpuSecondsOf(page),
          client: () => cpuSecondsOf(greedy),
        },
      },
      small ? 3 : 10,
    );
    return {
      ...figures,
      client: await reportOf(greedy),
      cores: availableParallelism(),
      load: loadavg()[0],
    };
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await board.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Run {
  readonly path: string;
  /** Let run and held in turn. */
  readonly others: readonly ChildProcess[];
  /** Processor seconds until now. */
  readonly cpu: Readonly<Record<"campaign" | "dashboard" | "client", () => number>>;
}

interface Window {
  readonly with: boolean;
  readonly seconds: number;
  readonly devices: number;
  /** Processor seconds in it. */
  readonly campaign: number;
  readonly dashboard: number;
  readonly client: number;
}

/** Windows in the order without, with, with, without, so that what changes steadily counts for both alike. */
async function compared(run: Run, rounds: number) {
  const store = openStore(run.path, { mode: "read" });
  const windows: Window[] = [];
  const orders = [
    [false, true],
    [true, false],
  ];
  for (let round = 0; round < rounds; round++)
    for (const go of orders[round % 2] ?? []) {
      for (const child of run.others) child.kill(go ? "SIGCONT" : "SIGSTOP");
      windows.push(await windowOf(store, run, go));
    }
  for (const child of run.others) child.kill("SIGCONT");
  store.close();
  const [without, beside] = [false, true].map((go) => summed(windows.filter((window) => window.with === go)));
  if (without === undefined || beside === undefined) throw new Error("nothing was measured");
  return {
    campaignSlowdown: without.devicesPerSecond / beside.devicesPerSecond - 1,
    campaignSlowdownByProcessorTime: without.devicesPerProcessorSecond / beside.devicesPerProcessorSecond - 1,
    without,
    beside,
    devicesPerSecond: windows.map(({ devices, seconds }) => Math.round(devices / seconds)),
  };
}

async function windowOf(store: Store, { cpu }: Run, go: boolean): Promise<Window> {
  const look = () => ({ campaign: cpu.campaign(), dashboard: cpu.dashboard(), client: cpu.client() });
  const first = newest(store, undefined);
  const before = look();
  const began = performance.now();
  await seconds(windowSeconds);
  const { devices } = newest(store, first.id);
  const after = look();
  return {
    with: go,
    seconds: (performance.now() - began) / 1000,
    devices,
    campaign: after.campaign - before.campaign,
    dashboard: after.dashboard - before.dashboard,
    client: after.client - before.client,
  };
}

function summed(windows: readonly Window[]) {
  const sum = (of: (window: Window) => number): number =>
    windows.reduce((total, window) => total + of(window), 0);
  const seconds = sum((window) => window.seconds);
  return {
    seconds,
    devicesPerSecond: sum(({ devices }) => devices) / seconds,
    devicesPerProcessorSecond: sum(({ devices }) => devices) / sum(({ campaign }) => campaign),
    /** Cores that each kept busy. */
    campaignCores: sum(({ campaign }) => campaign) / seconds,
    dashboardCores: sum(({ dashboard }) => dashboard) / seconds,
    clientCores: sum(({ client }) => client) / seconds,
  };
}

const readoutsAtOnce = 1000;

/** The newest readout, and the devices of all that came after a known one. */
function newest(store: Store, after: ReadoutId | undefined): { id: ReadoutId | undefined; devices: number } {
  let id = after;
  let devices = 0;
  for (;;) {
    const some = store.readouts.after(id, readoutsAtOnce);
    if (some.length === 0) return { id, devices };
    id = some.at(-1)?.id;
    devices += some.reduce((sum, { region }) => sum + cellCount(region), 0);
  }
}

const started = (words: readonly string[], cwd: string): ChildProcess =>
  spawn(process.execPath, [command, ...words, "--json"], {
    cwd,
    env: { ...process.env, PCMLAB_LEDGER: "ledger" },
    stdio: ["ignore", "pipe", "inherit"],
  });

async function addressOf(page: ChildProcess): Promise<string> {
  let printed = "";
  while (!printed.trimEnd().endsWith("}") && page.stdout !== null)
    printed += String((await once(page.stdout, "data"))[0]);
  const url = /"url": "([^"]+)"/.exec(printed)?.[1];
  if (url === undefined) throw new Error(`the dashboard printed ${printed}`);
  return url;
}

/** What the client counted. */
async function reportOf(greedy: ChildProcess): Promise<unknown> {
  if (greedy.stdout === null) return null;
  const printed = once(greedy.stdout, "data");
  greedy.kill("SIGTERM");
  return JSON.parse(String((await printed)[0]));
}

const seconds = (count: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 1000 * count);
  });
