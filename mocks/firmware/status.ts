/** Status reporting of IEEE 488.2, chapter 11, and the error queue of SCPI-99, volume 2, 21.8. */

import { eventBitOf, type ScpiFault, scpiErrors } from "../../firmware-protocol/scpi/errors.ts";

export interface QueuedError {
  readonly number: number;
  readonly text: string;
}

const queueLength = 32;
const noError: QueuedError = { number: 0, text: scpiErrors[0] };
const overflow: QueuedError = { number: -350, text: scpiErrors[-350] };

const operationCompleteBit = 1;
const powerOnBit = 128;
const errorQueueSummaryBit = 4;
const eventSummaryBit = 32;
const masterSummaryBit = 64;

export class Status {
  #errors: QueuedError[] = [];
  #events = powerOnBit;
  eventEnable = 0;
  requestEnable = 0;

  report(fault: ScpiFault): void {
    this.#events |= eventBitOf(fault.number);
    if (this.#errors.length < queueLength) this.#errors.push({ number: fault.number, text: fault.message });
    else this.#errors[queueLength - 1] = overflow;
  }

  takeError(): QueuedError {
    return this.#errors.shift() ?? noError;
  }

  get errorCount(): number {
    return this.#errors.length;
  }

  /** `*ESR?`: reading clears. */
  takeEvents(): number {
    const events = this.#events;
    this.#events = 0;
    return events;
  }

  completeOperation(): void {
    this.#events |= operationCompleteBit;
  }

  /** `*STB?`: the master summary bit sums up what `*SRE` lets through. */
  statusByte(): number {
    const summary =
      (this.#errors.length > 0 ? errorQueueSummaryBit : 0) |
      ((this.#events & this.eventEnable) !== 0 ? eventSummaryBit : 0);
    return summary | ((summary & this.requestEnable) !== 0 ? masterSummaryBit : 0);
  }

  /** `*CLS`. */
  clear(): void {
    this.#errors = [];
    this.#events = 0;
  }
}
