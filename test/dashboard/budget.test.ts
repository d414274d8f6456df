import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Budget } from "../../src/dashboard/budget.ts";
import { Pace } from "../../src/dashboard/pace.ts";
import { turns, VirtualTime } from "./virtual-time.ts";

describe("a budget", () => {
  const terms = { unitsPerSecond: 10, burstUnits: 20 };

  test("lets a burst through at once, then one unit in every tenth of a second", () => {
    const budget = new Budget(terms);
    for (let unit = 0; unit < 20; unit++) {
      expect(budget.waitSeconds(100)).toBe(0);
      budget.spend(1, 100);
    }
    expect(budget.waitSeconds(100)).toBe(0);
    budget.spend(1, 100);
    expect(budget.waitSeconds(100)).toBeCloseTo(0.1, 9);
    expect(budget.waitSeconds(100.05)).toBeCloseTo(0.05, 9);
    expect(budget.waitSeconds(100.1)).toBeCloseTo(0, 9);
  });

  test("forgets nothing that was overdrawn, and keeps no more than one burst", () => {
    const budget = new Budget(terms);
    budget.spend(120, 0);
    expect(budget.waitSeconds(0)).toBeCloseTo(10, 9);
    expect(budget.waitSeconds(9)).toBeCloseTo(1, 9);
    budget.spend(20, 1e6);
    expect(budget.waitSeconds(1e6)).toBe(0);
    budget.spend(10, 1e6);
    expect(budget.waitSeconds(1e6)).toBeCloseTo(1, 9);
  });

  test("whoever waits as told gets no more than burst and rate, however they ask", () => {
    const asks = fc.array(
      fc.record({ rest: fc.double({ min: 0, max: 3, noNaN: true }), units: fc.integer({ min: 1, max: 30 }) }),
    );
    fc.assert(
      fc.property(asks, (list) => {
        const budget = new Budget(terms);
        let now = 0;
        let spent = 0;
        for (const { rest, units } of list) {
          now += rest;
          now += budget.waitSeconds(now);
          expect(spent).toBeLessThanOrEqual(20 + 10 * now + 1e-6);
          budget.spend(units, now);
          spent += units;
        }
      }),
    );
  });
});

describe("a pace", () => {
  test("of a tenth of a core does ten seconds of work in a hundred seconds, and none once it is stopped", async () => {
    const time = new VirtualTime();
    const stop = new AbortController();
    let cpu = 0;
    const pace = new Pace({
      clock: time,
      timer: time,
      cpuSeconds: () => cpu,
      terms: { unitsPerSecond: 0.1, burstUnits: 1 },
      signal: stop.signal,
    });
    const working = (async () => {
      for (;;)
        await pace.work(() => {
          cpu += 0.5;
        });
    })();
    const stopped = expect(working).rejects.toMatchObject({ code: "INTERRUPTED" });
    await time.pass(100);
    expect(cpu).toBeGreaterThan(9.5);
    expect(cpu).toBeLessThanOrEqual(11.5);
    stop.abort();
    await turns();
    await stopped;
    expect(time.waiting).toBe(0);
  });

  test("work that fails has been paid for", async () => {
    const time = new VirtualTime();
    let cpu = 0;
    const { signal } = new AbortController();
    const terms = { unitsPerSecond: 1, burstUnits: 1 };
    const pace = new Pace({ clock: time, timer: time, cpuSeconds: () => cpu, terms, signal });
    const failing = pace.work(() => {
      cpu += 11;
      throw new RangeError("no");
    });
    time.advance(0);
    await expect(failing).rejects.toThrow("no");
    let done = false;
    const next = pace.work(() => {
      done = true;
    });
    await time.pass(9);
    expect(done).toBe(false);
    await time.pass(2);
    await next;
    expect(done).toBe(true);
  });
});
