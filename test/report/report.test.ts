import { describe, expect, test } from "vitest";
import { renderReport } from "../../src/report/render.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { fillSynthetic, type SyntheticOptions } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";

function filledStore(options: SyntheticOptions = {}): Store {
  const store = openStore(freshPath(), { mode: "create" });
  store.transaction(() => fillSynthetic(store, options));
  return store;
}

function reportOf(store: Store): string {
  const page = renderReport(store);
  store.close();
  return page;
}

let madeBefore: string | undefined;

/** The page of the store that most tests look at, made once. */
function usualPage(): string {
  madeBefore ??= reportOf(filledStore());
  return madeBefore;
}

/** All matches outside of embedded data. Compared as lists, so that a failure does not print the page. */
function matchesOf(page: string, pattern: RegExp): string[] {
  const text = page.replace(/"data:[^"]*"/g, '"data"');
  return [...text.matchAll(pattern)].map(([match]) => match);
}

const sectionOf = (page: string, id: string): string =>
  page.slice(page.indexOf(`<section id="${id}"`)).split("</section>")[0] ?? "";

describe("the report is one file that needs nothing else", () => {
  test("without scripts, and without an address outside of itself", () => {
    const page = usualPage();
    expect(matchesOf(page, /<(?:script|link|iframe|object|base)\b|\bon[a-z]+="|url\((?!#)/gi)).toEqual([]);
    const addresses = [...page.matchAll(/(?:src|href)="([^"#]*)/g)].map(([, address]) => address ?? "");
    expect(addresses.length).toBeGreaterThan(5);
    expect(addresses.filter((address) => !address.startsWith("data:"))).toEqual([]);
    const links = [...page.matchAll(/(.{20})https?:\/\//g)].map(([, before]) => before);
    expect(links.filter((before) => !/xmlns(:xlink)?="$/.test(before ?? ""))).toEqual([]);
  });

  test("every figure is drawn twice, has a table and a CSV file, and every identifier is unique", () => {
    const page = usualPage();
    const figures = [...page.matchAll(/<figure .*?<\/figure>/gs)]
      .map(([figure]) => figure)
      .filter((figure) => figure.includes("<svg"));
    expect(figures.length).toBe(7);
    for (const figure of figures) {
      expect(figure.match(/<svg /g)).toHaveLength(2);
      expect(figure.match(/<table>/g)).toHaveLength(1);
      expect(figure.match(/data:text\/csv/g)).toHaveLength(1);
    }
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("colours come from the page, so that dark mode reaches the drawings", () => {
    const page = usualPage();
    const drawings = [...page.matchAll(/<svg[\s\S]*?<\/svg>/g)].map(([svg]) => svg).join("");
    const paints = [...drawings.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(([, paint]) => paint ?? "");
    const fixed = paints.filter((paint) => !/^(var\(--\w+\)|none)$/.test(paint));
    // What is left is inside of clip paths, fills lines that enclose nothing, or is fully transparent.
    expect(new Set(fixed)).toEqual(new Set(["#000", "rgb(0,0,0)"]));
  });

  test("no value is missing or not a number", () => {
    const page = usualPage();
    expect(matchesOf(page, /NaN|undefined|Infinity|\[object/g)).toEqual([]);
  });

  test("two reports of one store are equal", () => {
    const store = filledStore();
    const [first, second] = [renderReport(store), renderReport(store)];
    expect(first === second).toBe(true);
    store.close();
  });
});

describe("the report shows what was stored", () => {
  test("the accuracies with their intervals, and the baseline", () => {
    const page = usualPage();
    const header = page.slice(0, page.indexOf("<section"));
    for (const text of ["93.31 %", "23.19 %", "93.46 %", "93.87 %", "92.82–93.80", "1 d", "AdaBS"]) {
      expect(header).toContain(text);
    }
  });

  test("chip, commands, commit, calibration and host", () => {
    const page = usualPage();
    const provenance = sectionOf(page, "provenance");
    for (const text of [
      "SIM-0001",
      "pcmlab read --chip ./fusion --store run.db",
      "0123456789ab",
      "nominal",
      "v20.20.2",
    ]) {
      expect(provenance).toContain(text);
    }
    expect(provenance).toContain("2025-06-15 15:06 UTC");
    expect(provenance).toContain("3 cells are stuck");
  });

  test("the published programming error at 0 and at 25 µS", () => {
    const programming = sectionOf(usualPage(), "programming");
    for (const published of ["0.264", "1.055"]) expect(programming).toContain(published);
  });
});

describe("hostile names", () => {
  test("of a network stay text, in the page and in the CSV files", () => {
    const name = `<img src=x onerror="alert('1')">&amp;`;
    const page = reportOf(filledStore({ networkName: name }));
    expect(matchesOf(page, /<img src=x/g)).toEqual([]);
    expect(page.slice(0, page.indexOf("<section"))).toContain(
      "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;",
    );
  });

  test("of a layer stay text", () => {
    const page = reportOf(filledStore({ shapes: [{ name: "</table><b>=1+1", rows: 20, columns: 8 }] }));
    expect(matchesOf(page, /<\/table><b>/g)).toEqual([]);
  });
});

describe("parts without data say which command brings them", () => {
  test("an empty store", () => {
    const store = openStore(freshPath(), { mode: "create" });
    const page = reportOf(store);
    for (const id of ["programming", "drift"]) expect(sectionOf(page, id)).toContain("pcmlab read");
    for (const id of ["conductance", "outcomes", "map", "wear"])
      expect(sectionOf(page, id)).toContain("pcmlab program");
    expect(sectionOf(page, "accuracy")).toContain("pcmlab infer");
  });

  test("a network that is programmed but not read", () => {
    const page = reportOf(filledStore({ ages: [], withResults: false }));
    expect(sectionOf(page, "programming")).toContain("pcmlab read");
    expect(sectionOf(page, "map")).toContain("<img");
    expect(sectionOf(page, "conductance")).toContain("<svg");
  });

  test("one reading is enough for all but drift", () => {
    const page = reportOf(filledStore({ ages: [25] }));
    expect(sectionOf(page, "drift")).toContain("pcmlab read");
    for (const id of ["accuracy", "programming", "conductance"])
      expect(sectionOf(page, id)).toContain("<svg");
    expect(matchesOf(page, /NaN|Infinity/g)).toEqual([]);
  });

  test("the readout that closes programming, at age 0, has no place on a time axis but counts beside the others", () => {
    const alone = reportOf(filledStore({ ages: [0] }));
    expect(sectionOf(alone, "accuracy")).toContain("pcmlab read");
    expect(sectionOf(alone, "map")).toContain("measured right after programming");
    const followed = reportOf(filledStore({ ages: [0, 25, 3600], withResults: false }));
    expect(sectionOf(followed, "programming")).toMatch(/<text[^>]*>as programmed</);
    expect(sectionOf(followed, "programming")).toContain("25 s after programming");
    expect(sectionOf(followed, "drift")).toContain("<svg");
    expect(matchesOf(alone + followed, /NaN|Infinity/g)).toEqual([]);
  });
});
