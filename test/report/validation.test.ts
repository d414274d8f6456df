/** The section of the report on the newest validation of a store. */

import { describe, expect, it } from "vitest";
import { sectionMarkup } from "../../src/report/section.ts";
import { validationSection } from "../../src/report/sections/validation.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { beginRun } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";
import { validationOf } from "./validation.ts";

function withStore<T>(work: (store: Store) => T): T {
  const store = openStore(freshPath(), { mode: "create" });
  try {
    return work(store);
  } finally {
    store.close();
  }
}

const sectionOf = (store: Store): string => sectionMarkup(validationSection(store)).text;

describe("the section of a validation", () => {
  it("names the command that brings one when there is none", () => {
    expect(withStore(sectionOf)).toContain("pcmlab validate --store FILE --images IMAGES");
  });

  it("shows the newest one: layers and causes of every source as figures with tables and CSV files", () => {
    const page = withStore((store) => {
      const run = beginRun(store, "validate", 1);
      store.validations.add(run, { ...validationOf(), ageSeconds: 25 });
      store.validations.add(run, validationOf());
      return sectionOf(store);
    });
    expect(page).toContain("1 d after programming");
    expect(page.match(/<figure /g)).toHaveLength(6);
    expect(page.match(/<svg /g)).toHaveLength(12);
    // Each figure, outliers, levels.
    expect(page.match(/data:text\/csv/g)).toHaveLength(8);
    expect(page).toContain("&lt;b&gt;no markup&lt;/b&gt;");
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("says which limits are not kept", () => {
    const check = { of: "fc", value: null, bound: 0.9, unit: "" as const, passed: false };
    const page = withStore((store) => {
      const checks = [
        { ...check, limit: "correlation" },
        { ...check, limit: "correlation", of: "conv1" },
      ];
      store.validations.add(beginRun(store, "validate", 1), { ...validationOf(), checks, passed: false });
      return sectionOf(store);
    });
    expect(page).toContain("2 of 2 limits are not kept: correlation.");
  });

  it("is not of a document that somebody damaged", () => {
    expect(() =>
      withStore((store) => {
        const broken = { ...validationOf(), sources: "none" };
        // A document as another program may have written it.
        Reflect.apply(store.validations.add, store.validations, [beginRun(store, "validate", 1), broken]);
        return sectionOf(store);
      }),
    ).toThrow(expect.objectContaining({ code: "STORE" }));
  });
});
