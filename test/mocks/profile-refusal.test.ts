import { describe, expect, test } from "vitest";
import { builtinProfile, parseProfile, profileNames } from "../../mocks/array/profile.ts";
import { LabError } from "../../src/core/errors.ts";

const tiny = builtinProfile("tiny");

function refusal(work: () => unknown): LabError {
  try {
    work();
  } catch (failure) {
    if (failure instanceof LabError) return failure;
    throw failure;
  }
  throw new Error("it was accepted");
}

describe("built-in profiles", () => {
  test.each(profileNames)("%s passes its own schema unchanged", (name) => {
    const profile = builtinProfile(name);
    expect(parseProfile(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
    expect(profile.name).toBe(name);
  });

  test("are listed when the name is wrong", () => {
    const failure = refusal(() => builtinProfile("huge"));
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
    ["a text", "tiny", /the profile is "tiny": .*object/],
  ])("%s", (_, value, message) => {
    const failure = refusal(() => parseProfile(value));
    expect(failure.code).toBe("BAD_PROFILE");
    expect(failure.message).toMatch(message);
    expect(failure.message).not.toContain("\n");
  });

  test("a law of an unknown kind", () => {
    const readNoise = { readSeconds: 1e-7, relative: { kind: "cubic" } };
    const failure = refusal(() => parseProfile({ ...tiny, device: { ...tiny.device, readNoise } }));
    expect(failure.message).toMatch(/device\.readNoise\.relative\.kind is "cubic": .*power.*logarithmic/);
  });
});
