/** The operations that were asked for and have no answer, oldest first: begun, answered, failed, or kept when their line was lost. */

import type { PulseReceipt } from "../../src/chip/pulse.ts";
import type { Clock } from "../../src/core/clock.ts";
import { LabError, unsent } from "../../src/core/errors.ts";
import { maxPending } from "../instrument/session.ts";
import { isLoss } from "./connection.ts";
import type { Attempt, Outstanding } from "./outstanding.ts";
import type { RemoteChip } from "./remote-chip.ts";

/** A sleep that went well for so long has not lost the line at its first question. */
const soundSleepSeconds = 60;

/** Told that an attempt on that chip failed because its line was lost; the operation is kept, unless it may be sent only once. */
type LossListener = (failure: LabError, one: Outstanding, chip: RemoteChip) => void;

export class OutstandingOperations {
  readonly #clock: Clock;
  readonly #lost: LossListener;
  /** Oldest first. */
  readonly #all = new Set<Outstanding>();

  constructor(clock: Clock, lost: LossListener) {
    this.#clock = clock;
    this.#lost = lost;
  }

  /** False when there are too many: it is rejected then. */
  add(one: Outstanding): boolean {
    const isRoom = this.#all.size < maxPending;
    if (isRoom) this.#all.add(one);
    else one.reject(new RangeError(`more than ${maxPending} requests under way`));
    return isRoom;
  }

  has(one: Outstanding): boolean {
    return this.#all.has(one);
  }

  /** It has its answer. */
  delete(one: Outstanding): void {
    this.#all.delete(one);
  }

  /** Comes back when the attempt has ended, however; gives the receipt of pulses that were answered. */
  begin(
    one: Outstanding,
    chip: RemoteChip,
    attempt: Attempt = one.attempt,
  ): Promise<PulseReceipt | undefined> {
    const sentBefore = one.sent;
    one.begun++;
    one.beganSeconds = this.#clock.monotonicSeconds();
    one.resting = false;
    one.sent = true;
    one.running = attempt(chip, sentBefore).then(
      (receipt) => {
        this.#all.delete(one);
        return receipt;
      },
      (failure: unknown) => {
        if (failure instanceof LabError && failure.unsent) one.sent = sentBefore;
        this.#failed(one, chip, failure);
        return undefined;
      },
    );
    return one.running;
  }

  #failed(one: Outstanding, chip: RemoteChip, failure: unknown): void {
    one.resting = true;
    const slept = this.#clock.monotonicSeconds() - one.beganSeconds;
    if (one.manner === "sleeping" && slept > soundSleepSeconds) one.begun = 0;
    const lost = isLoss(failure, chip.endedBy);
    if (!lost || (one.manner === "once" && one.sent)) {
      this.#all.delete(one);
      one.reject(failure);
    }
    if (lost) this.#lost(failure, one, chip);
  }

  /** No attempt of theirs is under way, in the order in which they were asked for. */
  get resting(): Outstanding[] {
    return [...this.#all].filter(({ resting }) => resting);
  }

  /** How often the one that was begun most often was begun. */
  get mostBegun(): number {
    return Math.max(0, ...Array.from(this.#all, ({ begun }) => begun));
  }

  /** Pulses that the board may have heard of. */
  get pulsesSent(): number {
    return [...this.#all].filter(({ pulse, sent }) => pulse !== undefined && sent).length;
  }

  /** Comes back when no attempt is under way but those of sleepers. */
  async awakeEnded(): Promise<void> {
    const awake = [...this.#all].filter(({ manner }) => manner !== "sleeping");
    await Promise.all(awake.map(({ running }) => running));
  }

  failAll(failure: LabError): void {
    for (const one of this.#all) one.reject(one.sent ? failure : unsent(failure));
    this.#all.clear();
  }
}
