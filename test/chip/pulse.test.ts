import { expect, test } from "vitest";
import { addPulses, cellPulses, type PulseTrain, pulsesIn } from "../../src/chip/pulse.ts";

const shape = { widthSeconds: 1e-6, trailingSeconds: 0 };
const perCell: PulseTrain = { kind: "per-cell", shape, amplitudeCodes: Uint16Array.of(0, 256, 4095) };
const shared: PulseTrain = {
  kind: "shared",
  mask: Uint8Array.of(1, 0, 1),
  steps: [1, 2].map((amplitudeCode) => ({ ...shape, amplitudeCode })),
};

test("a train gives its cells one pulse each, or every step to each", () => {
  expect(cellPulses(perCell)).toEqual({ chosen: perCell.amplitudeCodes, each: 1 });
  expect(cellPulses(shared)).toEqual({ chosen: shared.mask, each: 2 });
  expect([pulsesIn(perCell), pulsesIn(shared)]).toEqual([2, 4]);
});

test("pulses add up, from the first cell of a train on", () => {
  const pulses = new Uint16Array(5);
  addPulses(pulses, perCell, 2);
  addPulses(pulses, shared, 2);
  addPulses(pulses, shared);
  expect([...pulses]).toEqual([2, 0, 4, 1, 3]);
});
