/** An emulated chip that was off like a real board: its devices aged, its clock began anew. */

import { describe, expect, test } from "vitest";
import { builtinProfile, type ChipProfile } from "../../mocks/array/profile.ts";
import { decodeState, encodeState } from "../../mocks/array/state.ts";
import { followingClock } from "../../mocks/firmware/chip-clock.ts";
import { type PoweredChip, type PowerUpOptions, powerUp } from "../../mocks/host/power-up.ts";
import { clockOf } from "../../src/chip/clock-kind.ts";
import { askOn } from "../firmware/bench.ts";

const profile: ChipProfile = {
  ...builtinProfile("tiny"),
  name: "small",
  arrays: [{ name: "A", rows: 4, columns: 8 }],
};
const reset = `ARR:PULS? 7,0,0,0,1,8,400,0,#11\xff,#216${"\x00\x08".repeat(8)}`;
const truth = "EMUL:TRUT? 0,0,0,1,8";
const day = 86_400;

const asked = (chip: PoweredChip, ...messages: string[]): string[] => {
  const line = chip.firmware.openLine();
  return messages.map((message) => askOn(line, message));
};

function programmed(): PoweredChip {
  const chip = powerUp({ profile, seed: 3 }, { bootId: 1 });
  asked(chip, reset, "EMUL:TIME? 100");
  return chip;
}

const reloaded = (chip: PoweredChip, options: Partial<PowerUpOptions> = {}): PoweredChip =>
  powerUp(decodeState(encodeState(chip.state()), "a"), { bootId: 2, ...options });

describe("a saved chip that was off for a day", () => {
  test("is as old as one that was on for that day", () => {
    const on = programmed();
    asked(on, `EMUL:TIME? ${100 + day}`);
    const off = reloaded(programmed(), { offSeconds: day });
    expect(asked(off, truth)).toEqual(asked(on, truth));
    expect(asked(off, truth)).not.toEqual(asked(programmed(), truth));
  });

  test("begins its clock at 0, with an empty record", () => {
    const chip = reloaded(programmed(), { offSeconds: day });
    expect(asked(chip, "CHIP:TIME?", "SYST:OPER:LAST?")).toEqual(["0,0", "0,2,0"]);
    expect(asked(chip, reset)[0]).toMatch(/^0,7,8,0,/);
  });

  test("stamps what it does by its new clock, and reads the same codes as one that was on", () => {
    const on = programmed();
    asked(on, `EMUL:TIME? ${100 + day}`);
    const [later = ""] = asked(on, "ARR:READ? 0,0,0,1,8,4,0.2");
    const [read = ""] = asked(reloaded(programmed(), { offSeconds: day }), "ARR:READ? 0,0,0,1,8,4,0.2");
    expect(read.split(",")[1]).toBe("0");
    expect(read.split(",").slice(3)).toEqual(later.split(",").slice(3));
  });

  test("is saved and loaded again without its times being lost", () => {
    const chip = reloaded(programmed(), { offSeconds: day });
    asked(chip, "EMUL:TIME? 50", reset.replace("7,0,", "8,0,"));
    const again = reloaded(chip);
    const [time = ""] = asked(again, "CHIP:TIME?");
    expect(Number(time.split(",")[1])).toBeCloseTo(100 + day + 50, 3);
    expect(asked(again, truth)).toEqual(asked(chip, truth));
    const [record = ""] = asked(again, reset.replace("7,0,", "8,0,"));
    expect(Number(record.split(",")[3])).toBeCloseTo(100 + day + 50, 6);
  });
});

test("a chip says what becomes of its time while it is off", () => {
  const host = { monotonicSeconds: () => 0 };
  expect(clockOf(programmed().firmware.descriptor).offTime).toBe("stands");
  const chip = reloaded(programmed(), {
    offSeconds: 5,
    clockFrom: (start) => followingClock(host, 60, start, "passes"),
  });
  expect(clockOf(chip.firmware.descriptor)).toEqual({ kind: "real", factor: 60, offTime: "passes" });
});
