import { describe, expect, test } from "vitest";
import { decodeResponse } from "../../firmware-protocol/operation/operation.ts";
import { type ReadReply, readRegion } from "../../firmware-protocol/operation/read-region.ts";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { bytesOf, packBits, textOfBytes } from "../../src/core/bytes.ts";
import { askOn, benchOf } from "./bench.ts";

function replyOf(answer: string): ReadReply {
  const outcome = decodeResponse(readRegion, bytesOf(answer));
  if (!outcome.ok) throw new Error(`refused: ${outcome.error}, ${outcome.text}`);
  return outcome.reply;
}

const maskText = (mask: readonly number[]): string => {
  const packed = packBits(Uint8Array.from(mask));
  return `#1${packed.length}${textOfBytes(packed)}`;
};

describe("a read", () => {
  test("answers one sum for each cell with the times of its first and last conversion", () => {
    const { ask } = benchOf();
    const reply = replyOf(ask("ARR:READ? 0,0,0,2,2,5,0.2"));
    expect([...reply.codeSums]).toEqual([5, 10, 15, 20]);
    expect(reply.firstSampleSeconds).toBe(0);
    expect(reply.lastSampleSeconds).toBeCloseTo(19e-6, 12);
    expect(replyOf(ask("ARR:READ? 0,0,0,1,1,1,0.2")).firstSampleSeconds).toBeCloseTo(20e-6, 12);
  });

  test("with a mask answers the chosen cells in order, which alone take time", () => {
    const { ask, array } = benchOf();
    const mask = [0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1];
    const reply = replyOf(ask(`ARR:READ? 0,0,0,4,4,1,0.2,${maskText(mask)}`));
    expect([...reply.codeSums]).toEqual([2, 10, 11, 16]);
    expect([...(array.reads[0]?.options.mask ?? [])]).toEqual(mask);
    expect(ask("CHIP:TIME?")).toBe("0,0.000004");
  });

  test("with an empty mask answers an empty block and takes no time", () => {
    const { ask } = benchOf();
    ask("EMUL:TIME? 5");
    expect(ask("ARR:READ? 0,0,0,1,2,1,0.2,#11\x00")).toBe("0,5,5,300,0,#10");
  });

  test("of a real array gives the masked cells what an unmasked read of them gives, up to its noise", () => {
    const line = new Firmware(createCrossbar(builtinProfile("tiny"), 3), 1).openLine();
    const mask = Array.from({ length: 64 }, (_, n) => (n % 3 === 1 ? 1 : 0));
    const all = replyOf(askOn(line, "ARR:READ? 0,7,0,1,64,16,0.3"));
    const some = replyOf(askOn(line, `ARR:READ? 0,7,0,1,64,16,0.3,${maskText(mask)}`));
    const expected = [...all.codeSums].filter((_, n) => mask[n] === 1);
    expect(some.codeSums.length).toBe(expected.length);
    expected.forEach((sum, n) => {
      expect(Math.abs((some.codeSums[n] ?? 0) - sum)).toBeLessThan(0.1 * sum + 32);
    });
  });

  test.each([
    ["ARR:READ? 0,0,0,4,4,0,0.2", -222],
    ["ARR:READ? 0,0,0,4,4,256,0.2", -222],
    ["ARR:READ? 0,0,0,4,4,1,0.09", -222],
    ["ARR:READ? 0,0,0,4,4,1,0.31", -222],
    ["ARR:READ? 0,0,0,5,1,1,0.2", -222],
    ["ARR:READ? 0,0,4,1,1,1,0.2", -222],
    ["ARR:READ? 1,0,0,1,1,1,0.2", -222],
    ["ARR:READ? 0,0,0,1,9,1,0.2,#11\x01", -161],
    ["ARR:READ? 0,0,0,1,1,1,0.2,7", -104],
  ])("%j is refused and the array not touched", (message, error) => {
    const { ask, array, errors } = benchOf();
    expect(ask(message)).toMatch(new RegExp(`^${error},`));
    expect(errors()).toEqual([error]);
    expect(array.reads).toEqual([]);
  });
});

describe("the chip clock", () => {
  test("moves forward when it is told to, and never back", () => {
    const { ask, errors } = benchOf();
    expect(ask("EMUL:TIME? 86400")).toBe("0,86400");
    expect(ask("EMUL:TIME? 25")).toBe("0,86400");
    expect(ask("EMUL:TIME? -1")).toMatch(/^-222,/);
    expect(ask("EMUL:TIME? 3.3E9")).toMatch(/^-222,/);
    expect(ask("CHIP:TIME?")).toBe("0,86400");
    expect(errors()).toEqual([-222, -222]);
  });

  test("stands still for everything that is no read and no pulse", () => {
    const { ask } = benchOf();
    for (const message of [
      "*IDN?",
      "*RST",
      "*TST?",
      "CHIP:SAFE?",
      "SYST:DESC?",
      "EMUL:TRUT? 0,0,0,4,4",
      "EMUL:WEAR? 0,0,0,4,4",
    ])
      ask(message);
    expect(ask("CHIP:TIME?")).toBe("0,0");
  });
});

test("the answer keys of an emulator refuse what is not on the chip", () => {
  const { ask } = benchOf();
  expect(ask("EMUL:TRUT? 0,0,0,1,1")).toBe("0,#14\x00\x00\x80\x37");
  expect(ask("EMUL:TRUT? 0,0,0,5,1")).toMatch(/^-222,/);
  expect(ask("EMUL:WEAR? 0,0,0,5,1")).toMatch(/^-222,/);
});
