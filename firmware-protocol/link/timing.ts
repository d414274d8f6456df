/** Every wait and every bound of the link in one place (SPEC.md, link timers). */

/**
 * `open` is sent so often; the pauses double from the first to the last of these: 0.3, 0.6, 1.2, 1.2, 1.2 s. The longest is more than
 * the silence after which a board forgets an unfinished message.
 */
export const openAttempts = 5;
export const openSeconds = 0.3;
export const maxOpenSeconds = 1.2;

/** RFC 6298, with bounds for a cable: the shortest is several ticks of a busy host, the longest keeps a dead line from lingering. */
export const initialTimeoutSeconds = 0.3;
export const minTimeoutSeconds = 0.05;
export const maxTimeoutSeconds = 2;
export const clockGranularitySeconds = 1e-3;

/** Frames in order are acknowledged after one of so many parts of the window, or so long after the first of them. */
export const acknowledgedShare = 4;
export const acknowledgeSeconds = 0.01;

/** Timeouts in a row without any progress, after which the peer is given up: 11 s on a quick line, 22 s at most. */
export const maxTimeouts = 10;

/** A host that has heard nothing for so long asks; after so many unanswered pings, 11 s in all, the board is given up. */
export const keepaliveSeconds = 1;
export const maxPings = 10;

/** A board that has heard nothing for so long forgets the session. A host may be that long busy with something else. */
export const forgetSeconds = 30;

/** `close` is sent so often before a side leaves without an answer. */
export const closeAttempts = 3;
export const closeSeconds = 0.2;

/** A frame is lost when so many that were sent after it have arrived (RFC 5681: three duplicate acknowledgements). */
export const reorderThreshold = 3;

/** Answers that belong to no data, waiting for the line; more are forgotten, since their requests are repeated. */
export const maxOwedFrames = 4;
