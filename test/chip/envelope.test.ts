/** The safety envelope: energy, duty, temperature, and what a user may narrow. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Chip } from "../../src/chip/chip.ts";
import { type Descriptor, descriptorSchema } from "../../src/chip/descriptor.ts";
import { type DutyBudget, fullBudget, pulseSeconds, spent } from "../../src/chip/duty-budget.ts";
import { type Envelope, pulseJoules } from "../../src/chip/envelope.ts";
import { assertPulseAllowed } from "../../src/chip/limits.ts";
import { narrowed } from "../../src/chip/narrowing.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import { withEnvelope } from "../../src/chip/with-envelope.ts";
import { numericalChip, smallDescriptor } from "./numerical-chip.ts";

const envelope: Envelope = {
  supplyVolts: 3.3,
  maxPulseJoules: 1e-9,
  maxPulsesPerCell: 1000,
  maxDuty: 0.25,
  dutySeconds: 4e-3,
  minKelvin: 280,
  maxKelvin: 350,
};
const descriptor: Descriptor = {
  ...smallDescriptor,
  program: { ...smallDescriptor.program, maxTrailingSeconds: 1e-6 },
  envelope,
};
const cell = { array: 0, row: 0, column: 0, rows: 1, columns: 1 };
const pulse = (amplitudeCode: number, widthSeconds: number, trailingSeconds = 0): PulseTrain => ({
  kind: "shared",
  mask: Uint8Array.of(1),
  steps: [{ amplitudeCode, widthSeconds, trailingSeconds }],
});

describe("the energy of a pulse", () => {
  test("is supply voltage x current x width, the falling edge as a triangle", () => {
    // 3.3 V x 450 µA x (50 ns + 100 ns / 2) = 148.5 pJ.
    expect(pulseJoules(3.3, 450e-6, { widthSeconds: 50e-9, trailingSeconds: 100e-9 })).toBeCloseTo(
      148.5e-12,
      18,
    );
  });

  test("is refused just above the limit, with code, shape and both energies, and allowed just below it", () => {
    // 1 nJ at 3.3 V and 1 µs are 303.03 µA: code 2481.8 of 4095 for 500 µA.
    assertPulseAllowed(descriptor, cell, pulse(2481, 1e-6));
    const shown = /code 2482, .*1\.000e-9 J at 3\.3 V, the envelope allows 1e-9 J/;
    expect(() => assertPulseAllowed(descriptor, cell, pulse(2482, 1e-6))).toThrow(shown);
    expect(() => assertPulseAllowed(descriptor, cell, pulse(2481, 1e-6, 1e-6))).toThrow(/envelope allows/);
  });

  test("counts for every step of a train, and for the strongest cell of a train of its own amplitudes", () => {
    const steps = [1, 2482, 1].map((amplitudeCode) => ({
      amplitudeCode,
      widthSeconds: 1e-6,
      trailingSeconds: 0,
    }));
    const shared: PulseTrain = { kind: "shared", mask: Uint8Array.of(1), steps };
    expect(() => assertPulseAllowed(descriptor, cell, shared)).toThrow(/code 2482/);
    const shape = { widthSeconds: 1e-6, trailingSeconds: 0 };
    const perCell: PulseTrain = { kind: "per-cell", shape, amplitudeCodes: Uint16Array.of(5, 2482) };
    expect(() => assertPulseAllowed(descriptor, { ...cell, columns: 2 }, perCell)).toThrow(/code 2482/);
  });
});

describe("the duty", () => {
  test("is the whole budget at first, and its share of the time after that", () => {
    const full = fullBudget(envelope, 10);
    expect(full.leftSeconds).toBeCloseTo(1e-3, 15);
    const empty = spent(envelope, full, 1e-3, 10);
    expect(() => spent(envelope, empty, 1e-4, 10.0003)).toThrow(/wait until chip time|duty of 0.25 leaves/);
    expect(spent(envelope, empty, 1e-4, 10.0004001).leftSeconds).toBeCloseTo(0, 6);
  });

  test("never lets more pulses through than its share and one budget, whatever is asked", () => {
    const asked = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1e-3, noNaN: true }), fc.double({ min: 0, max: 2e-3, noNaN: true })),
    );
    fc.assert(
      fc.property(asked, (pulses) => {
        let budget: DutyBudget = fullBudget(envelope, 0);
        let now = 0;
        let given = 0;
        for (const [seconds, pause] of pulses) {
          now += pause;
          try {
            budget = spent(envelope, budget, seconds, now);
            given += seconds;
          } catch {
            // Refused: nothing is spent.
          }
          expect(given).toBeLessThanOrEqual(0.25 * now + 1e-3 + 1e-12);
        }
      }),
      { seed: 5 },
    );
  });

  test("counts falling edges, and every step of every chosen cell", () => {
    const steps = [
      { amplitudeCode: 1, widthSeconds: 1e-6, trailingSeconds: 5e-7 },
      { amplitudeCode: 1, widthSeconds: 2e-6, trailingSeconds: 0 },
    ];
    expect(pulseSeconds({ kind: "shared", mask: Uint8Array.of(1, 0, 1), steps })).toBeCloseTo(7e-6, 15);
  });
});

describe("a chip behind its envelope", () => {
  /** Its temperature and clock are what the test says. */
  async function guarded() {
    const { chip, calls } = numericalChip(() => 1e-6);
    const state = { kelvin: 300 };
    const own: Chip = { ...chip, descriptor, temperature: async () => state.kelvin };
    return { chip: await withEnvelope(own), calls, state };
  }

  test("refuses pulses outside its temperatures, once it has heard of them, and sends nothing", async () => {
    const { chip, calls, state } = await guarded();
    await chip.pulse(cell, pulse(100, 1e-6));
    state.kelvin = 351;
    await chip.temperature();
    await expect(chip.pulse(cell, pulse(100, 1e-6))).rejects.toThrow(
      /351 K, the envelope allows pulses from 280 to 350 K/,
    );
    expect(calls).toHaveLength(1);
    state.kelvin = 350;
    await chip.temperature();
    await chip.pulse(cell, pulse(100, 1e-6));
  });

  test("waits with pulses beyond its duty until the chip time that allows them", async () => {
    const { chip, calls } = await guarded();
    // 1 ms are 100 pulses; while they are given, 100 µs pass on this chip, a quarter of which are 2 more.
    for (let n = 0; n < 102; n++) await chip.pulse(cell, pulse(100, 1e-5));
    // Less than 102 µs have passed: the next of 10 µs comes when 1.03 ms - 1 ms are a quarter of them.
    const { startSeconds } = await chip.pulse(cell, pulse(100, 1e-5));
    expect(startSeconds).toBeGreaterThanOrEqual(120e-6);
    expect(startSeconds).toBeLessThan(122e-6);
    expect(calls).toHaveLength(103);
  });

  test("sends what is asked for while a train waits after it, in order", async () => {
    const { chip, calls } = await guarded();
    for (let n = 0; n < 102; n++) await chip.pulse(cell, pulse(100, 1e-5));
    const where = (column: number) => ({ ...cell, column });
    await Promise.all([
      chip.pulse(where(1), pulse(100, 1e-5)),
      chip.read(where(2), { averages: 1, readVolts: 0.2 }),
      chip.pulse(where(3), pulse(100, 1e-5)),
      chip.read(where(4), { averages: 1, readVolts: 0.2 }),
    ]);
    const asked = calls.slice(102).map(({ kind, region }) => `${kind} ${region.column}`);
    expect(asked).toEqual(["pulse 1", "read 2", "pulse 3", "read 4"]);
  });

  test("refuses a train that is longer than its duty ever allows, and sends nothing", async () => {
    const { chip, calls } = await guarded();
    const long: PulseTrain = {
      kind: "shared",
      mask: new Uint8Array(16).fill(1),
      steps: Array.from({ length: 7 }, () => ({ amplitudeCode: 1, widthSeconds: 1e-5, trailingSeconds: 0 })),
    };
    await expect(chip.pulse({ ...cell, columns: 16 }, long)).rejects.toMatchObject({ code: "LIMIT" });
    expect(calls).toHaveLength(0);
  });

  test("without an envelope is itself", async () => {
    const { chip } = numericalChip(() => 1e-6);
    expect(await withEnvelope(chip)).toBe(chip);
  });
});

describe("a user's own limits", () => {
  test("take the place of wider ones of the chip", () => {
    const own = narrowed(descriptor, { maxPulsesPerCell: 7, maxAmperes: 1e-4, minKelvin: 290 });
    expect(own.envelope).toEqual({ ...envelope, maxPulsesPerCell: 7, minKelvin: 290 });
    expect(own.program.maxAmperes).toBe(1e-4);
    expect(narrowed(descriptor, {})).toEqual(descriptor);
    expect(narrowed(smallDescriptor, {})).toEqual(smallDescriptor);
  });

  test("also hold where the chip names none", () => {
    const own = narrowed(smallDescriptor, { maxPulsesPerCell: 7 });
    expect(own.envelope?.maxPulsesPerCell).toBe(7);
    assertPulseAllowed(own, cell, pulse(3000, 1e-5));
    expect(descriptorSchema.safeParse(own).success).toBe(true);
  });

  test.each<[object, RegExp]>([
    [{ maxPulsesPerCell: 1001 }, /maxPulsesPerCell: 1001 is wider than the 1000/],
    [{ maxPulseJoules: 2e-9 }, /maxPulseJoules: 2e-9 is wider/],
    [{ maxDuty: 0.5 }, /maxDuty: 0.5 is wider/],
    [{ minKelvin: 279 }, /minKelvin: 279 is wider/],
    [{ maxKelvin: 351 }, /maxKelvin: 351 is wider/],
    [{ maxAmperes: 451e-6 }, /maxAmperes: 0.000451 is wider/],
    [{ maxWidthSeconds: 1 }, /maxWidthSeconds: 1 is wider/],
    [{ minKelvin: 340, maxKelvin: 330 }, /minKelvin 340 is above maxKelvin 330/],
    [{ maxWidthSeconds: 1e-9 }, /maxWidthSeconds: 1e-9 s is below/],
    [{ maxPulseJoules: 1e-18 }, /maxPulseJoules 1e-18 is below/],
    [{ maxDuty: 1e-9 }, /maxDuty x dutySeconds/],
  ])("that are wider or contradict each other are refused by name: %o", (limits, message) => {
    expect(() => narrowed(descriptor, limits)).toThrow(message);
  });

  test("of duty need the chip's time for it", () => {
    expect(() => narrowed(smallDescriptor, { maxDuty: 0.1 })).toThrow(/maxDuty: the chip does not say/);
  });

  test("of energy need the chip's supply voltage", () => {
    expect(() => narrowed(smallDescriptor, { maxPulseJoules: 1e-9 })).toThrow(
      /maxPulseJoules: the chip does not say/,
    );
  });
});

test("a descriptor whose envelope contradicts itself is refused", () => {
  const wrong = { ...descriptor, envelope: { ...envelope, minKelvin: 400 } };
  expect(descriptorSchema.safeParse(wrong).error?.issues[0]?.message).toMatch(
    /minKelvin 400 is above maxKelvin 350/,
  );
});
