/** An operation that was asked for and has no answer, and what it takes to ask for it again. */

import type { PulseReceipt } from "../../src/chip/pulse.ts";
import type { InDoubt } from "./recovery-plan.ts";
import type { RemoteChip } from "./remote-chip.ts";

/**
 * After a loss an operation is done again, or it fails. One that sleeps, and asks the board only now and then, is left alone until
 * it has noticed the loss itself.
 */
export type Manner = "again" | "once" | "sleeping";

/** Hands the answer to the caller; gives the receipt of pulses. @param sentBefore whether the board may know it from an earlier attempt. */
export type Attempt = (chip: RemoteChip, sentBefore: boolean) => Promise<PulseReceipt | undefined>;

export interface Outstanding extends InDoubt {
  readonly manner: Manner;
  sent: boolean;
  /** How often it was begun. */
  begun: number;
  beganSeconds: number;
  /** No attempt is under way. */
  resting: boolean;
  /** Settled once the attempt that is under way has ended, however it ended; then with the receipt of pulses that were answered. */
  running: Promise<PulseReceipt | undefined>;
  readonly attempt: Attempt;
  readonly receive?: (receipt: PulseReceipt) => void;
  readonly reject: (failure: unknown) => void;
}

export const fresh = {
  sent: false,
  begun: 0,
  beganSeconds: 0,
  resting: true,
  running: Promise.resolve(undefined),
};
