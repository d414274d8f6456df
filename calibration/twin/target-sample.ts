/** Some of the targets of a level, evenly chosen, however many there are. */

const mostTargets = 256;

export class TargetSample {
  #kept: number[] = [];
  #seen = 0;
  #stride = 1;

  /** @param siemens S. Every so many-th is kept; with too many of them, every second is let go. */
  add(siemens: number): void {
    if (this.#seen++ % this.#stride !== 0) return;
    this.#kept.push(siemens);
    if (this.#kept.length < mostTargets) return;
    this.#kept = this.#kept.filter((_, index) => index % 2 === 0);
    this.#stride *= 2;
  }

  values(): Float32Array {
    return Float32Array.from(this.#kept);
  }
}
