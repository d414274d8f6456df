/** A clock and its timer that pass only when a test says so. */

import type { Clock, Timer } from "../../src/core/clock.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";

export class VirtualTime implements Clock, Timer {
  readonly #timer = new VirtualTimer();
  #now = 0;

  monotonicSeconds(): number {
    return this.#now;
  }

  wallSeconds(): number {
    return 1_750_000_000 + this.#now;
  }

  after(seconds: number, call: () => void): () => void {
    return this.#timer.after(seconds, call);
  }

  get waiting(): number {
    return this.#timer.waiting;
  }

  /** Lets time pass; whoever is called sees the end of it. */
  advance(seconds: number): void {
    this.#now += seconds;
    this.#timer.advance(seconds);
  }

  /** Lets time pass in small steps, with room in each for what sets off something else at once, so many times. */
  async pass(seconds: number, stepSeconds = 0.25, links = 40): Promise<void> {
    for (let passed = 0; passed < seconds; passed += stepSeconds) {
      this.advance(stepSeconds);
      for (let link = 0; link < links; link++) {
        await turns(1);
        this.advance(0);
      }
    }
  }
}

/** Everything that only waits for others in this process has its turn. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
