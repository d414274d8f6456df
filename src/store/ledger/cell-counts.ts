/** A count for every cell of a chip, 32 bits each. */

import type { Region } from "../../chip/region.ts";
import { type Claim, type Located, located } from "./claim.ts";

export interface ArraySize {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
}

export interface Place {
  readonly array: number;
  readonly row: number;
  readonly column: number;
}

/** The largest count that 32 bits hold. */
export const largestCount = 2 ** 32 - 1;

export class CellCounts {
  readonly #arrays: readonly ArraySize[];
  /** By array, row by row; made when a cell of the array is counted first. */
  readonly #counts: (Uint32Array | undefined)[];

  /** No count is larger. */
  #most = 0;

  constructor(arrays: readonly ArraySize[]) {
    this.#arrays = arrays;
    this.#counts = arrays.map(() => undefined);
  }

  copy(): CellCounts {
    const copy = new CellCounts(this.#arrays);
    for (const [array, counts] of this.#counts.entries()) copy.#counts[array] = counts?.slice();
    copy.#most = this.#most;
    return copy;
  }

  /** The cells of a claim in their array. */
  locate(claim: Claim): Located {
    return located(claim, this.#size(claim.region.array).columns);
  }

  /** @param sign -1 takes an earlier claim back. */
  add({ region, cells, each }: Located, sign: 1 | -1 = 1): void {
    const counts = this.#of(region.array);
    const step = sign * each;
    let most = this.#most;
    for (let i = 0; i < cells.length; i++) {
      const count = counts[cells[i]!]! + step;
      counts[cells[i]!] = count;
      if (count > most) most = count;
    }
    this.#most = most;
  }

  /** Adds a count of its own to each cell of a region, row by row. */
  addEach(region: Region, values: Uint16Array): void {
    for (let r = 0; r < region.rows; r++) {
      const counts = this.row(region.array, region.row + r);
      for (let c = 0; c < region.columns; c++) {
        const count = counts[region.column + c]! + values[r * region.columns + c]!;
        counts[region.column + c] = count;
        if (count > this.#most) this.#most = count;
      }
    }
  }

  /** The first chosen cell that would have more than `limit` with this claim, and what it has; undefined when there is none. */
  beyond({ region, cells, each }: Located, limit: number): (Place & { readonly count: number }) | undefined {
    // Counting is for every train, and nearly always far from the limit.
    if (this.#most + each <= limit) return undefined;
    const { array } = region;
    const counts = this.#of(array);
    const worn = cells.find((cell) => counts[cell]! + each > limit);
    if (worn === undefined) return undefined;
    const { columns } = this.#size(array);
    return { array, row: Math.floor(worn / columns), column: worn % columns, count: counts[worn]! };
  }

  /** The counts of one word line. */
  row(array: number, row: number): Uint32Array {
    const { columns } = this.#size(array);
    return this.#of(array).subarray(row * columns, (row + 1) * columns);
  }

  /** @throws RangeError when there are not as many counts as bit lines. */
  setRow(array: number, row: number, counts: Uint32Array): void {
    const own = this.row(array, row);
    if (counts.length !== own.length)
      throw new RangeError(`${counts.length} counts for ${own.length} bit lines`);
    own.set(counts);
    for (let i = 0; i < counts.length; i++) this.#most = Math.max(this.#most, counts[i]!);
  }

  /** Calls back for every cell that was counted. */
  forEach(visit: (count: number, array: number, cell: number) => void): void {
    for (const [array, counts] of this.#counts.entries())
      counts?.forEach((count, cell) => {
        if (count > 0) visit(count, array, cell);
      });
  }

  at({ array, row, column }: Place): number {
    return this.#counts[array]?.[row * this.#size(array).columns + column] ?? 0;
  }

  #of(array: number): Uint32Array {
    const { rows, columns } = this.#size(array);
    const counts = this.#counts[array] ?? new Uint32Array(rows * columns);
    this.#counts[array] = counts;
    return counts;
  }

  #size(array: number): ArraySize {
    const size = this.#arrays[array];
    if (size === undefined) throw new RangeError(`there is no array ${array}`);
    return size;
  }
}
