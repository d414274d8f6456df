/** A timer whose time passes only when a test says so. */

import type { Timer } from "../../src/core/clock.ts";

interface Appointment {
  readonly at: number;
  readonly call: () => void;
}

export class VirtualTimer implements Timer {
  #now = 0;
  readonly #appointments = new Set<Appointment>();

  after(seconds: number, call: () => void): () => void {
    const appointment = { at: this.#now + seconds, call };
    this.#appointments.add(appointment);
    return () => this.#appointments.delete(appointment);
  }

  /** Calls that were neither made nor cancelled. */
  get waiting(): number {
    return this.#appointments.size;
  }

  /** Lets the given time pass and makes the calls that fall due, in the order of their times. */
  advance(seconds: number): void {
    const until = this.#now + seconds;
    for (let next = this.#due(until); next !== undefined; next = this.#due(until)) {
      this.#appointments.delete(next);
      this.#now = next.at;
      next.call();
    }
    this.#now = until;
  }

  #due(until: number): Appointment | undefined {
    return [...this.#appointments].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  }
}
