import { describe, expect, test } from "vitest";
import { Firmware, type FirmwareLine } from "../../mocks/firmware/firmware.ts";
import { bytesOf, concatBytes, textOfBytes } from "../../src/core/bytes.ts";
import { bytesOfHex, exchangeFile, exchangeFiles, hexOf } from "../firmware-protocol/golden.ts";
import { fakeArray } from "./fake-array.ts";

/** The errors of the queue, oldest first; asking empties it. */
function queuedErrors(line: FirmwareLine): number[] {
  const errors: number[] = [];
  for (;;) {
    const number = Number.parseInt(textOfBytes(concatBytes(line.receive(bytesOf("SYST:ERR?\n")))), 10);
    if (number === 0) return errors;
    errors.push(number);
  }
}

describe.each(exchangeFiles)("the golden exchanges of %s.json", (file) => {
  const { board, exchanges } = exchangeFile(file);

  test.each(exchanges)("$name, in one piece", ({ sendHex, replyHex, errors }) => {
    const line = new Firmware(fakeArray(board), 1).openLine();
    expect(hexOf(concatBytes(line.receive(bytesOfHex(sendHex))))).toBe(replyHex);
    expect(queuedErrors(line)).toEqual(errors);
  });

  test.each(exchanges)("$name, byte by byte", ({ sendHex, replyHex, errors }) => {
    const line = new Firmware(fakeArray(board), 1).openLine();
    const responses = [...bytesOfHex(sendHex)].flatMap((byte) => line.receive(Uint8Array.of(byte)));
    expect(hexOf(concatBytes(responses))).toBe(replyHex);
    expect(queuedErrors(line)).toEqual(errors);
  });
});
