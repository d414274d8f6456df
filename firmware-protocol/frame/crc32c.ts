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
  let crc = 0xffffffff;
  let at = start;
  for (const last = end - slices; at <= last; at += slices) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      t7[crc & 0xff]! ^
      t6[(crc >>> 8) & 0xff]! ^
      t5[(crc >>> 16) & 0xff]! ^
      t4[crc >>> 24]! ^
      t3[bytes[at + 4]!]! ^
      t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!;
  }
  for (; at < end; at++) crc = t0[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
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
