import { describe, expect, test } from "vitest";
import { openRemoteChip, type RemoteChip } from "../../drivers/chip/remote-chip.ts";
import { AnotherBoard } from "../../drivers/transport/sought-board.ts";
import { setTemperature } from "../../firmware-protocol/operation/set-temperature.ts";
import { trueWear } from "../../firmware-protocol/operation/true-wear.ts";
import { inProcessTransport } from "../../mocks/host/in-process.ts";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import type { Region } from "../../src/chip/region.ts";
import { type Bench, benchOf } from "../firmware/bench.ts";
import { exampleDescriptor, fakeArray, mvmDescriptor } from "../firmware/fake-array.ts";
import { labError, scriptedTransport, settled } from "./scripted-transport.ts";
import { VirtualTimer } from "./virtual-timer.ts";

const square: Region = { array: 0, row: 1, column: 1, rows: 2, columns: 2 };
const options = { averages: 2, readVolts: 0.2 };
const shape = { widthSeconds: 1e-6, trailingSeconds: 0 };
const onePulse = { kind: "per-cell", shape, amplitudeCodes: Uint16Array.of(0, 100, 0, 200) } as const;

const twoVectors = {
  cells: { row: 1, column: 0, rows: 2, columns: 2 },
  phases: 4,
  inputs: Int8Array.of(63, 10, -63, -63),
} as const;

interface Connected extends Bench {
  readonly chip: RemoteChip;
  readonly timer: VirtualTimer;
}

async function connected(descriptor: Descriptor = exampleDescriptor): Promise<Connected> {
  const bench = benchOf(fakeArray(descriptor), 99);
  const timer = new VirtualTimer();
  const chip = await openRemoteChip(inProcessTransport(bench.firmware.openLine()), timer);
  return { ...bench, chip, timer };
}

describe("a chip behind the protocol", () => {
  test("says who it is", async () => {
    const { chip } = await connected();
    expect(chip.identification).toBe("Example Lab,PCM-16,0042,2.1.0");
    expect(chip.descriptor).toMatchObject(exampleDescriptor);
    expect(chip.bootId).toBe(99);
    expect(chip.resource).toBe("emulator:");
  });

  test("keeps a name that is not ASCII and an identification as long as IEEE 488.2 allows", async () => {
    const serialNumber = "7".repeat(60);
    const { chip } = await connected({ ...exampleDescriptor, model: "Größe 5", serialNumber });
    expect(chip.descriptor.model).toBe("Größe 5");
    expect(chip.identification).toContain(serialNumber);
  });

  test("reads a region", async () => {
    const { chip } = await connected();
    expect(await chip.read(square, options)).toEqual({
      ...options,
      region: square,
      codeSums: Uint16Array.of(2, 4, 6, 8),
      firstSampleSeconds: 0,
      lastSampleSeconds: expect.closeTo(7e-6, 12),
      temperatureKelvin: 300,
      saturatedCells: 0,
    });
  });

  test("puts the codes of a masked read into their places, whatever non-zero value chooses a cell", async () => {
    const { chip } = await connected();
    const { codeSums } = await chip.read(square, { ...options, mask: Uint8Array.of(0, 255, 0, 7) });
    expect([...codeSums]).toEqual([0, 4, 0, 8]);
  });

  test("pulses with rising operation ids, continuing those of the board", async () => {
    const { chip, firmware, array } = await connected();
    expect(await chip.pulse(square, onePulse)).toEqual({
      operationId: 1,
      certainty: "acknowledged",
      pulses: 2,
      startSeconds: 0,
      endSeconds: 0.002,
    });
    const steps = [{ amplitudeCode: 300, ...shape }];
    const mask = Uint8Array.of(1, 0, 0, 0);
    expect((await chip.pulse(square, { kind: "shared", steps, mask })).operationId).toBe(2);
    const again = await openRemoteChip(inProcessTransport(firmware.openLine()), new VirtualTimer());
    expect((await again.pulse(square, onePulse)).operationId).toBe(3);
    expect(array.trains.length).toBe(3);
  });

  test("answers overlapping requests each with its own", async () => {
    const { chip } = await connected();
    const [first, , last, wear] = await Promise.all([
      chip.read(square, options),
      chip.pulse(square, onePulse),
      chip.read({ ...square, rows: 1 }, options),
      chip.perform(trueWear, { region: square }),
    ]);
    expect(first.codeSums.length).toBe(4);
    expect(last.codeSums.length).toBe(2);
    expect(last.firstSampleSeconds).toBeGreaterThan(first.lastSampleSeconds + 0.002 - 1e-9);
    expect([...wear.pulses]).toEqual([1, 1, 1, 1]);
  });

  test("turns a refusal into a typed error with its number, and goes on", async () => {
    const { chip, array } = await connected();
    const tooWide = { ...onePulse, shape: { widthSeconds: 1, trailingSeconds: 0 } };
    await expect(chip.pulse(square, tooWide)).rejects.toMatchObject({
      ...labError("REFUSED"),
      message: expect.stringContaining("-222"),
    });
    expect(array.trains).toEqual([]);
    await chip.safeOff();
    expect((await chip.pulse(square, onePulse)).operationId).toBe(2);
  });

  test("multiplies in its array", async () => {
    const { chip, array } = await connected(mvmDescriptor);
    expect(await chip.mvm(twoVectors)).toEqual({
      ...twoVectors,
      outputs: Int16Array.of(73, 74, -126, -125),
      firstSampleSeconds: 0,
      lastSampleSeconds: expect.closeTo(4e-6, 12),
      temperatureKelvin: 300,
      saturatedOutputs: 0,
    });
    expect(array.mvms).toEqual([twoVectors]);
  });

  test("is not asked for an MVM that it cannot do: it might not even know the header", async () => {
    const { chip, array, errors } = await connected();
    await expect(chip.mvm(twoVectors)).rejects.toMatchObject(labError("LIMIT"));
    expect(array.mvms).toEqual([]);
    expect(errors()).toEqual([]);
  });

  test("tells its temperature", async () => {
    const { chip } = await connected(mvmDescriptor);
    expect(await chip.temperature()).toBe(300);
    expect(await chip.perform(setTemperature, { kelvin: 330 })).toEqual({ temperatureKelvin: 330 });
    expect(await chip.temperature()).toBe(330);
    expect((await chip.read(square, options)).temperatureKelvin).toBe(330);
  });

  test("moves a virtual clock, forward only", async () => {
    const { chip, timer } = await connected();
    expect(await chip.waitUntil(3600)).toBe(3600);
    expect(await chip.waitUntil(25)).toBe(3600);
    expect(await chip.now()).toBe(3600);
    expect(timer.waiting).toBe(0);
  });

  test("sleeps, 10 s at most at a time, until a clock that cannot be moved is there", async () => {
    const { chip, timer, ask } = await connected({ ...exampleDescriptor, features: [] });
    let reached: number | undefined;
    const waiting = chip.waitUntil(100).then((seconds) => {
      reached = seconds;
    });
    await settled();
    for (const [passed, seconds] of [
      [60, 60],
      [39, 99],
      [1, 100.5],
    ] as const) {
      expect(reached).toBeUndefined();
      ask(`EMUL:TIME? ${seconds}`);
      timer.advance(passed);
      await settled();
    }
    await waiting;
    expect(reached).toBe(100.5);
  });

  test("is gone once it is closed", async () => {
    const { chip } = await connected();
    await chip.close();
    await expect(chip.now()).rejects.toMatchObject(labError("LINK_LOST"));
  });
});

/** A board of text: opens like ours, then answers each message with what the test gives. */
async function scripted(
  answers: Readonly<Record<string, string>>,
  descriptor: Descriptor = exampleDescriptor,
): Promise<RemoteChip> {
  const json = JSON.stringify(descriptor);
  const all: Readonly<Record<string, string>> = {
    "*IDN?": "Example Lab,PCM-16,0042,2.1.0",
    "SYSTem:DESCriptor?": `0,#4${String(json.length).padStart(4, "0")}${json}`,
    "SYSTem:OPERation:LAST?": "0,1,0",
    ...answers,
  };
  const transport = scriptedTransport((written) => {
    const answer = all[written.trim().split(" ")[0] ?? ""];
    return answer === undefined ? undefined : `${answer}\n`;
  });
  return openRemoteChip(transport, new VirtualTimer());
}

describe("a board that answers wrongly", () => {
  test.each([
    ["too few codes", "0,0,0,300,0,#14abcd"],
    ["too many codes", "0,0,0,300,0,#210abcdefghij"],
    ["half a code", "0,0,0,300,0,#17abcdefg"],
    ["no block", "0,0,0,300,0,1"],
    ["a field too many", "0,0,0,300,0,#18abcdefgh,1"],
    ["nothing but the status", "0"],
    ["a refusal without text", "-222"],
    ["words", "hello"],
    ["an empty line", ""],
    ["a negative time", "0,-1,0,300,0,#18abcdefgh"],
  ])("to a read, %s, is BAD_REPLY", async (_, answer) => {
    const chip = await scripted({ "ARRay:READ?": answer });
    await expect(chip.read(square, options)).rejects.toMatchObject(labError("BAD_REPLY"));
  });

  test.each([
    ["another operation id", "0,2,2,0,1"],
    ["another number of pulses", "0,1,3,0,1"],
    ["a field too few", "0,1,2,0"],
  ])("to a pulse, %s, is BAD_REPLY", async (_, answer) => {
    const chip = await scripted({ "ARRay:PULSe?": answer });
    await expect(chip.pulse(square, onePulse)).rejects.toMatchObject(labError("BAD_REPLY"));
  });

  test.each([
    [
      "too few outputs",
      "0,0,0,300,0,#16abcdef",
      /sent 3 outputs where 4 were asked for unit cells, rows 1\.\.2/,
    ],
    ["too many outputs", "0,0,0,300,0,#210abcdefghij", /5 outputs where 4/],
    ["half an output", "0,0,0,300,0,#17abcdefg", /no multiple of 2/],
    [
      "bytes in the wrong order",
      "0,0,0,300,0,#18\x00\x01\x00\x01\x7f\x00\x00\x7f",
      /output 3 of 32512, beyond ±508/,
    ],
    ["a code below the lowest", "0,0,0,300,0,#18\x00\x00\x00\x00\x03\xfe\x00\x00", /output 2 of -509/],
    ["no block", "0,0,0,300,0,1", /must be a block/],
    ["a field too few", "0,0,0,300,#18abcdefgh", /must be a number/],
    ["a field too many", "0,0,0,300,0,#18\x00\x00\x00\x00\x00\x00\x00\x00,1", /too many/],
  ])("to an MVM, %s, is BAD_REPLY", async (_, answer, message) => {
    const chip = await scripted({ "ARRay:MVM?": answer }, mvmDescriptor);
    await expect(chip.mvm(twoVectors)).rejects.toMatchObject({
      ...labError("BAD_REPLY"),
      message: expect.stringMatching(message),
    });
  });

  test("with a refusal that would move the cursor of a terminal is printed tamely", async () => {
    const chip = await scripted({ "CHIP:TIME?": '-310,"System error;\x1b[2J"' });
    await expect(chip.now()).rejects.toMatchObject({
      ...labError("REFUSED"),
      message: 'script refused CHIP:TIME? -310, "System error;·[2J"',
    });
  });
});

describe("something that is not our board", () => {
  const descriptorOf = (json: string) => ({
    "SYSTem:DESCriptor?": `0,#4${String(json.length).padStart(4, "0")}${json}`,
  });

  test.each<[string, Record<string, string>, string, RegExp]>([
    ["a refusal", { "SYSTem:DESCriptor?": '-113,"Undefined header"' }, "NOT_OURS", /does not speak/],
    ["words", { "SYSTem:DESCriptor?": "ERROR 5" }, "NOT_OURS", /does not speak/],
    ["no JSON", descriptorOf("{oops"), "NOT_OURS", /not JSON/],
    ["JSON of something else", descriptorOf('{"protocol":"1.0"}'), "NOT_OURS", /wrong at manufacturer/],
    [
      "a board of the future",
      descriptorOf(JSON.stringify({ ...exampleDescriptor, protocol: "2.0" })),
      "NOT_OURS",
      /speaks protocol 2\.0, this program 1\.x/,
    ],
    ["a board that is taken", { "*IDN?": "BUSY,another program,0,0" }, "PORT_BUSY", /taken/],
  ])("%s", async (_, answers, code, message) => {
    await expect(scripted(answers)).rejects.toMatchObject({
      ...labError(code),
      message: expect.stringMatching(message),
      next: expect.stringMatching(/./),
    });
  });

  test("a later minor version and unknown fields are ours", async () => {
    const json = JSON.stringify({ ...exampleDescriptor, protocol: "1.7", colour: "blue" });
    expect((await scripted(descriptorOf(json))).descriptor.protocol).toBe("1.7");
  });

  test("an instrument that knows *IDN? only is named after 5 s, and let go", async () => {
    const timer = new VirtualTimer();
    const transport = scriptedTransport((written) => (written === "*IDN?\n" ? "ACME,DMM,1,2\n" : undefined));
    const opening = openRemoteChip(transport, timer).catch((failure: unknown) => failure);
    await settled();
    timer.advance(5);
    expect(await opening).toMatchObject({
      ...labError("NO_ANSWER"),
      message: expect.stringContaining("ACME,DMM,1,2"),
    });
    expect(transport.isClosed).toBe(true);
  });

  test("another instrument than the one that is looked for is asked nothing but *IDN?", async () => {
    const asked: string[] = [];
    const transport = scriptedTransport((written) => {
      asked.push(written);
      return "ACME,DMM,1,2\n";
    });
    const opening = openRemoteChip(transport, new VirtualTimer(), "ACME,DMM,2,2");
    await expect(opening).rejects.toBeInstanceOf(AnotherBoard);
    expect(asked).toEqual(["*IDN?\n"]);
    expect(transport.isClosed).toBe(true);
  });

  test("silence is NO_ANSWER after 5 s", async () => {
    const timer = new VirtualTimer();
    const opening = openRemoteChip(scriptedTransport(), timer).catch((failure: unknown) => failure);
    await settled();
    timer.advance(5);
    expect(await opening).toMatchObject(labError("NO_ANSWER"));
    expect(timer.waiting).toBe(0);
  });
});
