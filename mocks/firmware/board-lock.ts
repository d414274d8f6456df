/** The lock of a board (SPEC.md, 10.16): one owner, one session that holds it, and a lease in real time. */

import type { LockReply } from "../../firmware-protocol/operation/lock-state.ts";
import { ScpiFault } from "../../firmware-protocol/scpi/errors.ts";
import type { Clock } from "../../src/core/clock.ts";

/** What one host does on one line, from its first contact on. */
export type Session = symbol;

interface Taken {
  readonly owner: string;
  readonly holder: Session;
  readonly sinceSeconds: number;
  readonly leaseSeconds: number;
}

export class BoardLock {
  readonly #clock: Pick<Clock, "monotonicSeconds">;
  #taken: Taken | undefined;

  /** @param clock passes as long as the board has its power, whatever the chip's clock does. */
  constructor(clock: Pick<Clock, "monotonicSeconds">) {
    this.#clock = clock;
  }

  request(session: Session, owner: string, leaseSeconds: number): LockReply {
    const taken = this.#current();
    if (taken !== undefined && taken.owner !== owner) return { ...this.state(session), holds: false };
    this.#taken = { owner, holder: session, sinceSeconds: this.#clock.monotonicSeconds(), leaseSeconds };
    return this.state(session);
  }

  release(session: Session, owner: string): LockReply {
    if (this.#current()?.owner === owner) this.#taken = undefined;
    return this.state(session);
  }

  state(session: Session): LockReply {
    const taken = this.#current();
    if (taken === undefined) return { holds: false, owner: "", secondsLeft: 0 };
    const { owner, holder } = taken;
    return { holds: holder === session, owner, secondsLeft: this.#secondsLeft(taken) };
  }

  /** @throws ScpiFault 1005 while the lock is held, and not by this session. */
  assertAllows(session: Session): void {
    const { holds, owner, secondsLeft } = this.state(session);
    if (holds || owner === "") return;
    throw new ScpiFault(1005, `by ${owner} for another ${Math.ceil(secondsLeft)} s`);
  }

  #current(): Taken | undefined {
    if (this.#taken !== undefined && this.#secondsLeft(this.#taken) <= 0) this.#taken = undefined;
    return this.#taken;
  }

  #secondsLeft({ sinceSeconds, leaseSeconds }: Taken): number {
    return leaseSeconds - (this.#clock.monotonicSeconds() - sinceSeconds);
  }
}
