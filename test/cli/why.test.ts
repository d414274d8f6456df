/** Where results came from, by the command's own parts on a store of synthetic content. */

import { expect, test } from "vitest";
import { findResult, lineageOf, nameOf } from "../../src/cli/why/lineage.ts";
import { lineageText } from "../../src/cli/why/lineage-text.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { addProgramming, beginRun, fillSynthetic, makeCells, wall } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";

function filled(): Store {
  const store = openStore(freshPath(), { mode: "create" });
  fillSynthetic(store, { ages: [25, 3600] });
  return store;
}

test.each([
  ["latest", "1h:adabs"],
  ["digital", "digital"],
  ["25s:gdc", "25s:gdc"],
  ["1h:none", "1h:none"],
  ["3", "25s:gdc"],
])("a result is found by %s", (name, found) => {
  const store = filled();
  expect(nameOf(findResult(store, name))).toBe(found);
  expect(findResult(store, nameOf(findResult(store, name)))).toEqual(findResult(store, name));
  store.close();
});

test("a result that is not there is refused with those that are", () => {
  const store = filled();
  const refused = expect.objectContaining({
    code: "STORE_CONTENT",
    next: expect.stringMatching(/1 \(digital\).*7 \(1h:adabs\)/),
  });
  for (const name of ["2d:gdc", "99", "1h:magic", "analog"])
    expect(() => findResult(store, name)).toThrow(refused);
  store.close();
  const empty = openStore(freshPath(), { mode: "create" });
  expect(() => findResult(empty, "latest")).toThrow(/holds no results/);
  empty.close();
});

test("every step down to the pulses is named with the command that made it", () => {
  const store = filled();
  const lineage = lineageOf(store, findResult(store, "1h:gdc"));
  const { tiles } = store.networks.get();
  expect(lineage.tiles.map(({ tile }) => tile.id)).toEqual(tiles.map(({ id }) => id));
  expect(lineage.tiles.map(({ readout }) => readout.id)).toEqual(
    store.readouts.atAge(3600).map(({ id }) => id),
  );
  for (const { programming, ageSeconds, isPast } of lineage.tiles) {
    expect(programming?.complete).toBe(true);
    expect(ageSeconds).toBeGreaterThanOrEqual(3600);
    expect(isPast).toBe(false);
  }
  const text = lineageText(store, lineage, true);
  for (const { id, commandLine } of [...lineage.runs, lineage.run!])
    expect(text).toContain(`run ${id}: pcmlab ${commandLine.join(" ")}`);
  for (const { id } of tiles) expect(text).toContain(`tile ${id} at array`);
  // Stored parameters are told whole.
  const said = text.replace(/\s+/g, " ");
  for (const { programming } of lineage.tiles)
    for (const [name, value] of Object.entries(programming!.algorithm.parameters))
      expect(said).toContain(typeof value === "object" ? `${name} ` : `${name} ${value}`);
  store.close();
});

test("a tile that was programmed again since is said", () => {
  const store = filled();
  const tile = store.networks.get().tiles[1]!;
  const run = beginRun(store, "program", 9);
  store.programmings.begin({ tile: tile.id, run, wallSeconds: wall(9) });
  addProgramming(store, run, tile.id, makeCells(144 * 32, seededPrng(4)), 500);
  const lineage = lineageOf(store, findResult(store, "1h:none"));
  expect(lineage.tiles.filter(({ isPast }) => isPast).map(({ tile: { id } }) => id)).toEqual([tile.id]);
  expect(lineageText(store, lineage, false)).toContain("1 of these tiles were programmed again since");
  store.close();
});

test("the digital baseline came from no reading", () => {
  const store = filled();
  const lineage = lineageOf(store, findResult(store, "digital"));
  expect(lineage.tiles).toEqual([]);
  expect(lineageText(store, lineage, true)).toContain("the weights are those of the file");
  store.close();
});
