/** What changed between two byte strings of one length: runs of new bytes, each after its place and its length, 32 bits little-endian. */

const headBytes = 8;

/** Runs with fewer equal bytes between them are one: a head costs as much. */
const patchableGap = headBytes;

/** @throws RangeError for strings of different lengths. */
export function patchOf(before: Uint8Array, after: Uint8Array): Uint8Array {
  if (before.length !== after.length)
    throw new RangeError(`${after.length} bytes are no change of ${before.length}`);
  const runs = changedRuns(before, after);
  const patch = new Uint8Array(runs.reduce((sum, [start, end]) => sum + headBytes + end - start, 0));
  const view = new DataView(patch.buffer);
  let at = 0;
  for (const [start, end] of runs) {
    view.setUint32(at, start, true);
    view.setUint32(at + 4, end - start, true);
    patch.set(after.subarray(start, end), at + headBytes);
    at += headBytes + end - start;
  }
  return patch;
}

/** @throws RangeError for a patch that is not of such a string. */
export function patched(before: Uint8Array, patch: Uint8Array): Uint8Array {
  const after = new Uint8Array(before);
  const view = new DataView(patch.buffer, patch.byteOffset, patch.length);
  for (let at = 0; at < patch.length; ) {
    const start = view.getUint32(at, true);
    const length = view.getUint32(at + 4, true);
    const bytes = patch.subarray(at + headBytes, at + headBytes + length);
    if (bytes.length < length) throw new RangeError("the patch is truncated");
    after.set(bytes, start);
    at += headBytes + length;
  }
  return after;
}

/** First and last but one, in order. */
function changedRuns(before: Uint8Array, after: Uint8Array): (readonly [number, number])[] {
  const runs: (readonly [number, number])[] = [];
  const [wordsBefore, wordsAfter] = [wordsOf(before), wordsOf(after)];
  let start = -1;
  let end = -1;
  for (let n = 0; n < after.length; n++) {
    while (n % 4 === 0 && n / 4 < wordsAfter.length && wordsBefore[n / 4] === wordsAfter[n / 4]) n += 4;
    if (n >= after.length || before[n] === after[n]) continue;
    if (start >= 0 && n - end >= patchableGap) {
      runs.push([start, end]);
      start = n;
    } else if (start < 0) start = n;
    end = n + 1;
  }
  if (start >= 0) runs.push([start, end]);
  return runs;
}

/** Nearly all bytes are equal, and four at a time are compared as quickly as one. */
const wordsOf = (bytes: Uint8Array): Uint32Array =>
  bytes.byteOffset % 4 === 0
    ? new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4))
    : wordsOf(bytes.slice());
