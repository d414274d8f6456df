/** Magnitudes of very many values in bounded memory: a histogram over the leading bits of their floats. */

/** Exponent and 8 bits of the mantissa: bins of a 256th of their values, 256 KiB in all. */
const droppedBits = 15;
const bins = 2 ** (31 - droppedBits);
const withoutSign = 0x7fff_ffff;

export class Magnitudes {
  readonly #counts = new Uint32Array(bins);
  #count = 0;
  #largestBits = 0;
  #squares = 0;

  /** Values that are not finite are left out. */
  add(values: Float32Array): void {
    const words = new Int32Array(values.buffer, values.byteOffset, values.length);
    for (let k = 0; k < words.length; k++) {
      const bits = words[k]! & withoutSign;
      if (bits >= infinity) continue;
      this.#counts[bits >>> droppedBits]!++;
      this.#count++;
      if (bits > this.#largestBits) this.#largestBits = bits;
      this.#squares += values[k]! * values[k]!;
    }
  }

  /** The largest magnitude; 0 without values. */
  largest(): number {
    return floatOf(this.#largestBits);
  }

  /** Root mean square; 0 without values. */
  rms(): number {
    return this.#count === 0 ? 0 : Math.sqrt(this.#squares / this.#count);
  }

  /** A magnitude that the given part of all values does not exceed: the end of its bin, and never more than the largest. */
  quantile(part: number): number {
    const wanted = part * this.#count;
    let below = 0;
    for (let bin = 0; bin < bins; bin++) {
      below += this.#counts[bin]!;
      if (below >= wanted && below > 0)
        return Math.min(this.largest(), floatOf((bin + 1) * 2 ** droppedBits - 1));
    }
    return 0;
  }
}

const infinity = 0x7f80_0000;

function floatOf(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setInt32(0, bits);
  return view.getFloat32(0);
}
