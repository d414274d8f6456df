/** The real clock and timer of this machine; one of the two files that may read them. */

import type { Clock, Timer } from "./clock.ts";

export const systemClock: Clock = {
  monotonicSeconds: () => performance.now() / 1000,
  wallSeconds: () => Date.now() / 1000,
};

export const systemTimer: Timer = {
  after(seconds, call) {
    const handle = setTimeout(call, seconds * 1000);
    return () => clearTimeout(handle);
  },
};
