import { describe, expect, test } from "vitest";
import { requestMessage } from "../../firmware-protocol/operation/operation.ts";
import { programResult } from "../../firmware-protocol/operation/program-result.ts";
import {
  type ProgramVerifyRequest,
  programVerify,
} from "../../firmware-protocol/operation/program-verify.ts";
import type { ChipArray } from "../../mocks/firmware/chip-array.ts";
import { followingClock } from "../../mocks/firmware/chip-clock.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import type { Envelope } from "../../src/chip/envelope.ts";
import { textOfBytes } from "../../src/core/bytes.ts";
import { bytesOfHex, hexOf, operationFile } from "../firmware-protocol/golden.ts";
import { fakeArray, mvmDescriptor } from "./fake-array.ts";

const order: ProgramVerifyRequest = {
  operationId: 1,
  region: { array: 0, row: 0, column: 0, rows: 2, columns: 2 },
  averages: 1,
  readVolts: 0.2,
  marginSum: 0,
  zeroSum: 0,
  zeroMarginSum: 0,
  maxIterations: 4,
  maxResets: 4,
  stuckSum: 0,
  stuckShare: 0,
  stuckIterations: 255,
  widthNanoseconds: 1000,
  startCode: 1000,
  minCode: 500,
  maxCode: 3000,
  codesPerSum: 10,
  resetCode: 3000,
  resetNanoseconds: 50,
  mask: Uint8Array.of(1, 1, 1, 1),
  targetSums: Uint16Array.of(0, 2, 53, 4),
  preparation: [{ amplitudeCode: 3000, widthNanoseconds: 50, trailingNanoseconds: 0 }],
};

function boardOf(array: ChipArray, start: ConstructorParameters<typeof Firmware>[2] = {}) {
  const line = new Firmware(array, 1, start).openLine();
  const ask = (text: string): string =>
    line
      .receive(new TextEncoder().encode(`${text}\n`))
      .map((reply) => textOfBytes(reply).trim())
      .join(" ");
  const begin = (change: Partial<ProgramVerifyRequest> = {}): string =>
    textOfBytes(line.receive(requestMessage(programVerify, { ...order, ...change }))[0]!).trim();
  const progress = (id = 1): number[] => ask(`PROG:PROG? ${id}`).split(",").map(Number);
  const result = (id = 1) => {
    const [reply] = line.receive(requestMessage(programResult, { operationId: id }));
    return textOfBytes(reply!);
  };
  return { line, ask, begin, progress, result };
}

/** One exchange after the other on one board, in the order in which they were made. */
test("the golden vectors are the exchanges of one board", () => {
  const { line, ask } = boardOf(fakeArray(mvmDescriptor));
  ask("EMUL:TIME? 12.5");
  const vectorsOf = (file: string) =>
    new Map(operationFile(file).vectors.map((vector) => [vector.name, vector]));
  const files = {
    verify: vectorsOf("program-verify"),
    progress: vectorsOf("program-progress"),
    abort: vectorsOf("program-abort"),
    result: vectorsOf("program-result"),
  };
  const exchange = (file: keyof typeof files, name: string): void => {
    const vector = files[file].get(name)!;
    expect(line.receive(bytesOfHex(vector.requestHex)).map(hexOf), name).toEqual([vector.replyHex]);
  };
  for (const name of ["three-of-four", "the-same-again", "one-is-running"]) exchange("verify", name);
  exchange("progress", "one-of-three-done");
  exchange("result", "too-early");
  for (let n = 0; n < 3; n++) ask("PROG:PROG? 7");
  exchange("progress", "finished");
  exchange("result", "three-of-four");
  exchange("abort", "ended-already");
  exchange("progress", "another-id");
  for (const name of ["target-beyond-the-converter", "start-below-the-least", "without-preparation"])
    exchange("verify", name);
  exchange("abort", "while-it-runs");
  exchange("result", "aborted");
});

describe("a run of the board", () => {
  test("moves the amplitude with the error, unrounded, within its bounds", () => {
    const array = fakeArray(mvmDescriptor);
    const { begin, progress } = boardOf(array);
    begin({
      codesPerSum: 0.3,
      startCode: 501,
      mask: Uint8Array.of(0, 0, 1, 0),
      targetSums: Uint16Array.of(0, 0, 5, 0),
    });
    while (progress()[2] === 0);
    const codes = array.trains.flatMap(({ train }) =>
      train.kind === "per-cell" ? [train.amplitudeCodes[2]] : [],
    );
    // It reads 3: 501 - 0.6, 501 - 1.2, then the least.
    expect(codes).toEqual([500, 500, 500, 500]);
    const up = fakeArray(mvmDescriptor);
    const other = boardOf(up);
    other.begin({
      codesPerSum: 0.75,
      mask: Uint8Array.of(0, 0, 1, 0),
      targetSums: Uint16Array.of(0, 0, 1, 0),
    });
    while (other.progress()[2] === 0);
    const rising = up.trains.flatMap(({ train }) =>
      train.kind === "per-cell" ? [train.amplitudeCodes[2]] : [],
    );
    expect(rising).toEqual([1002, 1003, 1005, 1006]);
  });

  test("reads after its last pulse, and pulses no cell that is done", () => {
    const array = fakeArray(mvmDescriptor);
    const { begin, progress } = boardOf(array);
    begin();
    while (progress()[2] === 0);
    // Cells 1 and 3 read 2 and 4, which is what they are meant to.
    const later = array.trains.slice(2);
    for (const { train } of later) {
      const chosen = train.kind === "per-cell" ? train.amplitudeCodes : train.mask;
      expect([chosen[1], chosen[3]]).toEqual([0, 0]);
    }
    const masks = array.reads.map(({ options }) => [...(options.mask ?? [])]);
    expect(masks[0]).toEqual([1, 1, 1, 1]);
    expect(masks.at(-1)).toEqual([1, 0, 1, 0]);
  });

  test.each([
    ["near its target is exhausted", 5, 1],
    ["far from its target is stuck", 53, 2],
  ])("a cell that never moves and is %s", (_, target, outcome) => {
    const { begin, progress, result } = boardOf(fakeArray(mvmDescriptor));
    // It reads 3, and readings within 3 count as still.
    begin({
      stuckSum: 3,
      stuckIterations: 2,
      mask: Uint8Array.of(0, 0, 1, 0),
      targetSums: Uint16Array.of(0, 0, target, 0),
    });
    while (progress()[2] === 0);
    expect(result()).toContain(`,#11${String.fromCharCode(outcome)},`);
  });

  test("passes with the time that is skipped", () => {
    const { ask, begin, progress } = boardOf(fakeArray(mvmDescriptor));
    begin();
    ask("EMUL:TIME? 1");
    expect(progress()).toMatchObject([0, 1, 1, 4, 4, 5, 12, 1]);
  });

  test("follows a clock that goes on by itself, and takes its own time", () => {
    let seconds = 10;
    const following = { monotonicSeconds: () => seconds, wallSeconds: () => 0 };
    const array = fakeArray(mvmDescriptor);
    const { begin, progress } = boardOf(array, { clock: followingClock(following, 1) });
    begin();
    expect(progress()[5]).toBe(0);
    seconds += 1e-6;
    // The first round takes four pulses of a millisecond and is over in the emulator before its time.
    expect(progress()[5]).toBe(1);
    expect(progress()[5]).toBe(1);
    seconds += 1;
    expect(progress()[2]).toBe(1);
  });

  test("refuses other uses of cells, and ends at CHIP:SAFE? and *RST", () => {
    for (const end of ["CHIP:SAFE?", "*RST"]) {
      const { ask, begin, progress } = boardOf(fakeArray(mvmDescriptor));
      begin();
      for (const other of ["ARR:READ? 0,0,0,1,1,1,0.2", "ARR:PULS? 2,0,0,0,1,1,50,0,#11\u0001,#12d\u0000"])
        expect(ask(other)).toMatch(/^1003,/);
      expect(ask("CHIP:TEMP?")).toBe("0,300");
      ask(end);
      expect(progress()[2]).toBe(2);
      expect(ask("ARR:READ? 0,0,0,1,1,1,0.2")).toMatch(/^0,/);
    }
  });

  test("is forgotten when the power is lost, and its result then is not known", () => {
    const { progress, ask } = boardOf(fakeArray(mvmDescriptor));
    expect(progress()[0]).toBe(1004);
    expect(ask("PROG:RES? 1")).toMatch(/^1004,/);
  });
});

describe("the envelope", () => {
  const envelope: Envelope = {
    supplyVolts: 3,
    maxPulseJoules: 1e-6,
    maxPulsesPerCell: 1e6,
    maxDuty: 0.001,
    dutySeconds: 0.004,
    minKelvin: 250,
    maxKelvin: 350,
  };
  const guarded = (change: Partial<Envelope>) => {
    const array = fakeArray({ ...mvmDescriptor, envelope: { ...envelope, ...change } });
    return { array, ...boardOf(array) };
  };

  test("is waited for while its duty is used up", () => {
    const { begin, progress } = guarded({});
    begin();
    let told = progress();
    while (told[2] === 0) told = progress();
    expect(told[2]).toBe(1);
    // Eight feedback or RESET pulses of up to 1 us each are 1000 times as much chip time.
    expect(told[7]).toBeGreaterThan(2e-3);
  });

  test("ends a run that would give a cell more pulses than it may get", () => {
    // The silicon of this test counts the trains that it was given as pulses of every cell.
    const { ask, begin, progress, result } = guarded({ maxPulsesPerCell: 4, maxDuty: 1, dutySeconds: 1 });
    begin();
    let told = progress();
    while (told[2] === 0) told = progress();
    expect(told[2]).toBe(3);
    expect(ask("SYST:ERR?")).toMatch(/^-222,.*of 4 pulses/);
    expect(result()).toMatch(/^0,1,3,/);
  });

  test("is kept before the first pulse as well", () => {
    const { array, begin } = guarded({ maxPulseJoules: 1e-12 });
    expect(begin()).toMatch(/^-222,/);
    expect(array.trains).toEqual([]);
  });
});
