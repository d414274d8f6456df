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

  /** Devices with the count 0. */
  get withNone(): number {
    return this.#devices.get(0) ?? 0;
  }

  /** Of the devices whose count is above 0. */
  get meanOfOthers(): number {
    return this.withNone === this.#total ? 0 : this.#sum / (this.#total - this.withNone);
  }

  /** The smallest count that such a share of the devices does not exceed, 0 without devices. */
  quantile(share: number): number {
    let devices = 0;
    for (const count of [...this.#devices.keys()].sort((a, b) => a - b)) {
      devices += this.#devices.get(count) ?? 0;
      if (devices >= share * this.#total) return count;
    }
    return 0;
  }

  /** Bins of equal, whole widths from 0 on. @param last counts above it are in one further bin; the largest count unless told. */
  bins(atMost: number, last = this.largest): CountBin[] {
    const width = Math.ceil((last + 1) / atMost);
    const regular = Math.floor(last / width) + 1;
    const bins = new Array<number>(regular).fill(0);
    let above = 0;
    for (const [count, devices] of this.#devices) {
      const bin = Math.floor(count / width);
      if (bin < regular) bins[bin]! += devices;
      else above += devices;
    }
    const within = bins.map((devices, bin) => ({ from: bin * width, to: (bin + 1) * width - 1, devices }));
    return above === 0 ? within : [...within, { from: regular * width, to: this.largest, devices: above }];
  }
}
