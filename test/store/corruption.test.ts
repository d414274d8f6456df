import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { LabError } from "../../src/core/errors.ts";
import { type Prng, seededPrng } from "../../src/core/prng.ts";
import { checkStore } from "../../src/store/check.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { fillSynthetic } from "./synthetic.ts";
import { freshPath } from "./temp-folder.ts";

const pageBytes = 4096;

type Content = ReadonlyMap<string, () => ArrayBufferLike>;

/** Everything that a store holds as BLOBs, by a name, each to be read on its own. */
function contentOf(store: Store): Content {
  const { readouts, programmings } = store;
  return new Map([
    ...readouts.list().map(({ id }) => [`readout ${id}`, () => readouts.codeSums(id).buffer] as const),
    ...programmings
      .list()
      .map(({ id }) => [`targets ${id}`, () => programmings.cells(id).targetSiemens.buffer] as const),
    ...programmings
      .list()
      .map(({ id }) => [`pulses ${id}`, () => programmings.cells(id).pulses.buffer] as const),
  ]);
}

function damaged(whole: Buffer, prng: Prng): Buffer {
  const pages = whole.length / pageBytes;
  if (prng.uniform() < 0.25) return whole.subarray(0, prng.below(whole.length));
  const bytes = Buffer.from(whole);
  const page = pageBytes * prng.below(pages);
  const kind = prng.below(4);
  if (kind === 0) bytes.fill(0, page, page + pageBytes);
  else if (kind === 1) whole.copy(bytes, page, ...pageAt(prng.below(pages)));
  else if (kind === 2) flipBit(bytes, page + prng.below(pageBytes), prng.below(8));
  else for (let at = page; at < page + pageBytes; at++) bytes.writeUInt8(prng.below(256), at);
  return bytes;
}

const pageAt = (page: number): [number, number] => [pageBytes * page, pageBytes * (page + 1)];

const flipBit = (bytes: Buffer, at: number, bit: number): unknown =>
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);

/** What the readers of a store do; each gives what it should or says in one line that it cannot. */
const readers: readonly ((store: Store) => unknown)[] = [
  (store) => store.networks.get(),
  (store) => store.readouts.atAge(store.readouts.completeAges()[0] ?? 25),
  (store) => store.readouts.trace(0, 3, 40),
  (store) => [store.runs.list(), store.events.list(), store.results.list(), store.calibrations.list()],
  (store) => store.chips.latest(),
];

/** Undefined when the work failed as it may: with one line for people. */
function attempted<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (failure) {
    if (!(failure instanceof LabError)) throw failure;
    expect(failure.message).not.toContain("\n");
    return undefined;
  }
}

interface Found {
  readonly whole: boolean;
  readonly readable: number;
}

/** @throws when a reader fails otherwise than it may, or gives what was never stored. */
function read(path: string, expected: ReadonlyMap<string, Buffer>): Found {
  const whole = attempted(() => checkStore(path))?.whole === true;
  const store = attempted(() => openStore(path, { mode: "read" }));
  if (store === undefined) return { whole, readable: 0 };
  try {
    for (const reader of readers) attempted(() => reader(store));
    const parts = [...(attempted(() => contentOf(store)) ?? [])];
    const readable = parts.filter(([name, part]) => {
      const bytes = attempted(part);
      if (bytes !== undefined) expect(expected.get(name)?.equals(Buffer.from(bytes)), name).toBe(true);
      return bytes !== undefined;
    });
    return { whole, readable: readable.length };
  } finally {
    store.close();
  }
}

test("a store that is damaged anywhere is told in one line, and damaged codes never pass for good ones", () => {
  const path = freshPath();
  const fresh = openStore(path, { mode: "create" });
  fillSynthetic(fresh);
  const expected = new Map([...contentOf(fresh)].map(([name, part]) => [name, Buffer.from(part())]));
  fresh.close();
  const bytes = readFileSync(path);
  const victim = freshPath("victim.db");
  const found = Array.from({ length: 240 }, (_, seed) => {
    writeFileSync(victim, damaged(bytes, seededPrng(seed)));
    try {
      return read(victim, expected);
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause });
    }
  });
  for (const { whole, readable } of found) if (whole) expect(readable).toBe(expected.size);
  // A page copied over an equal one, and a bit in the unused part of a page, do no harm.
  expect(found.filter(({ whole }) => !whole).length).toBeGreaterThan(180);
  expect(found.some(({ readable }) => readable > 0 && readable < expected.size)).toBe(true);
}, 60_000);
