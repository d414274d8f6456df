/**
 * CRC-32C (Castagnoli 1993; iSCSI, RFC 3720 appendix B.4): reflected polynomial 0x82F63B78, initial value and final XOR
 * 0xFFFFFFFF. The check value of "123456789" is 0xE3069283. Up to 5,243 bits of data every error of up to 5 bits is found, beyond
 * that, as far as frames go, every one of up to 3 (P. Koopman, DSN 2002), and every burst of up to 32 bits.
 */

const polynomial = 0x82f63b78;
const slices = 8;

/** Table k gives the effect of one byte that k more bytes follow (Kounavis and Berry 2005, slicing-by-8). */
const tables: readonly Uint32Array[] = slicedTables();
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as readonly [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
];

/** The checksum of bytes `start` to `end` as an unsigned number. A firmware without room for 8 KiB of tables uses the first one alone. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  if (start < 0 || end > bytes.length) throw new RangeError("the checksum reaches beyond the bytes");
  const aligned = Math.min(end, start + (-(bytes.byteOffset + start) & 3));
  const wordsEnd = littleEndianHost ? aligned + ((end - aligned) & -slices) : aligned;
  let crc = byBytes(0xffffffff, bytes, start, aligned);
  if (wordsEnd > aligned) crc = byWords(crc, wordsOf(bytes, aligned, wordsEnd));
  return (byBytes(crc, bytes, wordsEnd, end) ^ 0xffffffff) >>> 0;
}

const littleEndianHost = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

const wordsOf = (bytes: Uint8Array, start: number, end: number): Uint32Array =>
  new Uint32Array(bytes.buffer, bytes.byteOffset + start, (end - start) >> 2);

function byBytes(before: number, bytes: Uint8Array, start: number, end: number): number {
  let crc = before;
  for (let at = start; at < end; at++) crc = t0[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return crc;
}

/** Words in the order of a little-endian machine, an even number of them. */
function byWords(before: number, words: Uint32Array): number {
  let crc = before;
  for (let at = 0; at < words.length; at += 2) {
    const first = crc ^ words[at]!;
    const second = words[at + 1]!;
    crc =
      t7[first & 0xff]! ^
      t6[(first >>> 8) & 0xff]! ^
      t5[(first >>> 16) & 0xff]! ^
      t4[first >>> 24]! ^
      t3[second & 0xff]! ^
      t2[(second >>> 8) & 0xff]! ^
      t1[(second >>> 16) & 0xff]! ^
      t0[second >>> 24]!;
  }
  return crc;
}

function slicedTables(): Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => shifted(byte));
  const all = [first];
  for (let slice = 1; slice < slices; slice++) {
    const before = all[slice - 1] ?? first;
    all.push(Uint32Array.from(before, (value) => first[value & 0xff]! ^ (value >>> 8)));
  }
  return all;
}

function shifted(byte: number): number {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  return crc >>> 0;
}
