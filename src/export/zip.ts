/**
 * A ZIP archive written member by member, each in pieces, so that none has to fit into memory. All lengths are of 64 bits
 * (PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3), since a campaign can be larger than 4 GiB.
 */

import { constants, crc32, deflateRawSync } from "node:zlib";
import { bytesOf, concatBytes } from "../core/bytes.ts";
import type { WholeFile } from "./whole-file.ts";

interface Member {
  readonly name: Uint8Array;
  readonly place: number;
  crc32: number;
  compressed: number;
  plain: number;
}

/** 1980-01-01, the earliest that the format knows: the same content gives the same archive. */
const noTime = 0;
const noDate = (1 << 5) | 1;
const zip64Version = 45;
const deflated = 8;
const in64Bits = 0xffffffff;

export class ZipWriter {
  readonly #file: WholeFile;
  readonly #members: Member[] = [];

  constructor(file: WholeFile) {
    this.#file = file;
  }

  /** Begins a member; the one before is complete. @param name in ASCII. */
  begin(name: string): void {
    this.#end();
    const member = { name: bytesOf(name), place: this.#file.bytes, crc32: 0, compressed: 0, plain: 0 };
    this.#members.push(member);
    this.#file.write(localHeader(member));
  }

  /** @throws RangeError before any member has begun. */
  write(bytes: Uint8Array): void {
    const member = this.#current();
    member.crc32 = crc32(bytes, member.crc32);
    member.plain += bytes.length;
    // Each piece ends on a whole byte and knows nothing of those before, so that one after the other they are one stream.
    this.#compressed(member, deflateRawSync(bytes, { level: 1, finishFlush: constants.Z_FULL_FLUSH }));
  }

  /** Writes the directory; nothing can be added after it. */
  finish(): void {
    this.#end();
    const place = this.#file.bytes;
    for (const member of this.#members) this.#file.write(directoryEntry(member));
    this.#file.write(endOfDirectory(this.#members.length, place, this.#file.bytes - place));
  }

  #current(): Member {
    const member = this.#members.at(-1);
    if (member === undefined) throw new RangeError("no member of the archive has begun");
    return member;
  }

  #end(): void {
    const member = this.#members.at(-1);
    if (member === undefined) return;
    this.#compressed(member, deflateRawSync(new Uint8Array()));
    this.#file.writeAt(localHeader(member), member.place);
  }

  #compressed(member: Member, bytes: Uint8Array): void {
    member.compressed += bytes.length;
    this.#file.write(bytes);
  }
}

const localHeader = (member: Member): Uint8Array =>
  concatBytes([
    fields([4, 0x04034b50], ...common(member), [2, 20]),
    member.name,
    fields([2, 1], [2, 16], [8, member.plain], [8, member.compressed]),
  ]);

const directoryEntry = (member: Member): Uint8Array =>
  concatBytes([
    fields(
      [4, 0x02014b50],
      [2, zip64Version],
      ...common(member),
      [2, 28],
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, in64Bits],
    ),
    member.name,
    fields([2, 1], [2, 24], [8, member.plain], [8, member.compressed], [8, member.place]),
  ]);

type Field = readonly [bytes: 2 | 4 | 8, value: number];

/** From "version needed" to "file name length". */
const common = ({ name, crc32 }: Member): readonly Field[] => [
  [2, zip64Version],
  [2, 0],
  [2, deflated],
  [2, noTime],
  [2, noDate],
  [4, crc32],
  [4, in64Bits],
  [4, in64Bits],
  [2, name.length],
];

/** The record of 64 bits, where to find it, and the old record that says to look there. */
const endOfDirectory = (members: number, place: number, bytes: number): Uint8Array =>
  concatBytes([
    fields([4, 0x06064b50], [8, 44], [2, zip64Version], [2, zip64Version], [4, 0], [4, 0]),
    fields([8, members], [8, members], [8, bytes], [8, place]),
    fields([4, 0x07064b50], [4, 0], [8, place + bytes], [4, 1]),
    fields([4, 0x06054b50], [2, 0], [2, 0], [2, 0xffff], [2, 0xffff], [4, in64Bits], [4, in64Bits], [2, 0]),
  ]);

/** Little-endian, one after the other. */
function fields(...all: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(all.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of all) {
    if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return bytes;
}
