import { expect, test } from "vitest";
import { descriptorLines } from "../../src/cli/actions/identify.ts";
import { exampleDescriptor, mvmDescriptor } from "../firmware/fake-array.ts";

test("a chip that multiplies is described with its MVM and its reference resistors, which are no devices", () => {
  const lines = descriptorLines(mvmDescriptor);
  expect(lines[0]).toBe("arrays      G+ 4 x 4, G- 4 x 4: 32 devices, emulated");
  expect(lines[1]).toBe("references  REF 3 x 4: resistors of 0 to 40 µS, read only");
  expect(lines).toContain(
    "MVM         inputs of 7 bits, outputs of 8 bits for ±100 µS at 0.2 V, 1 or 4 phases of 1 µs, up to 8 vectors",
  );
  expect(lines).toContain("            weight = (G+) - (G-)");
  expect(lines).toContain("features    advance-time, set-temperature, measure-current, program-verify");
});

test("a chip without them has no such lines", () => {
  const text = descriptorLines(exampleDescriptor).join("\n");
  expect(text).toMatch(/^arrays {6}A 4 x 4: 16 devices\nread /);
  expect(text).not.toMatch(/references|MVM|weight/);
});
