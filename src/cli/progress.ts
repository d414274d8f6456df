/** One line of progress with rate and time left: rewritten on a terminal, repeated now and then in a log file. */

import type { Clock } from "../core/clock.ts";
import { formatDuration } from "../core/units.ts";

export interface ProgressOptions {
  readonly what: string;
  readonly unit: string;
  readonly total: number;
  readonly clock: Clock;
  readonly write: (text: string) => void;
  /** True on a terminal, where a line can be written over. */
  readonly overwrite: boolean;
}

const terminalSeconds = 0.2;
const logSeconds = 10;
const clearLine = "\r\u001b[K";

export class Progress {
  readonly #options: ProgressOptions;
  readonly #startSeconds: number;
  #shownSeconds: number;
  #done = 0;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#startSeconds = options.clock.monotonicSeconds();
    this.#shownSeconds = this.#startSeconds;
  }

  advance(units: number): void {
    this.#done += units;
    const { clock, overwrite, write } = this.#options;
    const now = clock.monotonicSeconds();
    if (now - this.#shownSeconds < (overwrite ? terminalSeconds : logSeconds)) return;
    this.#shownSeconds = now;
    write(overwrite ? clearLine + this.#line(now) : `${this.#line(now)}\n`);
  }

  /** Leaves one line that says how long it took. */
  end(): void {
    const { what, unit, clock, overwrite, write } = this.#options;
    const took = formatDuration(clock.monotonicSeconds() - this.#startSeconds);
    write(`${overwrite ? clearLine : ""}${what}: ${this.#done.toLocaleString("en")} ${unit} in ${took}\n`);
  }

  #line(now: number): string {
    const { what, unit, total } = this.#options;
    const rate = this.#done / Math.max(now - this.#startSeconds, 1e-3);
    const left = rate > 0 ? formatDuration((total - this.#done) / rate) : "unknown";
    const percent = Math.floor((100 * this.#done) / total);
    return `${what}: ${percent} %, ${Math.round(rate).toLocaleString("en")} ${unit}/s, ${left} left`;
  }
}
