/** How much of the time the chip and its line are busy with products. */

import type { Clock } from "../../core/clock.ts";
import type { MultiplyingChip } from "./tiles.ts";

export interface BusyChip {
  readonly chip: MultiplyingChip;
  /** Seconds during which at least one request was under way, until now. */
  busySeconds(): number;
}

export function busyChip(inner: MultiplyingChip, clock: Clock): BusyChip {
  let underWay = 0;
  let since = 0;
  let total = 0;
  const chip: MultiplyingChip = {
    descriptor: inner.descriptor,
    async mvm(request) {
      if (underWay++ === 0) since = clock.monotonicSeconds();
      try {
        return await inner.mvm(request);
      } finally {
        if (--underWay === 0) total += clock.monotonicSeconds() - since;
      }
    },
  };
  return { chip, busySeconds: () => total + (underWay > 0 ? clock.monotonicSeconds() - since : 0) };
}
