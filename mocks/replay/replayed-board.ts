/** The board of a recording behind whatever cable a host serves it on; one position for all its lines, as a board has. */

import { maxMessageBytes } from "../../drivers/recording/conversation.ts";
import { MessageScanner, type Scanned } from "../../firmware-protocol/scpi/scanner.ts";
import type { Timer } from "../../src/core/clock.ts";
import type { HostedBoard, HostedLine } from "../host/line-server.ts";
import { follow, isComplete, type ReplayState, startOfReplay } from "./follow.ts";
import { LateAnswers } from "./late-answers.ts";
import type { RecordedAnswer, ReplayScript } from "./script.ts";

export class ReplayedBoard implements HostedBoard {
  readonly #script: ReplayScript;
  readonly #timer: Timer | undefined;
  #state: ReplayState = startOfReplay;
  /** Answers that wait for their time, on all lines. */
  #waiting = 0;
  #tellCompleted = (): void => {};
  #tellDiverged = (): void => {};

  /** All recorded requests have come, and no answer waits. Something else may still follow. */
  readonly completed: Promise<void>;
  /** A request came that differs from the recorded one. */
  readonly diverged: Promise<void>;

  /** @param timer with it, answers come after the recorded delays, else at once. */
  constructor(script: ReplayScript, timer?: Timer) {
    this.#script = script;
    this.#timer = timer;
    this.completed = new Promise((resolve) => {
      this.#tellCompleted = resolve;
    });
    this.diverged = new Promise((resolve) => {
      this.#tellDiverged = resolve;
    });
  }

  get state(): ReplayState {
    return this.#state;
  }

  openLine(push: (response: Uint8Array) => void): HostedLine {
    const scanner = new MessageScanner(maxMessageBytes);
    const later = this.#timer === undefined ? undefined : this.#laterOn(push, this.#timer);
    return {
      receive: (chunk) => this.#answers(scanner.push(chunk), later),
      get midMessage() {
        return scanner.midMessage;
      },
      // A real board queues an error that the host may never ask for; here the next request shows what was lost.
      silence: () => scanner.reset(),
    };
  }

  #laterOn(push: (response: Uint8Array) => void, timer: Timer): LateAnswers {
    return new LateAnswers(timer, (bytes) => {
      push(bytes);
      this.#waiting--;
      this.#notice();
    });
  }

  /** What can be said at once. */
  #answers(messages: readonly Scanned[], later: LateAnswers | undefined): Uint8Array[] {
    const answers = messages.flatMap((said) => this.#take(said));
    if (later !== undefined) {
      this.#waiting += answers.length;
      later.add(answers);
    }
    this.#notice();
    return later === undefined ? answers.map(({ bytes }) => bytes) : [];
  }

  #take(said: Scanned): readonly RecordedAnswer[] {
    const { state, answers } = follow(this.#script, this.#state, said);
    this.#state = state;
    return answers;
  }

  #notice(): void {
    if (this.#state.kind === "diverged") this.#tellDiverged();
    else if (this.#waiting === 0 && isComplete(this.#script, this.#state)) this.#tellCompleted();
  }
}
