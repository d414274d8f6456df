/**
 * Consistent overhead byte stuffing (Cheshire and Baker, IEEE/ACM Transactions on Networking 7, 1999): bytes of any value
 * become bytes without 0x00, at the cost of 1 byte and 1 more for every 254. A code byte n stands before n - 1 bytes that are
 * not 0; a 0x00 follows them unless n is 255 or the data end there.
 */

const longestRun = 254;
/** From here on a copy by the engine is quicker than a loop. */
const longCopy = 48;

/** Largest encoded length of so many bytes. */
export const cobsBound = (length: number): number => length + 1 + Math.floor(length / longestRun);

/** Encodes `source` into `target` from `at`, which must have room for `cobsBound`; returns where the encoded bytes end. */
export function cobsEncode(source: Uint8Array, target: Uint8Array, at: number): number {
  if (at + cobsBound(source.length) > target.length) throw new RangeError("no room for the encoded bytes");
  let to = at;
  /** The first 0x00 from where it was last looked for, or the end. */
  let zeroAt = -1;
  for (let from = 0; ; ) {
    const codeAt = to++;
    const runEnd = Math.min(from + longestRun, source.length);
    const lookedAt = Math.min(from + longCopy, runEnd);
    while (from < lookedAt && source[from] !== 0) target[to++] = source[from++]!;
    if (from === lookedAt && from < runEnd) {
      if (zeroAt < from) zeroAt = source.indexOf(0, from);
      if (zeroAt < 0) zeroAt = source.length;
      const end = Math.min(zeroAt, runEnd);
      target.set(source.subarray(from, end), to);
      to += end - from;
      from = end;
    }
    const code = to - codeAt;
    target[codeAt] = code;
    if (from === source.length) return to;
    // A full run says nothing about what follows; any other one stands for the 0x00 behind it.
    if (code <= longestRun) from++;
  }
}

/**
 * Decodes bytes `start` to `end` of `source` into the beginning of `target`, which must have room for as many. Returns the decoded
 * length, or undefined when a code byte is 0 or points beyond the end.
 */
export function cobsDecode(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
): number | undefined {
  if (target.length < end - start) throw new RangeError("no room for the decoded bytes");
  let to = 0;
  for (let at = start; at < end; ) {
    const code = source[at]!;
    const next = at + code;
    if (code === 0 || next > end) return undefined;
    if (code > longCopy) {
      target.set(source.subarray(at + 1, next), to);
      to += code - 1;
    } else for (let from = at + 1; from < next; from++) target[to++] = source[from]!;
    at = next;
    if (code <= longestRun && next < end) target[to++] = 0;
  }
  return to;
}
