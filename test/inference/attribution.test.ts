/** The loss of accuracy by its causes, on states whose accuracies are known. */

import { describe, expect, it, test } from "vitest";
import type { Evaluation } from "../../src/inference/executor.ts";
import {
  type ArrayState,
  arrayEffects,
  digitalState,
  meanConductances,
  readingNoise,
} from "../../src/inference/validation/array-states.ts";
import { attribute, type Effect, lossOf } from "../../src/inference/validation/attribution.ts";

const labels = new Uint8Array(1000);

/** The first so many images are right. */
const evaluationOf = (correct: number): Evaluation => ({
  correct,
  count: labels.length,
  accuracy: correct / labels.length,
  interval: { low: 0, high: 1 },
  predictions: Int32Array.from(labels, (_, image) => (image < correct ? 0 : 1)),
});

interface Switches {
  readonly on: readonly string[];
}

const switching = (name: string): Effect<Switches> => ({
  name,
  apply: ({ on }) => ({ on: [...on, name] }),
});

const effects = ["mapping", "programming", "drift", "noise"].map(switching);

/** @param correct of the states by what is switched on. */
const attributed = (correct: (on: readonly string[], compensated: boolean) => number) =>
  attribute<Switches>({
    ...{ ideal: { on: [] }, effects, compensation: "gdc", labels },
    evaluate: async ({ on }, compensated) => evaluationOf(correct(on, compensated)),
  });

describe("the loss", () => {
  it.each(["mapping", "programming", "drift", "noise"])(
    "is all that of the only effect that does harm: %s",
    async (harmful) => {
      const result = await attributed((on) => (on.includes(harmful) ? 700 : 900));
      for (const { name, alone, added } of result.effects) {
        // What is alone in the array is compared with an array that is mapped.
        expect(alone.loss).toBeCloseTo(name === harmful ? 0.2 : 0, 12);
        expect(added.loss).toBeCloseTo(name === harmful ? 0.2 : 0, 12);
      }
      expect(result.together.loss).toBeCloseTo(0.2, 12);
      expect(result.remainder).toBeCloseTo(0, 12);
    },
  );

  it("of effects that do more harm together is shown as what is left", async () => {
    const result = await attributed((on) => {
      const both = on.includes("programming") && on.includes("drift");
      return both ? 600 : on.includes("programming") || on.includes("drift") ? 880 : 900;
    });
    expect(result.effects.map(({ alone }) => alone.loss)).toEqual([0, 0.02, 0.02, 0]);
    expect(result.effects[2]!.added.loss).toBeCloseTo(0.28, 12);
    expect(result.remainder).toBeCloseTo(0.3 - 0.04, 12);
    const added = result.effects.reduce((sum, { added: { loss } }) => sum + loss, 0);
    expect(added).toBeCloseTo(result.together.loss, 12);
  });

  it("that compensation wins back, and what it costs by itself, stand beside it", async () => {
    const result = await attributed((on, compensated) =>
      compensated ? (on.length === 0 ? 895 : 880) : on.includes("drift") ? 700 : 900,
    );
    expect(result.compensation.added.loss).toBeCloseTo(-0.18, 12);
    expect(result.compensation.alone.loss).toBeCloseTo(0.005, 12);
    expect(result.total.loss).toBeCloseTo(0.02, 12);
    const left = result.effects.reduce((sum, { compensated: { loss } }) => sum + loss, 0);
    expect(left + result.compensation.alone.loss).toBeCloseTo(result.total.loss, 12);
  });

  it("takes three runs an effect at most", async () => {
    let runs = 0;
    await attributed(() => {
      runs++;
      return 900;
    });
    // Digital, mapped, programmed, two of drift, two of noise; compensated the digital network and four states.
    expect(runs).toBe(12);
  });

  test("is more certain than that of two samples: images that are right both times do not count", () => {
    const { loss, halfWidth } = lossOf(evaluationOf(890), evaluationOf(900), labels);
    expect(loss).toBeCloseTo(0.01, 12);
    // Ten discordant pairs of a thousand: sqrt(10 - 10^2 / 1000) / 1000.
    expect(halfWidth).toBeCloseTo(1.959964 * (Math.sqrt(9.9) / 1000), 8);
    expect(lossOf(evaluationOf(900), evaluationOf(900), labels).halfWidth).toBe(0);
  });
});

describe("states of the devices", () => {
  const of = (...values: number[]) => [[Float32Array.from(values)]];
  const [targets, programmed, read, other] = [of(10, 0), of(11, 1), of(8, 2), of(6, 4)];
  const aged = meanConductances([read, other]);
  const values = (state: ArrayState): number[] => [...(state.conductances?.[0]?.[0] ?? [])];
  const history = { targets, programmed, aged, read: other };

  it("are those of the chip when everything has happened, in the order of the array", () => {
    const parts = ["converters", "read noise"] as const;
    const all = arrayEffects(history, parts);
    expect(all.map(({ name }) => name)).toEqual([
      "mapping",
      "programming",
      "drift",
      "reading",
      "read noise",
      "converters",
    ]);
    const end = all.reduce((state, { apply }) => apply(state), digitalState);
    expect(values(end)).toEqual([6, 4]);
    expect(end.reference).toEqual(programmed);
    expect(end.modelled).toEqual(["read noise", "converters"]);
  });

  it("alone add their own change to an ideal array", () => {
    const [mapping, programming, drift, reading] = arrayEffects(history, []);
    const ideal = mapping!.apply(digitalState);
    expect(values(ideal)).toEqual([10, 0]);
    expect(values(programming!.apply(ideal))).toEqual([11, 1]);
    expect(values(drift!.apply(ideal))).toEqual([6, 2]);
    expect(values(reading!.apply(ideal))).toEqual([9, 1]);
    expect(drift!.apply(ideal).reference).toBe(targets);
  });

  it("have no noise of reading to tell with one reading, and no drift without time", () => {
    const names = arrayEffects({ targets, programmed, aged: programmed, read: programmed }, []);
    expect(names.map(({ name }) => name)).toEqual(["mapping", "programming"]);
    expect(readingNoise([read])).toBeNull();
  });

  test("the noise of a reading is the deviation from the mean of all, of n - 1", () => {
    // Deviations of 1 in both devices and readings: 4 / (2 devices x 1).
    expect(readingNoise([read, other])).toBeCloseTo(Math.SQRT2, 6);
    expect(aged).toEqual(of(7, 3));
  });
});
