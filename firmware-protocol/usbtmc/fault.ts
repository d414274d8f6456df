/** Bytes that USBTMC does not allow; the message names the field, the value and what is allowed. */

export class UsbtmcFault extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = "UsbtmcFault";
  }
}

/** @throws UsbtmcFault unless there are exactly `length` bytes. */
export function expectLength(bytes: Uint8Array, length: number, what: string): void {
  if (bytes.length !== length) throw new UsbtmcFault(`${what} has ${bytes.length} bytes, ${length} expected`);
}

/** @throws UsbtmcFault unless all of them are 0. */
export function expectZeros(bytes: Uint8Array, start: number, end: number, what: string): void {
  const at = bytes.subarray(start, end).findIndex((byte) => byte !== 0);
  if (at >= 0) throw new UsbtmcFault(`reserved byte ${start + at} of ${what} is ${bytes[start + at]}, not 0`);
}
