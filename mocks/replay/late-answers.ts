/** Says answers after their recorded delays, never one before another that was recorded earlier. */

import type { Timer } from "../../src/core/clock.ts";
import type { RecordedAnswer } from "./script.ts";

export class LateAnswers {
  readonly #timer: Timer;
  readonly #say: (bytes: Uint8Array) => void;
  readonly #queue: { readonly bytes: Uint8Array; due: boolean }[] = [];

  constructor(timer: Timer, say: (bytes: Uint8Array) => void) {
    this.#timer = timer;
    this.#say = say;
  }

  /** Delays count from now. */
  add(answers: readonly RecordedAnswer[]): void {
    for (const { bytes, delaySeconds } of answers) {
      const answer = { bytes, due: false };
      this.#queue.push(answer);
      this.#timer.after(delaySeconds, () => {
        answer.due = true;
        this.#sayDue();
      });
    }
  }

  #sayDue(): void {
    for (let next = this.#queue[0]; next?.due; next = this.#queue[0]) {
      this.#queue.shift();
      this.#say(next.bytes);
    }
  }
}
