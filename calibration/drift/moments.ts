/** Mean and variance in one pass (Welford, Technometrics 4 (1962) 419). */

/** NaN without values; the variance with fewer than two. */
export class Moments {
  count = 0;
  #mean = 0;
  #squares = 0;

  add(value: number): void {
    this.count += 1;
    const away = value - this.#mean;
    this.#mean += away / this.count;
    this.#squares += away * (value - this.#mean);
  }

  get mean(): number {
    return this.count === 0 ? Number.NaN : this.#mean;
  }

  get variance(): number {
    return this.count < 2 ? Number.NaN : this.#squares / (this.count - 1);
  }
}
