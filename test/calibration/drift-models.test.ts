import { describe, expect, test } from "vitest";
import { compareModels } from "../../calibration/drift/compare-models.ts";
import { fitDrift } from "../../calibration/drift/fit-drift.ts";
import { powerWithFloor, twoExponents } from "../../calibration/drift/models.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { dayOfReads, flicker, kindOfAll, options, readingsOf, readsAt } from "./drift-series.ts";

const laws = {
  power: (age: number, nu: number) => (age / 25) ** -nu,
  floor: (age: number, nu: number) => 0.5 * (age / 25) ** (-4 * nu) + 0.5,
  two: (age: number, nu: number) => (age < 1000 ? (age / 25) ** -nu : 40 ** -nu * (age / 1000) ** (-3 * nu)),
} as const;

const devices = 120;
const everyDevice = Uint32Array.from({ length: devices }, (_, device) => device);

function readingsBy(law: keyof typeof laws, relative: number) {
  const prng = seededPrng(9);
  const noise = Array.from({ length: devices }, () => flicker(prng, dayOfReads));
  return readingsOf(
    devices,
    readsAt(dayOfReads),
    (device, age, r) =>
      10e-6 * laws[law](age, 0.05 + 0.0002 * (device % 40)) * (1 + relative * noise[device]![r]!),
  );
}

describe("the law of devices that follow", () => {
  // Q of 0.002 is a fifth of what aihwkit has at Gmax, so that a single device tells as well.
  test.each(["power", "floor", "two"] as const)("'%s' is found among the three", (law) => {
    const found = compareModels(readingsBy(law, 0.002), everyDevice, options);
    expect(found?.best).toBe(law);
    expect(found?.scores[law].share).toBeGreaterThan(0.5);
    for (const other of ["power", "floor", "two"] as const)
      if (other !== law) expect(found!.scores[law].bic).toBeLessThan(found!.scores[other].bic);
  });

  test("power laws with different exponents are no law with a floor, though their mean bends", () => {
    const prng = seededPrng(2);
    const nu =
      everyDevice.map(() => 0) && Array.from(everyDevice, () => Math.abs(0.06 + 0.03 * prng.normal()));
    const readings = readingsOf(
      devices,
      readsAt(dayOfReads),
      (device, age) => laws.power(age, nu[device]!) * 1e-5 * (1 + 0.002 * prng.normal()),
    );
    expect(compareModels(readings, everyDevice, options)?.best).toBe("power");
  });

  test("the age at which the exponent changes is found to a step of the search", () => {
    const found = compareModels(readingsBy("two", 0.002), everyDevice, options);
    const step = (86_400 / 25) ** (1 / 8);
    expect(found!.breakSeconds).toBeGreaterThan(1000 / step);
    expect(found!.breakSeconds).toBeLessThan(1000 * step);
  });

  test("too few reads are compared by nothing", () => {
    const readings = readingsOf(4, readsAt([25, 100, 3600, 86_400]), (_, age) => laws.power(age, 0.05));
    expect(compareModels(readings, Uint32Array.of(0, 1, 2, 3), options)).toBeUndefined();
  });
});

describe("a law without noise comes back as it was", () => {
  test("a share that does not drift", () => {
    const readings = readingsOf(devices, readsAt(dayOfReads), (_, age) => 1e-5 * laws.floor(age, 0.05));
    const fits = fitDrift(readings, kindOfAll(readings), { ...options, models: [powerWithFloor] });
    expect(fits.third[7]).toBeCloseTo(0.5, 4);
    expect(fits.nu[7]).toBeCloseTo(0.2, 4);
    expect(fits.siemens[7]! * 1e6).toBeCloseTo(10, 4);
    expect(fits.models[7]).toBe(1);
  });

  test("two exponents", () => {
    const readings = readingsOf(devices, readsAt(dayOfReads), (_, age) => 1e-5 * laws.two(age, 0.05));
    const models = [twoExponents(Math.log(1000 / 25))];
    const fits = fitDrift(readings, kindOfAll(readings), { ...options, models });
    expect(fits.nu[7]).toBeCloseTo(0.05, 5);
    expect(fits.third[7]).toBeCloseTo(0.15, 5);
    expect(fits.models[7]).toBe(2);
  });

  test("a floor that is not there is none", () => {
    const readings = readingsOf(devices, readsAt(dayOfReads), (_, age) => 1e-5 * laws.power(age, 0.05));
    const fits = fitDrift(readings, kindOfAll(readings), { ...options, models: [powerWithFloor] });
    expect(fits.third[7]).toBeLessThan(0.01);
    expect(fits.nu[7]).toBeCloseTo(0.05, 3);
  });
});
