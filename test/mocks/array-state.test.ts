import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arrayOfType, deviceArraysOf, restoreArrays } from "../../mocks/array/device-arrays.ts";
import { builtinProfile, type ChipProfile } from "../../mocks/array/profile.ts";
import { firstDifference } from "../../mocks/array/profile-difference.ts";
import { type ChipState, decodeState, encodeState } from "../../mocks/array/state.ts";
import { type PoweredChip, powerUp } from "../../mocks/host/power-up.ts";
import { bytesOf, textOfBytes } from "../../src/core/bytes.ts";
import { askOn } from "../firmware/bench.ts";
import { labErrorOf } from "../store/failure.ts";

const profile: ChipProfile = {
  ...builtinProfile("tiny"),
  name: "small",
  arrays: [
    { name: "A", rows: 4, columns: 8 },
    { name: "B", rows: 2, columns: 8 },
  ],
};

const codes = (...values: number[]): string =>
  `#2${2 * values.length}${textOfBytes(new Uint8Array(Uint16Array.from(values).buffer))}`;
const pulse = (id: number, array: number, ...values: number[]): string =>
  `ARR:PULS? ${id},${array},1,0,1,8,400,0,#11\xff,${codes(...values)}`;
const amplitudes = [1638, 1700, 1800, 1900, 2000, 2100, 2200, 2300];

const firstHalf = [pulse(7, 0, ...amplitudes), "ARR:READ? 0,0,0,4,8,5,0.3", "EMUL:TIME? 3600"];
const secondHalf = [
  "CHIP:TIME?",
  pulse(7, 0, ...amplitudes),
  pulse(6, 0, ...amplitudes),
  "ARR:READ? 0,0,0,4,8,5,0.3",
  pulse(8, 1, ...amplitudes),
  "EMUL:TIME? 1e6",
  "ARR:READ? 1,0,0,2,8,16,0.3",
  "EMUL:TRUT? 0,0,0,4,8",
  "EMUL:WEAR? 1,0,0,2,8",
  "SYST:ERR?",
];

const replies = (chip: PoweredChip, messages: readonly string[]): string[] => {
  const line = chip.firmware.openLine();
  return messages.map((message) => askOn(line, message));
};

function usedChip(): PoweredChip {
  const chip = powerUp({ profile, seed: 11 }, { bootId: 1 });
  replies(chip, firstHalf);
  return chip;
}

const savedBytes = (): Uint8Array => encodeState(usedChip().state());

describe("a chip that was saved and loaded", () => {
  test("answers every further command with the bytes of the uninterrupted chip", () => {
    const uninterrupted = replies(usedChip(), secondHalf);
    const loaded = powerUp(decodeState(savedBytes(), "a"), { bootId: 2 });
    expect(replies(loaded, secondHalf)).toEqual(uninterrupted);
    expect(uninterrupted[1]).toMatch(/^0,7,8,0,/);
    expect(uninterrupted[2]).toMatch(/^1001,/);
  });

  test("has a new boot id and the record of the last operation", () => {
    const loaded = powerUp(decodeState(savedBytes(), "a"), { bootId: 2 });
    expect(replies(loaded, ["SYST:OPER:LAST?", "CHIP:TIME?"])).toEqual(["0,2,7", "0,3600"]);
  });

  test("is the same after any number of savings", () => {
    const bytes = savedBytes();
    const again = encodeState(powerUp(decodeState(bytes, "a"), { bootId: 2 }).state());
    expect(textOfBytes(again)).toBe(textOfBytes(bytes));
  });

  test("may be saved before its first pulse", () => {
    const fresh = powerUp({ profile, seed: 0 }, { bootId: 1 });
    const loaded = powerUp(decodeState(encodeState(fresh.state()), "a"), { bootId: 2 });
    expect(replies(loaded, ["SYST:OPER:LAST?"])).toEqual(["0,2,0"]);
    expect(replies(loaded, firstHalf)).toEqual(replies(fresh, firstHalf));
  });
});

describe("the bytes of a state", () => {
  test("are little-endian, and all that the header promises", () => {
    const arrays = deviceArraysOf({
      a: Float64Array.of(1),
      inner: { b: Uint16Array.of(1, 0x1234) },
      other: [1],
    });
    const state: ChipState = { profile, seed: 1, chipSeconds: 2, lastPulse: undefined, arrays };
    const bytes = encodeState(state);
    const tail = [0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 1, 0, 0x34, 0x12];
    expect([...bytes.subarray(-32 - tail.length, -32)]).toEqual(tail);
    expect(textOfBytes(bytes, 0, 20)).toBe("pcmlab-chip-state 1\n");
    expect(decodeState(bytes, "a")).toEqual(state);
    expect([...arrays.keys()]).toEqual(["a", "inner.b"]);
  });

  test("are refused with any bit flipped or any end missing", () => {
    const bytes = savedBytes();
    const anyBit = fc.integer({ min: 0, max: 8 * bytes.length - 1 });
    fc.assert(
      fc.property(anyBit, (bit) => {
        const damaged = Uint8Array.from(bytes);
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        expect(labErrorOf(() => decodeState(damaged, "a")).code).toBe("BAD_PROFILE");
        expect(labErrorOf(() => decodeState(bytes.subarray(0, bit >> 3), "a")).code).toBe("BAD_PROFILE");
      }),
      { numRuns: 200 },
    );
    expect(labErrorOf(() => decodeState(bytes.subarray(0, -1), "a")).message).toMatch(
      /state a is truncated or damaged/,
    );
  });

  test("are refused when they are of another format or no state at all", () => {
    const other = savedBytes();
    other.set(bytesOf("pcmlab-chip-state 2\n"));
    expect(labErrorOf(() => decodeState(other, "a")).message).toMatch(/another format/);
    expect(labErrorOf(() => decodeState(bytesOf("{}"), "a")).message).toMatch(
      /not the saved state of a chip/,
    );
    expect(labErrorOf(() => decodeState(new Uint8Array(), "a")).code).toBe("BAD_PROFILE");
  });

  test("are refused when their profile is not accepted any more, naming the value", () => {
    const broken = { ...profile, timing: { pulseSettleSeconds: -1 } };
    const bytes = encodeState({ ...usedChip().state(), profile: broken });
    const { message, code } = labErrorOf(() => decodeState(bytes, "a"));
    expect(code).toBe("BAD_PROFILE");
    expect(message).toMatch(
      /profile of another version: .*timing\.pulseSettleSeconds is -1: .*unit s, allowed a number >= 0/,
    );
  });
});

test("devices of another version of the model are refused and nothing is changed", () => {
  const live = deviceArraysOf({ a: Float32Array.of(1, 2), b: Uint8Array.of(3) });
  for (const saved of [
    { a: Float32Array.of(5, 5) },
    { a: Float32Array.of(5), b: Uint8Array.of(5) },
    { a: Float64Array.of(5, 5), b: Uint8Array.of(5) },
    { a: Float32Array.of(5, 5), c: Uint8Array.of(5) },
  ])
    expect(labErrorOf(() => restoreArrays(live, deviceArraysOf(saved))).code).toBe("BAD_PROFILE");
  expect([...(live.get("a") ?? []), ...(live.get("b") ?? [])]).toEqual([1, 2, 3]);
  restoreArrays(
    live,
    deviceArraysOf({ a: Float32Array.of(8, 9), b: arrayOfType("Uint8Array", new ArrayBuffer(1)) }),
  );
  expect([...(live.get("a") ?? []), ...(live.get("b") ?? [])]).toEqual([8, 9, 0]);
});

test("the first difference of two profiles is named with its path and both values", () => {
  expect(firstDifference(profile, structuredClone(profile))).toBeUndefined();
  const changed = { ...profile, read: { ...profile.read, adcBits: 6 } };
  expect(firstDifference(profile, changed)).toBe("read.adcBits is 8 against 6");
  const fewer = { ...profile, arrays: profile.arrays.slice(0, 1) };
  expect(firstDifference(profile, fewer)).toMatch(/^arrays\.1 is \{.*\} against undefined$/);
});
