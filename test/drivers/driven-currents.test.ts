/** Other people's drivers that measure currents, or say so. */

import { expect, test } from "vitest";
import { drivenChip } from "../../drivers/chip/driven-chip.ts";
import { numericalChip, smallDescriptor } from "../chip/numerical-chip.ts";

const measuring = { ...smallDescriptor, features: ["measure-current"] };
const codes = Uint16Array.of(0, 100);

test("a driver that measures currents is asked for them", async () => {
  const chip = { ...numericalChip(() => 0).chip, descriptor: measuring };
  const currents = { measureCurrents: async () => Float32Array.of(0, 1e-5) };
  const driven = await drivenChip({ ...chip, ...currents }, "mine", "x");
  expect(await driven.measureCurrents(codes)).toEqual(Float32Array.of(0, 1e-5));
  await expect(driven.measureCurrents(Uint16Array.of(4000))).rejects.toMatchObject({ code: "LIMIT" });
});

test.each([
  ["another number of them", async () => Float32Array.of(1), /gave 1 currents for 2 codes/],
  ["a plain list", async () => [0, 1], /gave NaN currents for 2 codes/],
  ["no number", async () => Float32Array.of(0, Number.POSITIVE_INFINITY), /a current that is no number/],
])("a driver that gives %s is at fault", async (_, measureCurrents, message) => {
  const chip = { ...numericalChip(() => 0).chip, descriptor: measuring };
  const driven = await drivenChip({ ...chip, measureCurrents }, "mine", "x");
  await expect(driven.measureCurrents(codes)).rejects.toMatchObject({
    code: "DRIVER",
    message: expect.stringMatching(message),
  });
});

test("a driver need not measure currents, but then must not announce it", async () => {
  const { measureCurrents: _, ...chip } = numericalChip(() => 0).chip;
  const driven = await drivenChip(chip, "mine", "x");
  await expect(driven.measureCurrents(codes)).rejects.toMatchObject({ code: "LIMIT" });
  await expect(drivenChip({ ...chip, descriptor: measuring }, "mine", "x")).rejects.toMatchObject({
    code: "DRIVER",
    message: expect.stringContaining("announces measure-current and lacks measureCurrents"),
  });
});
