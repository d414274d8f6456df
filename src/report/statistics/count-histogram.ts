/** Histogram of whole numbers, such as pulses of a device. */

export interface CountBin {
  /** Inclusive. */
  readonly from: number;
  readonly to: number;
  readonly devices: number;
}

export class CountHistogram {
  readonly #devices = new Map<number, number>();
  #sum = 0;
  #total = 0;

  add(counts: Uint8Array | Uint32Array): void {
    for (const count of counts) {
      this.#devices.set(count, (this.#devices.get(count) ?? 0) + 1);
      this.#sum += count;
    }
    this.#total += counts.length;
  }

  get total(): number {
    return this.#total;
  }

  get mean(): number {
    return this.#total === 0 ? 0 : this.#sum / this.#total;
  }

  get largest(): number {
    return Math.max(0, ...this.#devices.keys());
  }

  /** Bins of equal, whole widths from 0 to the largest count. */
  bins(atMost: number): CountBin[] {
    const width = Math.ceil((this.largest + 1) / atMost);
    const bins = new Array<number>(Math.floor(this.largest / width) + 1).fill(0);
    for (const [count, devices] of this.#devices) bins[Math.floor(count / width)]! += devices;
    return bins.map((devices, index) => ({ from: index * width, to: (index + 1) * width - 1, devices }));
  }
}
