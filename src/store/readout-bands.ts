/** The code sums of a region, cut into bands of whole rows with a checksum each. */

import { blobOf, checksum } from "./blob.ts";

export interface CodeBand {
  /** From 0 at the first row. */
  readonly band: number;
  /** Counted from the first row of the region. */
  readonly firstRow: number;
  readonly rows: number;
  /** uint16, little-endian. */
  readonly codeSums: Uint8Array;
  readonly crc32: number;
}

/** A device is found by reading one band, and a band is large enough that its row in the store costs nothing beside it. */
const maxBandBytes = 32_768;

/** Rows of every band but the last, which may have fewer; one where a single row is longer than a band should be. */
export const rowsOfBand = (columns: number): number => Math.max(1, Math.floor(maxBandBytes / (2 * columns)));

/** @param columns bit lines of the region; the sums are row by row. */
export function codeBands(codeSums: Uint16Array, columns: number): CodeBand[] {
  const bandRows = rowsOfBand(columns);
  const rows = codeSums.length / columns;
  return Array.from({ length: Math.ceil(rows / bandRows) }, (_, band) => {
    const firstRow = band * bandRows;
    const lastRow = Math.min(rows, firstRow + bandRows);
    const bytes = blobOf(codeSums.subarray(firstRow * columns, lastRow * columns));
    return { band, firstRow, rows: lastRow - firstRow, codeSums: bytes, crc32: checksum(bytes) };
  });
}
