/** The emulated firmware refuses pulses that leave its envelope with -222, and nothing has been done then. */

import { describe, expect, test } from "vitest";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import type { Envelope } from "../../src/chip/envelope.ts";
import { askOn } from "./bench.ts";

const tiny = builtinProfile("tiny");
const region = { array: 0, row: 0, column: 0, rows: 1, columns: 2 };

function board(limits: Partial<Envelope>) {
  const envelope: Envelope = { ...tiny.envelope!, ...limits };
  const array = createCrossbar({ ...tiny, envelope }, 1);
  const line = new Firmware(array, 1).openLine();
  let operationId = 0;
  /** One pulse of code 1000 (122 µA) for both cells. */
  const pulse = (widthNanoseconds = 1000): string =>
    askOn(line, `ARR:PULS? ${++operationId},0,0,0,1,2,${widthNanoseconds},0,#11\x03,#14\xe8\x03\xe8\x03`);
  return {
    ask: (message: string) => askOn(line, message),
    pulse,
    counts: () => [...array.pulseCounts(region)],
  };
}

describe("the firmware", () => {
  test("refuses a pulse of too much energy", () => {
    // 3.3 V x 122.1 µA x 1 µs = 403 pJ.
    expect(board({ maxPulseJoules: 404e-12 }).pulse()).toMatch(/^0,1,2,/);
    const strict = board({ maxPulseJoules: 402e-12 });
    expect(strict.pulse()).toMatch(/^-222,"Data out of range;a pulse of code 1000/);
    expect(strict.counts()).toEqual([0, 0]);
    expect(strict.ask("SYST:ERR?")).toMatch(/^-222,/);
  });

  test("refuses a pulse for a cell that has had all of its life, and names it", () => {
    const { pulse, counts } = board({ maxPulsesPerCell: 2 });
    expect([pulse(), pulse()].every((reply) => reply.startsWith("0,"))).toBe(true);
    expect(pulse()).toMatch(/^-222,.*array 0, row 0, column 0 has had 2 of 2 pulses/);
    expect(counts()).toEqual([2, 2]);
  });

  test("refuses pulses beyond the duty, and takes them when chip time has passed", () => {
    const { ask, pulse, counts } = board({ maxDuty: 0.5, dutySeconds: 8e-6 });
    expect([pulse(), pulse()].every((reply) => reply.startsWith("0,"))).toBe(true);
    const refused = Array.from({ length: 4 }, () => pulse()).find((reply) => reply.startsWith("-222"));
    expect(refused).toMatch(/duty of 0.5 leaves/);
    const before = counts();
    expect(pulse()).toMatch(/^-222,/);
    expect(counts()).toEqual(before);
    ask("EMUL:TIME? 1");
    expect(pulse()).toMatch(/^0,/);
  });

  test("refuses pulses outside its temperatures", () => {
    const { ask, pulse, counts } = board({ minKelvin: 290, maxKelvin: 310 });
    ask("EMUL:TEMP? 311");
    expect(pulse()).toMatch(/^-222,.*311 K, the envelope allows pulses from 290 to 310 K/);
    expect(counts()).toEqual([0, 0]);
    ask("EMUL:TEMP? 310");
    expect(pulse()).toMatch(/^0,/);
  });

  test("tells its envelope in the descriptor, and without one refuses none of this", () => {
    const { envelope, ...none } = tiny;
    const line = new Firmware(createCrossbar(none, 1), 1).openLine();
    expect(askOn(line, "SYST:DESC?")).not.toContain("maxPulseJoules");
    expect(board({}).ask("SYST:DESC?")).toContain(JSON.stringify(envelope));
    expect(askOn(line, "EMUL:TEMP? 440")).toBe("0,440");
    expect(askOn(line, "ARR:PULS? 1,0,0,0,1,1,10000,0,#11\x01,#12\xff\x0f")).toMatch(/^0,1,1,/);
  });
});
