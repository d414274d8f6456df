/** What is known of the reliable link of a command: its terms, and its counters over all sessions. */

import type { Line } from "../../../drivers/link/link-or-plain.ts";
import type { LinkTransport } from "../../../drivers/link/link-transport.ts";
import { counterNames, type LinkCounters, zeroCounters } from "../../../firmware-protocol/link/counters.ts";
import type { Terms } from "../../../firmware-protocol/link/terms.ts";

export interface LinkReport {
  /** Of the latest session. */
  readonly terms: Terms;
  /** One, and one more for every reconnect. */
  readonly sessions: number;
  /** The round trip that the link measures, s; null when nothing was measured, or the session is over. */
  readonly roundTripSeconds: number | null;
  readonly counters: LinkCounters;
}

export class LinkLog {
  readonly #links: LinkTransport[] = [];

  opened(line: Line): void {
    if (line.kind === "link") this.#links.push(line.transport);
  }

  /** Undefined when no link was used. */
  report(): LinkReport | undefined {
    const latest = this.#links.at(-1);
    if (latest === undefined) return undefined;
    const counters = zeroCounters();
    for (const link of this.#links) {
      const own = link.counters();
      for (const name of counterNames) counters[name] += own[name];
    }
    const { terms, roundTripSeconds = null } = latest;
    return { terms, sessions: this.#links.length, roundTripSeconds, counters };
  }
}
