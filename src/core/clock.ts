/** The clock and the timer that the rest of the program is given; nothing else may look at the time. */

export interface Clock {
  /** Monotonic seconds, for durations only. */
  monotonicSeconds(): number;
  /** Seconds since 1970-01-01 UTC, for stamping records. */
  wallSeconds(): number;
}

export interface Timer {
  /** Calls back once after the given seconds; the returned function cancels it. */
  after(seconds: number, call: () => void): () => void;
}
