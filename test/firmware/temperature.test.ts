import { describe, expect, test } from "vitest";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { powerUp } from "../../mocks/host/power-up.ts";
import { bytesOfHex, hexOf, operationFile } from "../firmware-protocol/golden.ts";
import { askOn, benchOf } from "./bench.ts";
import { exampleDescriptor, fakeArray, mvmDescriptor } from "./fake-array.ts";

const settable = () => benchOf(fakeArray(mvmDescriptor));

describe("the temperature of the chip", () => {
  test("is told, and stamps readings", () => {
    const { ask } = settable();
    expect(ask("CHIP:TEMP?")).toBe("0,300");
    expect(ask("EMUL:TEMP? 330.5")).toBe("0,330.5");
    expect(ask("CHIP:TEMPERATURE?")).toBe("0,330.5");
    expect(ask("ARR:READ? 0,0,0,1,1,1,0.2").split(",")[3]).toBe("330.5");
  });

  test("changes at the chip time at which it is set, and takes none", () => {
    const { ask, array } = settable();
    ask("EMUL:TIME? 25");
    ask("EMUL:TEMP? 200");
    ask("EMUL:TEMP? 450");
    expect(array.temperatures).toEqual([
      { kelvin: 200, atSeconds: 25 },
      { kelvin: 450, atSeconds: 25 },
    ]);
    expect(ask("CHIP:TIME?")).toBe("0,25");
  });

  test.each([
    ["EMUL:TEMP? 199.999", -222],
    ["EMUL:TEMP? 450.001", -222],
    ["EMUL:TEMP? -300", -222],
    ["EMUL:TEMP? HOT", -104],
    ["EMUL:TEMP?", -109],
    ["EMUL:TEMP? 300,1", -108],
    ["CHIP:TEMP? 300", -108],
  ])("%j is refused, and it stays", (message, error) => {
    const { ask, array, errors } = settable();
    expect(ask(message)).toMatch(new RegExp(`^${error},`));
    expect(errors()).toEqual([error]);
    expect(array.temperatures).toEqual([]);
  });

  test("cannot be set where the descriptor does not offer it", () => {
    const { ask, array, errors } = benchOf(fakeArray(exampleDescriptor));
    expect(ask("CHIP:TEMP?")).toBe("0,300");
    expect(ask("EMUL:TEMP? 330")).toMatch(/^1002,/);
    expect(errors()).toEqual([1002]);
    expect(array.temperatures).toEqual([]);
  });

  test.each(operationFile("set-temperature").vectors)(
    "golden vector $name",
    ({ name, requestHex, replyHex }) => {
      const { line } = name === "fixed" ? benchOf(fakeArray(exampleDescriptor)) : settable();
      expect(line.receive(bytesOfHex(requestHex)).map(hexOf)).toEqual([replyHex]);
    },
  );
});

test("an emulator may start at a temperature, and a saved chip goes on at its own", () => {
  const origin = { profile: builtinProfile("tiny"), seed: 4 };
  const temperature = (...start: Parameters<typeof powerUp>): string =>
    askOn(powerUp(...start).firmware.openLine(), "CHIP:TEMP?");
  expect(temperature(origin, { bootId: 1 })).toBe("0,300");
  expect(temperature(origin, { bootId: 1, ambientKelvin: 330 })).toBe("0,330");
  const saved = powerUp(origin, { bootId: 1, ambientKelvin: 330 }).state();
  expect(temperature(saved, { bootId: 2 })).toBe("0,330");
  expect(temperature(saved, { bootId: 2, ambientKelvin: 280 })).toBe("0,280");
});
