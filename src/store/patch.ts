/** What changed between two byte strings of one length: runs of new bytes, each after its place and its length, 32 bits little-endian. */

const headBytes = 8;

/** Runs with fewer equal bytes between them are one: a head costs as much. */
const patchableGap = headBytes;

/**
 * Of strings in pieces, which follow each other without a gap.
 * @throws RangeError for pieces of different lengths.
 */
export function patchOf(before: readonly Uint8Array[], after: readonly Uint8Array[]): Uint8Array {
  let offset = 0;
  const runs = after.flatMap((piece, index) => {
    const old = before[index];
    if (before.length !== after.length || old?.length !== piece.length)
      throw new RangeError(`${piece.length} bytes are no change of ${old?.length}`);
    const first = offset;
    offset += piece.length;
    return changedRuns(old, piece).map(([start, end]): Run => [first + start, piece.subarray(start, end)]);
  });
  const patch = new Uint8Array(runs.reduce((sum, [, bytes]) => sum + headBytes + bytes.length, 0));
  const view = new DataView(patch.buffer);
  let at = 0;
  for (const [start, bytes] of runs) {
    view.setUint32(at, start, true);
    view.setUint32(at + 4, bytes.length, true);
    patch.set(bytes, at + headBytes);
    at += headBytes + bytes.length;
  }
  return patch;
}

/** A place in the string, and what it has from there on. */
type Run = readonly [number, Uint8Array];

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
  const [wholeBefore, wholeAfter] = [bufferOver(before), bufferOver(after)];
  let start = -1;
  let end = -1;
  for (let block = 0; block < after.length; block += blockBytes) {
    const last = Math.min(block + blockBytes, after.length);
    if (wholeAfter.compare(wholeBefore, block, last, block, last) === 0) continue;
    for (let n = block; n < last; n++) {
      if (before[n] === after[n]) continue;
      if (start < 0) start = n;
      else if (n - end >= patchableGap) {
        runs.push([start, end]);
        start = n;
      }
      end = n + 1;
    }
  }
  if (start >= 0) runs.push([start, end]);
  return runs;
}

/** Most bytes are equal; the system compares so many in the time in which a loop compares a few. */
const blockBytes = 512;

const bufferOver = ({ buffer, byteOffset, length }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, length);
