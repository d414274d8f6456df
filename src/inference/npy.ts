/** Arrays of NumPy's .npy format, versions 1 to 3 (numpy.lib.format): whole numbers in C order, as images and labels are. */

import { LabError } from "../core/errors.ts";

export interface NpyArray {
  readonly shape: readonly number[];
  /** In C order. */
  readonly values: Uint8Array | Int32Array;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

export const isNpy = (bytes: Uint8Array): boolean => magic.every((byte, at) => bytes[at] === byte);

/** @throws LabError BAD_DATA for other element types, Fortran order, and data that do not fit the header. */
export function decodeNpy(bytes: Uint8Array, name: string): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // One byte of major version, one of minor; the length of the header is 16 bits in version 1 and 32 bits since.
  const [lengthBytes, start] = bytes[6] === 1 ? [2, 10] : [4, 12];
  if (!isNpy(bytes) || bytes.length < start) throw notNpy(name, "it has no header");
  const headerBytes = lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + headerBytes > bytes.length) throw notNpy(name, "its header is cut off");
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, start + headerBytes));
  const type = /'descr'\s*:\s*'([^']+)'/.exec(header)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(header)?.[1]?.match(/\d+/g)?.map(Number);
  if (type === undefined || shape === undefined || shape.length === 0)
    throw notNpy(name, "its header names no element type and no shape");
  if (!/'fortran_order'\s*:\s*False/.test(header)) throw notNpy(name, "it is in Fortran order");
  return { shape, values: valuesOf(new Uint8Array(bytes.subarray(start + headerBytes)), type, shape, name) };
}

function valuesOf(
  data: Uint8Array,
  type: string,
  shape: readonly number[],
  name: string,
): Uint8Array | Int32Array {
  const kind = kinds[type.replace(/^[|<=]/, "")];
  if (kind === undefined || (type.startsWith(">") && kind.bytes > 1))
    throw notNpy(name, `its elements are ${type}, not whole numbers in little-endian order`);
  const count = shape.reduce((product, size) => product * size, 1);
  if (data.length !== count * kind.bytes)
    throw notNpy(name, `${data.length} bytes are not ${shape.join(" x ")} elements of ${kind.bytes} bytes`);
  if (type.endsWith("u1")) return data;
  const view = new DataView(data.buffer);
  return Int32Array.from({ length: count }, (_, n) => kind.at(view, n * kind.bytes));
}

interface Kind {
  readonly bytes: number;
  at(view: DataView, place: number): number;
}

const kinds: Readonly<Record<string, Kind>> = {
  u1: { bytes: 1, at: (view, place) => view.getUint8(place) },
  i1: { bytes: 1, at: (view, place) => view.getInt8(place) },
  u2: { bytes: 2, at: (view, place) => view.getUint16(place, true) },
  i2: { bytes: 2, at: (view, place) => view.getInt16(place, true) },
  u4: { bytes: 4, at: (view, place) => view.getUint32(place, true) },
  i4: { bytes: 4, at: (view, place) => view.getInt32(place, true) },
  u8: { bytes: 8, at: (view, place) => Number(view.getBigUint64(place, true)) },
  i8: { bytes: 8, at: (view, place) => Number(view.getBigInt64(place, true)) },
};

const notNpy = (name: string, why: string): LabError =>
  new LabError("BAD_DATA", `${name}: ${why}`, {
    next: "save images as uint8 with numpy.save, of shape (images, height, width, channels), and labels as integers",
  });
