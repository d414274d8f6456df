/** A cable in a bad place: bits are flipped at a rate, in both directions, by seed. */

import type { Prng } from "../../src/core/prng.ts";
import type { LineServer } from "./pty-host.ts";

/** @param bitErrors probability that a bit is flipped, above 0 and below 1. */
export function noisy(serve: LineServer, bitErrors: number, prng: Prng): LineServer {
  const disturbed = disturber(bitErrors, prng);
  return (board, timer, write) => {
    const line = serve(board, timer, (bytes) => write(disturbed(bytes)));
    return { receive: (chunk) => line.receive(disturbed(chunk)), stop: () => line.stop() };
  };
}

/** Draws the gap to the next flipped bit, not each bit. */
function disturber(bitErrors: number, prng: Prng): (bytes: Uint8Array) => Uint8Array {
  const gap = (): number => Math.ceil(Math.log(1 - prng.uniform()) / Math.log1p(-bitErrors));
  let next = gap();
  return (bytes) => {
    const copy = bytes.slice();
    for (; next < 8 * copy.length; next += gap()) copy[next >> 3]! ^= 1 << (next & 7);
    next -= 8 * copy.length;
    return copy;
  };
}
