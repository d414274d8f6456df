/** The lock of somebody else's board, checked: what its driver answers every time. */

import { type ChipLock, type LockState, lockFeature } from "../../src/chip/lock.ts";

/** Asks the driver, and refuses an answer in which there is a fault. */
type Call = <T>(
  name: string,
  ask: () => Promise<T>,
  faultIn: (answer: T) => string | undefined,
) => Promise<T>;

const methods = ["request", "state", "release"] as const;

/** What is wrong with the lock of a driver that announces one; undefined when nothing is. */
export function lockFault(features: readonly string[], lock: ChipLock | undefined): string | undefined {
  if (!features.includes(lockFeature)) return undefined;
  const isWhole = lock !== undefined && methods.every((name) => typeof lock[name] === "function");
  return isWhole ? undefined : `announces ${lockFeature} and lacks lock with ${methods.join(", ")}`;
}

export const drivenLock = (lock: ChipLock, call: Call): ChipLock => ({
  request: (owner, leaseSeconds) => call("lock.request", () => lock.request(owner, leaseSeconds), stateFault),
  state: () => call("lock.state", () => lock.state(), stateFault),
  release: (owner) => call("lock.release", () => lock.release(owner), stateFault),
});

function stateFault({ holds, owner, secondsLeft }: LockState): string | undefined {
  const isState =
    typeof holds === "boolean" &&
    Number.isFinite(secondsLeft) &&
    secondsLeft >= 0 &&
    (owner === undefined ? !holds && secondsLeft === 0 : typeof owner === "string");
  return isState
    ? undefined
    : `gave a lock of ${owner} for ${secondsLeft} s that ${holds ? "is" : "is not"} held`;
}
