/**
 * How long to wait for an acknowledgement: RFC 6298. The smoothed round trip SRTT and its variation RTTVAR follow the samples with
 * gains 1/8 and 1/4, the timeout is SRTT + 4 RTTVAR within bounds, and doubles at every expiry until a new sample comes. Karn's
 * rule: a frame that was sent more than once gives no sample, since nobody knows which sending was acknowledged.
 */

import {
  clockGranularitySeconds,
  initialTimeoutSeconds,
  maxTimeoutSeconds,
  minTimeoutSeconds,
} from "./timing.ts";

export interface RoundTrip {
  /** Undefined before the first sample. */
  readonly smoothedSeconds: number | undefined;
  readonly variationSeconds: number;
  readonly timeoutSeconds: number;
}

export const unmeasured: RoundTrip = {
  smoothedSeconds: undefined,
  variationSeconds: 0,
  timeoutSeconds: initialTimeoutSeconds,
};

export function sampled(before: RoundTrip, seconds: number): RoundTrip {
  const { smoothedSeconds: smoothed, variationSeconds: variation } = before;
  return smoothed === undefined
    ? estimate(seconds, seconds / 2)
    : estimate(0.875 * smoothed + 0.125 * seconds, 0.75 * variation + 0.25 * Math.abs(smoothed - seconds));
}

/** RFC 6298, 5.5; only a sample undoes it, else a line slower than the first guess would never give one. */
export const backedOff = (before: RoundTrip): RoundTrip => ({
  ...before,
  timeoutSeconds: Math.min(2 * before.timeoutSeconds, maxTimeoutSeconds),
});

function estimate(smoothedSeconds: number, variationSeconds: number): RoundTrip {
  const timeout = smoothedSeconds + Math.max(clockGranularitySeconds, 4 * variationSeconds);
  const timeoutSeconds = Math.min(Math.max(timeout, minTimeoutSeconds), maxTimeoutSeconds);
  return { smoothedSeconds, variationSeconds, timeoutSeconds };
}
