import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile, parseProfile, profileNames } from "../../mocks/array/profile.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import { labErrorOf } from "../store/failure.ts";

const tiny = builtinProfile("tiny");

describe("built-in profiles", () => {
  test.each(profileNames)("%s passes its own schema unchanged", (name) => {
    const profile = builtinProfile(name);
    expect(parseProfile(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
    expect(profile.name).toBe(name);
  });

  test("are listed when the name is wrong", () => {
    const failure = labErrorOf(() => builtinProfile("huge"));
    expect(failure.code).toBe("BAD_PROFILE");
    expect(failure.message).toContain('"huge"');
    expect(failure.next).toContain("fusion-1m, hermes-core, tiny");
  });
});

describe("a profile is refused with path, value and what is allowed", () => {
  test.each([
    [
      "a negative number",
      { ...tiny, device: { ...tiny.device, onsetAmperes: -1 } },
      /device\.onsetAmperes is -1: .*>=\s?0/,
    ],
    ["a missing number", { ...tiny, converter: {} }, /converter\.whiteNoiseCodes is missing: .*number/],
    [
      "an unknown key",
      { ...tiny, timing: { ...tiny.timing, speed: 3 } },
      /timing is .*unknown key "speed", allowed are pulseSettleSeconds/,
    ],
    [
      "an unknown key of an array",
      { ...tiny, arrays: [{ ...tiny.arrays[0], cols: 3 }] },
      /arrays\.0 is .*"cols", allowed are name, rows, columns/,
    ],
    [
      "code sums beyond 16 bits",
      { ...tiny, read: { ...tiny.read, adcBits: 12 } },
      /read\.maxAverages is 255: sums .* 65535/,
    ],
    [
      "voltages in the wrong order",
      { ...tiny, read: { ...tiny.read, minVolts: 1 } },
      /read\.minVolts is 1: must be at most maxVolts/,
    ],
    [
      "a current above the source",
      { ...tiny, program: { ...tiny.program, maxAmperes: 1 } },
      /program\.maxAmperes is 1: must be/,
    ],
    [
      "a conductance with the micro forgotten",
      { ...tiny, device: { ...tiny.device, set: { medianSiemens: 35, logSpread: 0.1 } } },
      /device\.set\.medianSiemens is 35: .*unit S, allowed .*<= 0\.01/,
    ],
    [
      "an energy above what glass has",
      {
        ...tiny,
        device: {
          ...tiny.device,
          temperature: { ...tiny.device.temperature, activationElectronVolts: 5 },
        },
      },
      /activationElectronVolts is 5: .*unit eV/,
    ],
    [
      "a floor above SET",
      {
        ...tiny,
        device: { ...tiny.device, floor: { ...tiny.device.floor, medianSiemens: 40e-6 } },
      },
      /device is .*floor\.medianSiemens is 0\.00004, and must be at most half of set/,
    ],
    [
      "a growth that never happens",
      {
        ...tiny,
        device: {
          ...tiny.device,
          crystallisation: { ...tiny.device.crystallisation, peakAmperes: 1e-8 },
        },
      },
      /crystallisation\.peakAmperes/,
    ],
    [
      "more devices than memory",
      { ...tiny, arrays: [{ name: "A", rows: 65_536, columns: 65_536 }] },
      /4,294,967,296 devices, the emulator holds up to 16,777,216/,
    ],
    [
      "a resistor without a value",
      { ...tiny, arrays: [tiny.arrays[0], { name: "R", rows: 2, columns: 64, referenceSiemens: [0] }] },
      /"R" needs one referenceSiemens for each of its 2 rows/,
    ],
    ["a text", "tiny", /the profile is "tiny": .*object/],
  ])("%s", (_, value, message) => {
    const failure = labErrorOf(() => parseProfile(value));
    expect(failure.code).toBe("BAD_PROFILE");
    expect(failure.message).toMatch(message);
    expect(failure.message).not.toContain("\n");
  });

  test("a law of an unknown kind", () => {
    const readNoise = { readSeconds: 1e-7, relative: { kind: "cubic" } };
    const failure = labErrorOf(() => parseProfile({ ...tiny, device: { ...tiny.device, readNoise } }));
    expect(failure.message).toMatch(/device\.readNoise\.relative\.kind is "cubic": .*power.*logarithmic/);
  });
});

test("every profile that is accepted makes a chip whose conductances are finite and not negative", () => {
  const small = { ...tiny, arrays: [{ name: "A", rows: 4, columns: 8 }] };
  const region = { array: 0, row: 0, column: 0, rows: 4, columns: 8 };
  const paths = numberPaths(small.device, []);
  let accepted = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(paths.length - 1), fc.double({ min: -4, max: 4, noNaN: true })), {
        minLength: 1,
        maxLength: 6,
      }),
      (changes) => {
        const changed = structuredClone(small);
        for (const [index, exponent] of changes) scale(changed.device, paths[index]!, 10 ** exponent);
        try {
          parseProfile(changed);
        } catch (failure) {
          expect(failure).toMatchObject({ code: "BAD_PROFILE" });
          return;
        }
        accepted++;
        const chip = createCrossbar(changed, 1);
        const train = (code: number): PulseTrain => ({
          kind: "shared",
          steps: [{ amplitudeCode: code, widthSeconds: 50e-9, trailingSeconds: 100e-9 }],
          mask: new Uint8Array(32).fill(1),
        });
        for (const code of [300, 737, 2000, 4095]) {
          const { endSeconds } = chip.pulse(region, train(code), 1);
          chip.setTemperature(330, endSeconds);
          for (const age of [0, 1e-3, 25, 1e8]) {
            const siemens = chip.conductances(region, endSeconds + age);
            expect(siemens.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
          }
          expect(chip.read(region, { averages: 5, readVolts: 0.3 }, endSeconds).codeSums.length).toBe(32);
        }
      },
    ),
    { seed: 20261123, numRuns: 400 },
  );
  expect(accepted).toBeGreaterThan(40);
});

function numberPaths(value: unknown, path: readonly string[]): string[][] {
  if (typeof value === "number") return [[...path]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => numberPaths(inner, [...path, key]));
}

/** Multiplies the number at a path. */
function scale(root: object, path: readonly string[], factor: number): void {
  const parent = path.slice(0, -1).reduce<object>((node, key) => Reflect.get(node, key), root);
  const key = path.at(-1)!;
  Reflect.set(parent, key, Number(Reflect.get(parent, key)) * factor);
}
