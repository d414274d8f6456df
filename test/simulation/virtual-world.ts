/** Time that passes only when nothing is left to do: a clock, a timer, and the loop that makes things happen in their order. */

import type { Clock, Timer } from "../../src/core/clock.ts";

interface Appointment {
  readonly at: number;
  /** Equal times keep the order in which they were made. */
  readonly order: number;
  readonly call: () => void;
  cancelled: boolean;
}

/** A run that is not over by then hangs. */
const maxSeconds = 3600;

export class VirtualWorld implements Clock, Timer {
  readonly #turnsPerEvent: number;
  #now = 0;
  #made = 0;
  readonly #heap: Appointment[] = [];

  /** @param turnsPerEvent turns of the loop of Node that what an event sets off may take; a reply of Session takes one. */
  constructor(turnsPerEvent = 2) {
    this.#turnsPerEvent = turnsPerEvent;
  }

  monotonicSeconds(): number {
    return this.#now;
  }

  wallSeconds(): number {
    return this.#now;
  }

  after(seconds: number, call: () => void): () => void {
    const appointment = { at: this.#now + seconds, order: this.#made++, call, cancelled: false };
    this.#push(appointment);
    return () => {
      appointment.cancelled = true;
    };
  }

  /** Calls that were neither made nor cancelled. */
  get waiting(): number {
    return this.#heap.filter(({ cancelled }) => !cancelled).length;
  }

  pause(seconds: number): Promise<void> {
    return new Promise((resolve) => void this.after(seconds, resolve));
  }

  /** Lets events happen until the work is done. @throws what the work throws, or an Error when it hangs. */
  async run<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const over = work.finally(() => {
      ended = true;
    });
    over.catch(() => {});
    for (await turns(this.#turnsPerEvent); !ended; await turns(this.#turnsPerEvent)) {
      const next = this.#pop();
      if (next === undefined) throw new Error(`nothing will happen any more at ${this.#now} s`);
      if (next.at > maxSeconds) throw new Error(`not over after ${maxSeconds} s`);
      this.#now = next.at;
      next.call();
    }
    return over;
  }

  #push(appointment: Appointment): void {
    const heap = this.#heap;
    let at = heap.push(appointment) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && before(appointment, heap[parent]!); parent = (at - 1) >> 1) {
      heap[at] = heap[parent]!;
      heap[parent] = appointment;
      at = parent;
    }
  }

  /** The next appointment that was not cancelled. */
  #pop(): Appointment | undefined {
    for (;;) {
      const first = this.#heap[0];
      const last = this.#heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (first !== last) this.#sink(last);
      if (!first.cancelled) return first;
    }
  }

  #sink(appointment: Appointment): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (child >= heap.length || before(appointment, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = appointment;
  }
}

const before = (a: Appointment, b: Appointment): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
