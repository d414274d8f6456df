/** The dashboard as a process of its own beside the one that writes, and its page in a real browser. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { cellCount } from "../../src/chip/region.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { beginRun, descriptor, fillSynthetic, wall } from "../store/synthetic.ts";
import { missingBrowser, openBrowser, openPage } from "./browser.ts";
import { folder, main, pcmlab } from "./command.ts";

const readySchema = z.object({ url: z.string(), store: z.string() });

interface Running {
  readonly url: string;
  readonly origin: string;
  /** Asks it to stop as Ctrl-C does; gives its exit code. */
  interrupt(): Promise<number | null>;
}

/** Starts `pcmlab dashboard` on the run.db of a folder. */
async function dashboard(cwd: string, words: readonly string[] = []): Promise<Running> {
  const all = [
    "dashboard",
    "--store",
    "run.db",
    "--port",
    "0",
    "--ledger",
    "ledger",
    "--json",
    "--quiet",
    ...words,
  ];
  const child = spawn(process.execPath, [main, ...all], { cwd, stdio: ["ignore", "pipe", "inherit"] });
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await closed;
  });
  let printed = "";
  child.stdout.setEncoding("utf8");
  while (!printed.trimEnd().endsWith("}")) printed += (await once(child.stdout, "data"))[0];
  const { url } = readySchema.parse(JSON.parse(printed));
  return {
    url,
    origin: new URL(url).origin,
    interrupt: () => {
      child.kill("SIGINT");
      return closed;
    },
  };
}

/** A folder whose run.db holds the synthetic experiment. */
async function filledFolder(): Promise<string> {
  const cwd = await folder();
  const store = openStore(join(cwd, "run.db"), { mode: "create" });
  store.transaction(() => fillSynthetic(store));
  store.close();
  return cwd;
}

/** Reads every tile once more, as another process would. */
function readAgain(store: Store, ageSeconds: number): void {
  const run = beginRun(store, "read", ageSeconds);
  store.chips.attach(run, descriptor);
  const tiles = new Map(store.networks.get().tiles.map((tile) => [tile.id, tile]));
  for (const programming of store.programmings.current()) {
    const region = tiles.get(programming.tile)?.region;
    if (region === undefined) throw new Error("a programming without a tile");
    store.readouts.add({
      ...{ programming: programming.id, run, requestedAgeSeconds: ageSeconds, wallSeconds: wall(ageSeconds) },
      calibration: nominalCalibration(descriptor),
      readout: {
        ...{ region, averages: 8, readVolts: 0.2, temperatureKelvin: 303, saturatedCells: 0 },
        firstSampleSeconds: programming.endedChipSeconds + ageSeconds,
        lastSampleSeconds: programming.endedChipSeconds + ageSeconds,
        codeSums: new Uint16Array(cellCount(region)).fill(400),
      },
    });
  }
}

/** All figures are there, and the page listens. */
async function untilDrawn(page: Page): Promise<void> {
  await page.locator('#connection[data-state="live"]').waitFor();
  for (const id of ["conductance", "drift", "accuracy", "temperature", "wear"])
    await page.locator(`#${id} figure svg`).first().waitFor({ state: "attached" });
  await page.locator("#map img").nth(1).waitFor();
}

describe.skipIf(missingBrowser !== undefined)("in a real browser", () => {
  const screens = [
    {
      name: "a phone in the dark",
      viewport: { width: 360, height: 740 },
      colorScheme: "dark",
      background: "rgb(20, 23, 27)",
    },
    {
      name: "a phone by day",
      viewport: { width: 360, height: 740 },
      colorScheme: "light",
      background: "rgb(255, 255, 255)",
    },
    {
      name: "a desk in the dark",
      viewport: { width: 1280, height: 900 },
      colorScheme: "dark",
      background: "rgb(20, 23, 27)",
    },
    {
      name: "a desk by day",
      viewport: { width: 1280, height: 900 },
      colorScheme: "light",
      background: "rgb(255, 255, 255)",
    },
  ] as const;

  test("the page fits phones and desks by day and in the dark, needs nothing from elsewhere, and follows the store", async () => {
    const cwd = await filledFolder();
    const { url, origin, interrupt } = await dashboard(cwd);
    const browser = await openBrowser();
    const watched = await Promise.all(screens.map((screen) => openPage(browser, origin, screen)));
    for (const [index, { page }] of watched.entries()) {
      const screen = screens[index];
      await page.goto(url);
      await untilDrawn(page);
      // Tables too, which are folded away at first.
      await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
      const { clientWidth, scrollWidth } = await page
        .evaluate(
          "({ clientWidth: document.documentElement.clientWidth, scrollWidth: document.documentElement.scrollWidth })",
        )
        .then(z.object({ clientWidth: z.number(), scrollWidth: z.number() }).parse);
      expect([screen?.name, scrollWidth]).toEqual([screen?.name, clientWidth]);
      expect(await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")).toBe(
        screen?.background,
      );
      // One of the two drawings of each figure is shown, by the width of the page.
      const [wide, narrow] = (screen?.viewport.width ?? 0) > 640 ? [true, false] : [false, true];
      expect(await page.locator("#drift .wide").first().isVisible()).toBe(wide);
      expect(await page.locator("#drift .narrow").first().isVisible()).toBe(narrow);
      const unnamed = await page
        .locator("img:not([alt]), [role=img]:not([aria-label]), section:not([aria-labelledby])")
        .count();
      expect(unnamed).toBe(0);
    }

    const page = watched[0]?.page;
    if (page === undefined) throw new Error("no page was opened");
    expect(await page.locator("#overview .facts").innerText()).toMatch(/regions read\s+9\b/i);
    const store = openStore(join(cwd, "run.db"), { mode: "existing" });
    readAgain(store, 172_800);
    store.events.add({
      run: null,
      wallSeconds: wall(1),
      level: "error",
      text: "<b>the fan</b> stands still",
    });
    store.close();
    await page.locator("#overview .facts", { hasText: /regions read\s*12(?!\d)/i }).waitFor();
    await page.locator("#events", { hasText: "<b>the fan</b> stands still" }).waitFor();
    await page.locator("#map", { hasText: "2 d after programming" }).waitFor();
    expect(await page.locator("#wear details").first().getAttribute("open")).toBe("");

    expect(await interrupt()).toBe(0);
    await page.locator('#connection[data-state="lost"]').waitFor();
    expect(
      watched
        .flatMap((one) => one.complaints)
        .filter((text) => !/ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED)/.test(text)),
    ).toEqual([]);
  });

  test("a token in the address opens it once, and is in neither the address nor reach of scripts after that", async () => {
    const cwd = await filledFolder();
    const token = "a-token-of-a-test";
    const { url, origin } = await dashboard(cwd, ["--token", token]);
    expect(url).toBe(`${origin}/?token=${token}`);
    const { page, complaints } = await openPage(await openBrowser(), origin, {
      viewport: { width: 800, height: 600 },
    });
    await page.goto(`${origin}/`);
    expect(await page.locator("body").innerText()).toContain("needs its token");
    await page.goto(url);
    await untilDrawn(page);
    expect(page.url()).toBe(`${origin}/`);
    expect(await page.evaluate("document.cookie")).toBe("");
    // Of the refused page and of its icon.
    expect(complaints.filter((text) => !text.includes("401"))).toEqual([]);
  });
});

describe("what is refused", () => {
  test("others without a token, a short token, a port that is taken, and a store that is not there", async () => {
    const cwd = await filledFolder();
    const taken = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void taken.close());
    await once(taken, "listening");
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? String(address.port) : "";
    const cases = [
      {
        words: ["--host", "0.0.0.0"],
        code: 2,
        text: "lets other machines in, and there is no --token [USAGE]",
      },
      {
        words: ["--token", "short"],
        code: 2,
        text: "--token has 5 characters; 16 or more are needed [USAGE]",
      },
      {
        words: ["--port", port],
        code: 3,
        text: `127.0.0.1:${port} is in use by another program [PORT_BUSY]`,
      },
      {
        words: ["--host", "192.0.2.1", "--token", "0123456789abcdef"],
        code: 2,
        text: "is no address of this machine [USAGE]",
      },
      { words: ["--store", "nothing.db"], code: 8, text: "nothing.db does not exist [STORE]" },
    ];
    for (const { words, code, text } of cases) {
      const store = words.includes("--store") ? [] : ["--store", "run.db"];
      const ended = await pcmlab(["dashboard", ...store, ...words], cwd);
      expect([ended.exitCode, ended.stdout]).toEqual([code, ""]);
      expect(ended.stderr).toContain(text);
      expect(ended.stderr).toContain("  next: ");
    }
  });

  test("nothing of that changes a store: it is read only", async () => {
    const cwd = await filledFolder();
    const { origin, interrupt } = await dashboard(cwd);
    const store = openStore(join(cwd, "run.db"), { mode: "read" });
    const before = store.dataVersion();
    for (const method of ["POST", "PUT", "DELETE"])
      expect((await fetch(`${origin}/api/drift`, { method })).status).toBe(405);
    expect((await fetch(`${origin}/api/drift`)).status).toBe(200);
    expect(await interrupt()).toBe(0);
    expect(store.dataVersion()).toBe(before);
    store.close();
  });
});
