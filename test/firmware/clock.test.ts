import { describe, expect, test } from "vitest";
import { followingClock, virtualClock } from "../../mocks/firmware/chip-clock.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import type { Clock } from "../../src/core/clock.ts";
import { askOn } from "./bench.ts";
import { exampleDescriptor, fakeArray } from "./fake-array.ts";

/** A clock that stands where the test puts it. */
function fakeClock(): Clock & { seconds: number } {
  return {
    seconds: 1000,
    monotonicSeconds() {
      return this.seconds;
    },
    wallSeconds: () => 0,
  };
}

function boardWith(factor: number, startSeconds = 0) {
  const host = fakeClock();
  const clock = followingClock(host, factor, startSeconds);
  const firmware = new Firmware(fakeArray(exampleDescriptor), 1, { clock });
  const line = firmware.openLine();
  return { host, firmware, ask: (message: string): string => askOn(line, message) };
}

/** One pulse of the fake array takes a millisecond. */
const pulse = (id: number): string => `ARR:PULS? ${id},0,0,0,1,1,50,0,#11\x01,#12\x64\x00`;

describe("a chip that follows the clock of its host", () => {
  test.each([1, 60, 0.5])("ages %f times as fast", (factor) => {
    const { host, ask } = boardWith(factor);
    expect(ask("CHIP:TIME?")).toBe("0,0");
    host.seconds += 8;
    expect(ask("CHIP:TIME?")).toBe(`0,${8 * factor}`);
  });

  test("goes on from a saved time", () => {
    const { host, ask } = boardWith(2, 500);
    host.seconds += 3;
    expect(ask("CHIP:TIME?")).toBe("0,506");
  });

  test("stamps operations with their own durations, and rests until the host's clock has caught up", () => {
    const { host, ask } = boardWith(1);
    expect(ask(pulse(1))).toBe("0,1,1,0,0.001");
    expect(ask(pulse(2))).toBe("0,2,1,0.001,0.002");
    host.seconds += 2 ** -10;
    expect(ask("CHIP:TIME?")).toBe("0,0.002");
    host.seconds += 0.25 - 2 ** -10;
    expect(ask("CHIP:TIME?")).toBe("0,0.25");
  });

  test("begins the next operation later when the emulation is slower than the chip", () => {
    const { host, ask } = boardWith(1);
    ask(pulse(1));
    host.seconds += 4;
    expect(ask(pulse(2))).toBe("0,2,1,4,4.001");
  });

  test("never runs backwards, whatever the host's clock does", () => {
    const { host, ask } = boardWith(1);
    host.seconds += 10;
    expect(ask("CHIP:TIME?")).toBe("0,10");
    host.seconds -= 9;
    expect(ask("CHIP:TIME?")).toBe("0,10");
  });

  test("cannot skip time: the feature is absent and the command refused", () => {
    const { ask, firmware } = boardWith(1);
    expect(firmware.descriptor.features).toEqual([]);
    expect(ask("SYST:DESC?")).not.toContain("advance-time");
    expect(ask("EMUL:TIME? 86400")).toMatch(/^1002,"Unknown feature;/);
    expect(ask("SYST:ERR?")).toMatch(/^1002,/);
    expect(ask("CHIP:TIME?")).toBe("0,0");
  });
});

test("a virtual clock passes only in operations and on request, and says that it can skip", () => {
  const firmware = new Firmware(fakeArray(exampleDescriptor), 1, { clock: virtualClock(100) });
  const line = firmware.openLine();
  expect(firmware.descriptor).toEqual({
    ...exampleDescriptor,
    clock: { kind: "virtual", factor: 1, offTime: "stands" },
  });
  expect(askOn(line, pulse(1))).toMatch(/^0,1,1,100,100\.001/);
  expect(askOn(line, "EMUL:TIME? 3600")).toBe("0,3600");
  expect(firmware.memory).toMatchObject({ chipSeconds: 3600, lastPulse: { operationId: 1 } });
});
