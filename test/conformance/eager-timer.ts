/**
 * A timer whose time passes by itself as soon as nothing else is left to do, so that a second of silence takes no time. For boards
 * in the process: what they answer, they answer before anything else happens.
 */

import type { Timer } from "../../src/core/clock.ts";

interface Appointment {
  readonly at: number;
  readonly call: () => void;
}

export class EagerTimer implements Timer {
  #now = 0;
  #pumping = false;
  readonly #appointments = new Set<Appointment>();

  after(seconds: number, call: () => void): () => void {
    const appointment = { at: this.#now + seconds, call };
    this.#appointments.add(appointment);
    this.#pump();
    return () => this.#appointments.delete(appointment);
  }

  /** How long the work would have taken. */
  get seconds(): number {
    return this.#now;
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      this.#makeNextCall();
      if (this.#appointments.size > 0) this.#pump();
    });
  }

  #makeNextCall(): void {
    const [next] = [...this.#appointments].sort((a, b) => a.at - b.at);
    if (next === undefined) return;
    this.#appointments.delete(next);
    this.#now = next.at;
    next.call();
  }
}
