/** A board on the table: sends it text, gives back its answers as text. */

import { Firmware, type FirmwareLine } from "../../mocks/firmware/firmware.ts";
import { bytesOf, concatBytes, textOfBytes } from "../../src/core/bytes.ts";
import { exampleDescriptor, type FakeArray, fakeArray } from "./fake-array.ts";

export interface Bench {
  readonly array: FakeArray;
  readonly firmware: Firmware;
  readonly line: FirmwareLine;
  /** The answers to one message of Latin-1 text; the terminator is added here and removed from the answer. */
  ask(message: string): string;
  /** The numbers of the queued errors, oldest first. */
  errors(): number[];
}

export function benchOf(array: FakeArray = fakeArray(exampleDescriptor), bootId = 1): Bench {
  const firmware = new Firmware(array, bootId);
  const line = firmware.openLine();
  const ask = (message: string): string => askOn(line, message);
  const errors = (): number[] => {
    const first = Number.parseInt(ask("SYST:ERR?"), 10);
    return first === 0 ? [] : [first, ...errors()];
  };
  return { array, firmware, line, ask, errors };
}

export const askOn = (line: FirmwareLine, message: string): string =>
  textOfBytes(concatBytes(line.receive(bytesOf(`${message}\n`)))).replace(/\n$/, "");
