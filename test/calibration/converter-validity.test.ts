import { describe, expect, test } from "vitest";
import { isSameChip, validityFault } from "../../calibration/converter/validity.ts";

const chip = { manufacturer: "Lab", model: "PCM", serialNumber: "7", firmware: "1.2" };
const calibration = { chip, temperatureKelvin: 300, measuredWallSeconds: 500, validUntilWallSeconds: 1000 };
const now = { chip, temperatureKelvin: 300, wallSeconds: 1000 };

describe("a calibration", () => {
  test.each([
    ["at its last second", now],
    ["by a clock that is a minute behind", { ...now, wallSeconds: 440 }],
    ["ten kelvin away", { ...now, temperatureKelvin: 310 }],
    ["ten kelvin below", { ...now, temperatureKelvin: 290 }],
  ])("counts %s", (_, at) => {
    expect(validityFault(calibration, at)).toBeUndefined();
  });

  test.each([
    ["another chip", { ...now, chip: { ...chip, serialNumber: "8" } }, /is of the chip 7, this is 8/],
    ["another model of that number", { ...now, chip: { ...chip, model: "X" } }, /is of the chip 7/],
    [
      "other firmware",
      { ...now, chip: { ...chip, firmware: "1.3" } },
      /firmware 1\.2, the board now has 1\.3/,
    ],
    ["a second too late", { ...now, wallSeconds: 1001 }, /expired at 1970-01-01T00:16:40/],
    ["before it was measured", { ...now, wallSeconds: 439 }, /in the future, at 1970-01-01T00:08:20.*clock/],
    ["too warm", { ...now, temperatureKelvin: 310.1 }, /measured at 300\.0 K, the chip is at 310\.1 K/],
    ["too cold", { ...now, temperatureKelvin: 289.9 }, /the chip is at 289\.9 K/],
    ["at no temperature", { ...now, temperatureKelvin: Number.NaN }, /the chip is at NaN K/],
  ])("does not count for %s", (_, at, message) => {
    expect(validityFault(calibration, at)).toMatch(message);
  });

  test("is of the same chip whatever its firmware", () => {
    expect(isSameChip(chip, { ...chip, firmware: "9" })).toBe(true);
    expect(isSameChip(chip, { ...chip, manufacturer: "Other" })).toBe(false);
  });
});
