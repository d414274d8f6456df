/** What is to be done with a chip at chip times to come: late verifications and readings, each when its time has come. */

import type { Chip } from "../chip/chip.ts";

interface Appointment {
  readonly atSeconds: number;
  readonly work: () => Promise<void>;
}

export class Agenda {
  readonly #chip: Pick<Chip, "now" | "waitUntil">;
  readonly #signal: AbortSignal;
  #open: Appointment[] = [];

  constructor(chip: Pick<Chip, "now" | "waitUntil">, signal: AbortSignal) {
    this.#chip = chip;
    this.#signal = signal;
  }

  /** Appointments of the same chip time keep their order. */
  add(atSeconds: number, work: () => Promise<void>): void {
    this.#open = [...this.#open, { atSeconds, work }].sort((a, b) => a.atSeconds - b.atSeconds);
  }

  /** What is due by now; nothing is waited for. */
  async keepDue(): Promise<void> {
    for (let next = this.#open[0]; next !== undefined; next = this.#open[0]) {
      if (next.atSeconds > (await this.#chip.now())) return;
      await this.#keep(next);
    }
  }

  /** What is due within so many seconds from now on, waited for. */
  async keepWithin(seconds: number): Promise<void> {
    const end = (await this.#chip.now()) + seconds;
    for (let next = this.#open[0]; next !== undefined && next.atSeconds <= end; next = this.#open[0])
      await this.#keep(next);
  }

  /** @throws LabError INTERRUPTED when the user stops while it is waited for. */
  async #keep({ atSeconds, work }: Appointment): Promise<void> {
    this.#open = this.#open.slice(1);
    await this.#chip.waitUntil(atSeconds, this.#signal);
    await work();
  }
}
