import { describe, expect, test } from "vitest";
import { virtualClock } from "../../mocks/firmware/chip-clock.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { askOn } from "./bench.ts";
import { exampleDescriptor, fakeArray, mvmDescriptor } from "./fake-array.ts";

/** Two cables to one board, and a clock that stands where the test puts it. */
function locked() {
  const powered = { seconds: 5000, monotonicSeconds: () => powered.seconds };
  const array = fakeArray(mvmDescriptor);
  const firmware = new Firmware(array, 1, { clock: virtualClock(), poweredClock: powered });
  const [first, second] = [firmware.openLine(), firmware.openLine()];
  return {
    powered,
    array,
    firmware,
    mine: (message: string): string => askOn(first, message),
    others: (message: string): string => askOn(second, message),
  };
}

const take = (owner: string, seconds = 60): string => `SYST:LOCK:REQ? "${owner}",${seconds}`;
const owned = "SYST:LOCK:OWN?";
const pulse = (id: number): string => `ARR:PULS? ${id},0,0,0,1,1,50,0,#11\x01,#12\x64\x00`;

/** Each changes the chip or its time. */
const changing: [string, string][] = [
  ["a pulse", pulse(1)],
  ["a train", "ARR:TRA? 1,0,0,0,1,1,#11\x01,100,50,0"],
  [
    "a run of the board",
    "PROG:VER? 1,0,0,0,1,1,1,0.2,1,0,1,3,2,1,0.25,2,1000,1228,655,3276,16.5,3276,50,#11\x01,#12\x02\x00",
  ],
  ["the end of a run", "PROG:ABOR? 1"],
  ["time", "EMUL:TIME? 3600"],
  ["another temperature", "EMUL:TEMP? 330"],
];

describe("a lock", () => {
  test("is free at power-up, taken, told to everybody, and freed", () => {
    const { mine, others } = locked();
    expect(mine(owned)).toBe('0,0,"",0');
    expect(mine(take("A"))).toBe('0,1,"A",60');
    expect(mine(owned)).toBe('0,1,"A",60');
    expect(others(owned)).toBe('0,0,"A",60');
    expect(mine('SYST:LOCK:REL? "A"')).toBe('0,0,"",0');
    expect(others(take("B", 5))).toBe('0,1,"B",5');
  });

  test.each(changing)("keeps %s of another session away, and nothing is done", (_, message) => {
    const { mine, others, array } = locked();
    mine(take("A"));
    expect(others(message)).toBe('1005,"Chip locked;by A for another 60 s"');
    expect(others("SYST:ERR?")).toMatch(/^1005,/);
    expect(others("SYST:OPER:LAST?")).toBe("0,1,0");
    expect(others("CHIP:TIME?")).toBe("0,0");
    expect([array.trains.length, array.temperatures.length]).toEqual([0, 0]);
  });

  test.each(changing)("lets %s of its holder through", (_, message) => {
    const { mine } = locked();
    mine(take("A"));
    expect(mine(message)).not.toMatch(/^1005,/);
  });

  test("lets others read, ask, and switch the drives off", () => {
    const { mine, others } = locked();
    mine(take("A"));
    const harmless = [
      "ARR:READ? 0,0,0,1,1,1,0.2",
      "CHIP:TEMP?",
      "CHIP:TIME?",
      "CHIP:SAFE?",
      "CAL:CURR? #12\x01\x00",
    ];
    for (const message of harmless) expect(others(message), message).toMatch(/^0/);
  });

  test("is kept by *RST, *CLS and a new cable", () => {
    const { mine, others, firmware } = locked();
    mine(take("A"));
    others("*RST");
    others("*CLS");
    expect(askOn(firmware.openLine(), owned)).toBe('0,0,"A",60');
    expect(mine(pulse(1))).toMatch(/^0,1,1,/);
  });
});

describe("the lease", () => {
  test("ends by the real time of the board, however far its virtual time is moved", () => {
    const { mine, others, powered } = locked();
    mine(take("A", 60));
    mine("EMUL:TIME? 864000");
    powered.seconds += 59.5;
    expect(others(owned)).toBe('0,0,"A",0.5');
    expect(others(pulse(1))).toBe('1005,"Chip locked;by A for another 1 s"');
    powered.seconds += 0.5;
    expect(others(owned)).toBe('0,0,"",0');
    expect(others(pulse(1))).toMatch(/^0,1,1,/);
  });

  test("begins anew with each request, also a shorter one", () => {
    const { mine, powered } = locked();
    mine(take("A", 60));
    powered.seconds += 50;
    expect(mine(take("A", 60))).toBe('0,1,"A",60');
    expect(mine(take("A", 5))).toBe('0,1,"A",5');
  });

  test("that has ended leaves the lock to whoever asks first", () => {
    const { mine, others, powered } = locked();
    mine(take("A", 60));
    powered.seconds += 61;
    expect(others(take("B"))).toBe('0,1,"B",60');
    expect(mine(take("A"))).toBe('0,0,"B",60');
    expect(mine(pulse(1))).toMatch(/^1005,/);
  });
});

describe("the owner", () => {
  test("is whoever shows its text: another session of it takes over from the first", () => {
    const { mine, others } = locked();
    mine(take("A"));
    expect(others(take("A"))).toBe('0,1,"A",60');
    expect(mine(owned)).toBe('0,0,"A",60');
    expect(mine(pulse(1))).toMatch(/^1005,/);
    expect(others(pulse(1))).toMatch(/^0,1,1,/);
  });

  test("keeps the lock from another one, also in its own session", () => {
    const { mine, others } = locked();
    mine(take("A"));
    expect(others(take("B"))).toBe('0,0,"A",60');
    expect(mine(take("B"))).toBe('0,0,"A",60');
    expect(mine(owned)).toBe('0,1,"A",60');
  });

  test("must be named by whoever frees the lock, and naming it is enough", () => {
    const { mine, others } = locked();
    mine(take("A"));
    expect(others('SYST:LOCK:REL? "B"')).toBe('0,0,"A",60');
    expect(others('SYST:LOCK:REL? "A"')).toBe('0,0,"",0');
    expect(others('SYST:LOCK:REL? "A"')).toBe('0,0,"",0');
  });

  test.each([
    ["empty", '"",60'],
    ["too long", `"${"x".repeat(65)}",60`],
    ["with a quotation mark", '"a""b",60'],
    ["with a tab", '"a\tb",60'],
  ])("cannot be %s", (_, parameters) => {
    const { mine } = locked();
    expect(mine(`SYST:LOCK:REQ? ${parameters}`)).toMatch(/^-222,/);
    expect(mine(owned)).toBe('0,0,"",0');
  });
});

describe("a session", () => {
  test("ends with the first contact of the next host on the same cable", () => {
    const { mine } = locked();
    mine(take("A"));
    expect(mine("*IDN?;*OPC?")).toMatch(/;1$/);
    expect(mine(owned)).toMatch(/^0,1,/);
    mine(" *idn?");
    expect(mine(owned)).toBe('0,0,"A",60');
    expect(mine(pulse(1))).toMatch(/^1005,/);
    expect(mine(take("A"))).toBe('0,1,"A",60');
    expect(mine(pulse(1))).toMatch(/^0,1,1,/);
  });
});

describe("at most once", () => {
  test("comes before the lock: a pulse that comes again is answered from the record, an older one is refused as used", () => {
    const { mine, others, array } = locked();
    const first = mine(pulse(7));
    mine(take("A"));
    expect(others(pulse(7))).toBe(first);
    expect(others(pulse(6))).toMatch(/^1001,/);
    expect(array.trains).toHaveLength(1);
  });
});

describe("a board without a clock for leases", () => {
  test.each([take("A"), owned, 'SYST:LOCK:REL? "A"'])("has no lock: %s", (message) => {
    const firmware = new Firmware(fakeArray(exampleDescriptor), 1);
    expect(firmware.descriptor.features).not.toContain("lock");
    expect(askOn(firmware.openLine(), message)).toBe('1002,"Unknown feature;this board has no lock"');
  });

  test("and one with it says so", () => {
    expect(locked().firmware.descriptor.features).toContain("lock");
  });
});
