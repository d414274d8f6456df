import { describe, expect, test } from "vitest";
import { withCalibratedDac } from "../../calibration/converter/calibrated-dac.ts";
import { measureConverters } from "../../calibration/converter/measure.ts";
import { drawDacAmperes } from "../../mocks/array/column-errors.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { mix } from "../../mocks/device/keyed-normal.ts";
import type { Chip } from "../../src/chip/chip.ts";
import { type Descriptor, nominalAmperesPerCode } from "../../src/chip/descriptor.ts";
import { assertPulseAllowed, withLimits } from "../../src/chip/limits.ts";
import type { OnBoardOrder } from "../../src/chip/on-board.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import { numericalChip, smallDescriptor } from "../chip/numerical-chip.ts";
import { openEmulator } from "../physics/lab.ts";

const region = { array: 0, row: 0, column: 0, rows: 1, columns: 4 };
const shape = { widthSeconds: 1e-6, trailingSeconds: 0 };
const step = nominalAmperesPerCode(smallDescriptor);

/** A chip that remembers what it was sent. */
function listening(): { chip: Chip; sent: PulseTrain[] } {
  const sent: PulseTrain[] = [];
  const { chip } = numericalChip(() => 0);
  return {
    sent,
    chip: {
      ...chip,
      pulse: (where, train) => {
        sent.push(train);
        return chip.pulse(where, train);
      },
    },
  };
}

function isAllowed(descriptor: Descriptor, train: PulseTrain): boolean {
  try {
    assertPulseAllowed(descriptor, { ...region, columns: 1 }, train);
    return true;
  } catch {
    return false;
  }
}

describe("a chip with a calibrated DAC", () => {
  test("is sent the codes that have the wanted currents", async () => {
    const { chip, sent } = listening();
    const calibrated = withCalibratedDac(chip, { amperesPerCode: 1.25 * step, offsetAmperes: -10 * step });
    const amplitudeCodes = Uint16Array.of(0, 1, 990, 2000);
    await calibrated.pulse(region, { kind: "per-cell", shape, amplitudeCodes });
    const steps = [{ ...shape, amplitudeCode: 490 }];
    await calibrated.pulse(region, { kind: "shared", steps, mask: Uint8Array.of(1, 0, 1, 0) });
    expect(sent).toEqual([
      { kind: "per-cell", shape, amplitudeCodes: Uint16Array.of(0, 9, 800, 1608) },
      { kind: "shared", steps: [{ ...shape, amplitudeCode: 400 }], mask: Uint8Array.of(1, 0, 1, 0) },
    ]);
    expect([...amplitudeCodes]).toEqual([0, 1, 990, 2000]);
  });

  test("gives every cell that is to be pulsed a pulse, however weak", async () => {
    const { chip, sent } = listening();
    const calibrated = withCalibratedDac(chip, { amperesPerCode: step, offsetAmperes: 20 * step });
    await calibrated.pulse(region, { kind: "per-cell", shape, amplitudeCodes: Uint16Array.of(5, 0, 20, 21) });
    expect(sent[0]).toMatchObject({ amplitudeCodes: Uint16Array.of(1, 0, 1, 1) });
  });

  test("permits what its codes can make and never more than the board", () => {
    const { chip } = listening();
    const { maxAmperes } = smallDescriptor.program;
    const permitted = (gain: number): number =>
      withCalibratedDac(chip, { amperesPerCode: gain * step, offsetAmperes: 0 }).descriptor.program
        .maxAmperes;
    expect(permitted(0.9) / maxAmperes).toBeCloseTo(0.9, 3);
    expect(permitted(1.1)).toBe(maxAmperes);
    expect(() => withCalibratedDac(chip, { amperesPerCode: 0, offsetAmperes: 0 })).toThrow(RangeError);
  });

  test("permits the energy that the board permits to the codes that it is sent", async () => {
    const { chip, sent } = listening();
    const envelope = {
      ...{ supplyVolts: 2, maxPulseJoules: 1e-9, maxPulsesPerCell: 1e6 },
      ...{ maxDuty: 1, dutySeconds: 1, minKelvin: 200, maxKelvin: 400 },
    };
    const bounded = { ...smallDescriptor, envelope };
    const line = { amperesPerCode: 0.9 * step, offsetAmperes: -2 * step };
    const calibrated = withCalibratedDac({ ...chip, descriptor: bounded }, line);
    const where = { ...region, columns: 1 };
    const train = (amplitudeCode: number, widthSeconds: number): PulseTrain => {
      const steps = [{ amplitudeCode, widthSeconds, trailingSeconds: 0 }];
      return { kind: "shared", mask: Uint8Array.of(1), steps };
    };
    for (const widthSeconds of [2e-6, 5e-6, 1e-5]) {
      // The whole energy at 2 V: 250 µA, 100 µA and 50 µA, whose ideal codes are larger than the permitted ones by the gain.
      const whole = 1e-9 / (2 * widthSeconds) / step;
      const allowed = Array.from({ length: Math.floor(whole) }, (_, n) => n + 1).filter((code) =>
        isAllowed(calibrated.descriptor, train(code, widthSeconds)),
      );
      const largest = Math.max(...allowed);
      expect(largest).toBeGreaterThan(0.88 * whole);
      expect(largest).toBeLessThan(0.9 * whole);
      await calibrated.pulse(where, train(largest, widthSeconds));
      expect(isAllowed(bounded, sent.at(-1)!)).toBe(true);
    }
    const { envelope: same } = withCalibratedDac(
      { ...chip, descriptor: bounded },
      { ...line, amperesPerCode: 1.1 * step },
    ).descriptor;
    expect(same?.maxPulseJoules).toBe(1e-9);
  });

  test("is refused when the DAC is out of tolerance, with its faults", () => {
    const { chip } = listening();
    const line = { amperesPerCode: step, offsetAmperes: 0, faults: ["gain 9.0 % off, tolerated 5.0 %"] };
    expect(() => withCalibratedDac(chip, line)).toThrow(/out of tolerance: gain 9\.0 % off/);
  });

  test("gives orders for the board itself in its own codes", async () => {
    const { chip } = listening();
    const orders: OnBoardOrder[] = [];
    const unasked = async (): Promise<never> => {
      throw new TypeError("nothing else is asked");
    };
    const announced: number[] = [];
    const onBoard = {
      async start(order: OnBoardOrder, announce?: (id: number) => void) {
        announce?.(7);
        return orders.push(order);
      },
      ...{ progress: unasked, abort: unasked, result: unasked },
    };
    const line = { amperesPerCode: 1.25 * step, offsetAmperes: 0 };
    const order: OnBoardOrder = {
      ...{ region, mask: Uint8Array.of(1, 1, 1, 1), targetSums: Uint16Array.of(9, 8, 7, 6) },
      ...{ averages: 5, readVolts: 0.3, marginSum: 4, zeroSum: 0, zeroMarginSum: 3 },
      ...{ maxIterations: 55, maxResets: 5, stuckSum: 9, stuckShare: 0.2, stuckIterations: 12 },
      ...{ widthSeconds: 1e-6, startCode: 1000, minCode: 500, maxCode: 2000, codesPerSum: 5 },
      reset: { amplitudeCode: 3000, widthSeconds: 5e-8 },
      preparation: [{ ...shape, amplitudeCode: 100 }],
    };
    await withCalibratedDac({ ...chip, onBoard }, line).onBoard?.start(order, (id) => announced.push(id));
    expect(announced).toEqual([7]);
    expect(orders).toEqual([
      {
        ...order,
        ...{ startCode: 800, minCode: 400, maxCode: 1600, codesPerSum: expect.closeTo(4, 9) },
        reset: { amplitudeCode: 2400, widthSeconds: 5e-8 },
        preparation: [{ ...shape, amplitudeCode: 80 }],
      },
    ]);
  });

  test("measured on the emulator gives currents within two steps of the wanted ones", async () => {
    const tiny = builtinProfile("tiny");
    const profile = { ...tiny, converter: { ...tiny.converter, dacGainSpread: 0.03 } };
    const chip = withLimits(await openEmulator(profile, 3));
    const { dac } = await measureConverters(chip);
    const truth = drawDacAmperes(mix(3), 4095, step, profile.converter);
    const sent: number[] = [];
    const listen: Chip = {
      ...chip,
      pulse: async (_, train) => {
        if (train.kind === "per-cell") sent.push(...train.amplitudeCodes);
        return { operationId: 1, certainty: "acknowledged", pulses: 1, startSeconds: 0, endSeconds: 0 };
      },
    };
    const wanted = Uint16Array.of(400, 1000, 2000, 3500);
    const line = { amperesPerCode: dac?.fit.amperesPerCode ?? 0, offsetAmperes: dac?.fit.offsetAmperes ?? 0 };
    await withCalibratedDac(listen, line).pulse(region, { kind: "per-cell", shape, amplitudeCodes: wanted });
    const uncalibrated = Math.abs((truth[3500] ?? 0) / step - 3500);
    expect(uncalibrated).toBeGreaterThan(20);
    sent.forEach((code, n) => {
      expect(Math.abs((truth[code] ?? 0) / step - wanted[n]!)).toBeLessThan(2);
    });
    await chip.close();
  });
});
