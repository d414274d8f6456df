import fc from "fast-check";
import { expect, test } from "vitest";
import { type Due, isLate, isOfItsAge, nextStep, overtakenBy } from "../../src/campaign/schedule.ts";

const slot = (id: number, subject: number, dueSeconds: number): Due => ({
  id,
  subject,
  ageSeconds: dueSeconds,
  dueSeconds,
});

test("nothing open is the end, and what lies ahead is waited for", () => {
  expect(nextStep(5, [])).toEqual({ kind: "done" });
  expect(nextStep(5, [slot(1, 1, 6)])).toEqual({ kind: "wait", untilSeconds: 6 });
});

test("of what is due the earliest is read first, whatever it is of", () => {
  const open = [slot(1, 1, 3), slot(2, 2, 4), slot(3, 1, 9)];
  expect(nextStep(5, open)).toEqual({ kind: "read", slot: open[0] });
});

test("a slot whose successor is due is missed, and the newest is read late", () => {
  const open = [slot(1, 1, 3), slot(2, 1, 4), slot(3, 2, 4), slot(4, 1, 5), slot(5, 1, 6)];
  expect(nextStep(5, open)).toEqual({
    kind: "miss",
    overtaken: [
      { slot: open[0], bySeconds: 4 },
      { slot: open[1], bySeconds: 5 },
    ],
  });
  expect(nextStep(5, open.slice(2))).toEqual({ kind: "read", slot: open[2] });
});

test("a clock that stands a rounding before the time has reached it", () => {
  expect(nextStep(6 - 1e-9, [slot(1, 1, 6)]).kind).toBe("read");
  expect(nextStep(6 - 1e-3, [slot(1, 1, 6)]).kind).toBe("wait");
});

test("late is by more than a second, and by more than two parts in a hundred of the age", () => {
  expect(isLate(slot(1, 1, 10), 10.9)).toBe(false);
  expect(isLate(slot(1, 1, 10), 11.1)).toBe(true);
  expect(isLate(slot(1, 1, 1000), 1019)).toBe(false);
  expect(isLate(slot(1, 1, 1000), 1021)).toBe(true);
});

test("a reading a decade late does not bear the age of its slot any more", () => {
  expect(isOfItsAge(slot(1, 1, 25), 249)).toBe(true);
  expect(isOfItsAge(slot(1, 1, 25), 251)).toBe(false);
  expect(isOfItsAge(slot(1, 1, 0), 9)).toBe(true);
  expect(isOfItsAge(slot(1, 1, 0), 11)).toBe(false);
});

/** Every way in which up to four slots of two subjects can lie around the present. */
test("of all small schedules, each step is the only one that the rules allow", () => {
  const times = [1, 2, 3, 4];
  let seen = 0;
  for (const subjects of tuples([1, 2], 4))
    for (let count = 0; count <= 4; count++)
      for (const now of [0, 1, 2.5, 4]) {
        const open = times.slice(0, count).map((time, n) => slot(n, subjects[n] ?? 1, time));
        check(now, open);
        seen++;
      }
  expect(seen).toBe(16 * 5 * 4);
});

function tuples<T>(values: readonly T[], length: number): T[][] {
  return length === 0
    ? [[]]
    : tuples(values, length - 1).flatMap((tuple) => values.map((value) => [...tuple, value]));
}

/** The rules once more, slot by slot. */
function check(now: number, open: readonly Due[]): void {
  const overtaken = open.filter((one) =>
    open.some(
      (other) =>
        other.subject === one.subject && other.dueSeconds > one.dueSeconds && other.dueSeconds <= now,
    ),
  );
  const step = nextStep(now, open);
  const due = open.filter(({ dueSeconds }) => dueSeconds <= now);
  if (overtaken.length > 0) {
    expect(step.kind === "miss" && step.overtaken.map(({ slot: one }) => one)).toEqual(overtaken);
  } else if (due.length > 0) expect(step).toEqual({ kind: "read", slot: due[0] });
  else if (open.length > 0) expect(step).toEqual({ kind: "wait", untilSeconds: open[0]?.dueSeconds });
  else expect(step).toEqual({ kind: "done" });
}

/** One campaign: slots, how long each reading takes, and absences in which nothing can be read. */
const campaigns = fc.record({
  slots: fc.array(
    fc.record({ subject: fc.integer({ min: 1, max: 4 }), due: fc.integer({ min: 0, max: 400 }) }),
    {
      maxLength: 40,
    },
  ),
  readingSeconds: fc.array(fc.double({ min: 0.01, max: 60, noNaN: true }), { minLength: 1, maxLength: 10 }),
  absences: fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 200 })), {
    maxLength: 3,
  }),
});

test("whatever readings and absences take: each slot has one outcome, none is read twice or early, and times rise", () => {
  fc.assert(
    fc.property(campaigns, ({ slots, readingSeconds, absences }) => {
      const unique = new Map(slots.map(({ subject, due }) => [`${subject} ${due}`, { subject, due }]));
      const planned = [...unique.values()]
        .sort((a, b) => a.due - b.due)
        .map(({ subject, due }, id) => slot(id, subject, due));
      const { read, missed } = simulated(planned, readingSeconds, absences);
      const ids = [...read.map(({ id }) => id), ...missed].sort((a, b) => a - b);
      expect(ids).toEqual(planned.map(({ id }) => id));
      expect(read.every(({ at, due }) => at >= due - 1e-6)).toBe(true);
      for (const [n, { at }] of read.slice(1).entries())
        expect(at).toBeGreaterThan(read[n]?.at ?? Number.NaN);
      // Within a subject the newest slot is never the one that is given up.
      for (const subject of [1, 2, 3, 4]) {
        const last = planned.findLast((one) => one.subject === subject);
        if (last !== undefined) expect(missed).not.toContain(last.id);
      }
    }),
    { numRuns: 300 },
  );
});

function simulated(
  planned: readonly Due[],
  readingSeconds: readonly number[],
  absences: readonly (readonly [number, number])[],
) {
  let open = planned;
  let now = 0;
  const read: { id: number; at: number; due: number }[] = [];
  const missed: number[] = [];
  const drop = (ids: readonly number[]): void => {
    open = open.filter(({ id }) => !ids.includes(id));
  };
  for (let steps = 0; steps <= 4 * planned.length + 10; steps++) {
    const absence = absences.find(([from, length]) => from <= now && now < from + length);
    if (absence !== undefined) now = absence[0] + absence[1];
    const step = nextStep(now, open);
    if (step.kind === "done") return { read, missed };
    if (step.kind === "wait") now = step.untilSeconds;
    else if (step.kind === "miss") {
      const ids = step.overtaken.map(({ slot: { id } }) => id);
      missed.push(...ids);
      drop(ids);
    } else {
      read.push({ id: step.slot.id, at: now, due: step.slot.dueSeconds });
      now += readingSeconds[read.length % readingSeconds.length] ?? 1;
      drop([step.slot.id]);
    }
  }
  throw new Error("it does not come to an end");
}

test("what is overtaken is so only by slots that are due themselves", () => {
  expect(overtakenBy(1, [slot(1, 1, 1), slot(2, 1, 2)])).toEqual([]);
  expect(overtakenBy(2, [slot(1, 1, 1), slot(2, 1, 2)])).toEqual([{ slot: slot(1, 1, 1), bySeconds: 2 }]);
});
