import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type BandState,
  copyOf,
  decodeState,
  encodeState,
  initialState,
  isFinished,
} from "../../calibration/program-verify/band-state.ts";

const floats = (devices: number) => fc.float32Array({ minLength: devices, maxLength: devices, noNaN: true });
const bytes = (devices: number) => fc.uint8Array({ minLength: devices, maxLength: devices });

const states = fc.integer({ min: 0, max: 20 }).chain(
  (devices): fc.Arbitrary<BandState> =>
    fc
      .record({
        outcomes: bytes(devices),
        stages: bytes(devices),
        reads: bytes(devices),
        attempts: bytes(devices),
        iterations: bytes(devices),
        targets: floats(devices),
        estimates: floats(devices),
        amperes: floats(devices),
        stepAmperes: floats(devices),
        lowest: floats(devices),
        highest: floats(devices),
      })
      .map(({ outcomes, stages, reads, attempts, iterations, ...numbers }) => {
        const state = initialState(devices);
        state.outcomes.set(outcomes);
        state.stages.set(stages);
        state.reads.set(reads);
        state.attempts.set(attempts);
        state.iterations.set(iterations);
        state.targets.set(numbers.targets);
        state.estimates.set(numbers.estimates);
        state.amperes.set(numbers.amperes);
        state.stepAmperes.set(numbers.stepAmperes);
        state.lowest.set(numbers.lowest);
        state.highest.set(numbers.highest);
        return state;
      }),
);

test("a state survives as bytes", () => {
  fc.assert(
    fc.property(states, (state) => {
      expect(decodeState(encodeState(state), state.stages.length)).toEqual(state);
    }),
    { seed: 20200518 },
  );
});

test("a copy shares nothing with its original", () => {
  const state = initialState(3);
  const copy = copyOf(state);
  for (const values of Object.values(copy)) values.fill(7);
  expect(state).toEqual(initialState(3));
});

test.each([
  ["cut short", (good: Uint8Array) => good.slice(0, -1)],
  ["too long", (good: Uint8Array) => Uint8Array.of(...good, 0)],
  ["of another version", (good: Uint8Array) => Uint8Array.of(1, ...good.slice(1))],
  ["empty", () => new Uint8Array()],
])("bytes that are %s are refused", (_, spoil) => {
  const spoilt = spoil(encodeState(initialState(4)));
  expect(() => decodeState(spoilt, 4)).toThrow(expect.objectContaining({ code: "BAD_DATA" }));
});

test("a state is finished when every device is", () => {
  expect(isFinished(initialState(2, 0))).toBe(true);
  expect(isFinished({ ...initialState(2, 0), stages: Uint8Array.of(0, 3) })).toBe(false);
});
