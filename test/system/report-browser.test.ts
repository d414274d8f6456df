/** The report in a real browser: by day and by night, on a phone and on paper. */

import { mkdtempSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { renderReport } from "../../src/report/render.ts";
import { openStore } from "../../src/store/store.ts";
import { validationOf } from "../report/validation.ts";
import { beginRun, fillSynthetic } from "../store/synthetic.ts";
import { missingBrowser, openBrowser, openPage } from "./browser.ts";

/** A store with everything that a report shows, long names and command lines among it. */
function reportOfEverything(folder: string): string {
  const store = openStore(join(folder, "run.db"), { mode: "create" });
  store.transaction(() => {
    fillSynthetic(store, { networkName: `${"a-network-with-a-long-name-".repeat(4)}.onnx` });
    const run = beginRun(store, "validate", 1);
    store.validations.add(run, validationOf());
    store.runs.keepLink(run, { terms: { payloadBytes: 512 }, counters: { framesSent: 120 } });
  });
  const page = renderReport(store);
  store.close();
  return page;
}

const seenSchema = z.object({
  scrollWidth: z.number(),
  /** Elements that reach beyond the right edge. */
  outside: z.array(z.string()),
  paper: z.string(),
  ink: z.string(),
  drawings: z.number(),
  /** Tables folded away that are shown. */
  folded: z.number(),
});

const looks = [
  ["by day", { viewport: { width: 1100, height: 800 } }, "rgb(255, 255, 255)"],
  ["by night", { viewport: { width: 1100, height: 800 }, colorScheme: "dark" }, "rgb(20, 23, 27)"],
  ["on a phone", { viewport: { width: 360, height: 740 }, isMobile: true }, "rgb(255, 255, 255)"],
] as const;

test.skipIf(missingBrowser !== undefined)(
  "nothing leaves the page to the side but in a box of its own, nothing complains, and drawings have its colours",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "pcmlab-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, "report.html");
    await writeFile(file, reportOfEverything(folder));
    const address = pathToFileURL(file).href;
    const browser = await openBrowser();
    for (const [look, options, paper] of looks) {
      const watched = await openPage(browser, address, options);
      await watched.page.goto(address);
      const seen = seenSchema.parse(await watched.page.evaluate(measured));
      expect([look, seen.outside, seen.scrollWidth]).toEqual([look, [], options.viewport.width]);
      expect([look, seen.paper, seen.drawings > 8]).toEqual([look, paper, true]);
      expect([look, seen.ink]).not.toEqual([look, seen.paper]);
      expect([look, watched.complaints]).toEqual([look, []]);
    }
    const paper = await openPage(browser, address, { viewport: paperSize, colorScheme: "dark" });
    await paper.page.emulateMedia({ media: "print" });
    await paper.page.goto(address);
    const printed = seenSchema.parse(await paper.page.evaluate(measured));
    expect([printed.folded, printed.paper]).toEqual([0, "rgb(255, 255, 255)"]);
    expect([printed.outside, printed.scrollWidth]).toEqual([[], paperSize.width]);
  },
);

/** A4 with margins of 15 mm, in CSS pixels. */
const paperSize = { width: 680, height: 1000 };

/** For the browser, as text: it has types of its own. */
const measured = `(() => {
  const shown = (element) => element.getBoundingClientRect().width > 0;
  const boxed = (element) => element.closest(".scroll, svg, details:not([open])") !== null;
  const elements = [...document.querySelectorAll("body *")].filter((element) => shown(element) && !boxed(element));
  const drawings = [...document.querySelectorAll("svg")].filter(shown);
  const text = drawings[0].querySelector("text");
  return {
    scrollWidth: document.documentElement.scrollWidth,
    outside: elements.filter((element) => element.getBoundingClientRect().right > innerWidth + 1).map(String),
    paper: getComputedStyle(document.documentElement).backgroundColor,
    ink: getComputedStyle(text).fill,
    drawings: drawings.length,
    folded: [...document.querySelectorAll("details")].filter(shown).length,
  };
})()`;
