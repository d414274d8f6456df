/** The wear ledger of the chip, read again when its file has changed, and not more often than it is looked at. */

import { statSync } from "node:fs";
import type { Descriptor } from "../chip/descriptor.ts";
import { ledgerPath } from "../store/ledger/place.ts";
import { readWearSummary, type WearSummary } from "../store/ledger/summary.ts";

export interface WearWatchOptions {
  /** That holds the ledgers. */
  readonly folder: string;
  /** Cells in the list of the most worn. */
  readonly most: number;
  readonly seldomSeconds: number;
}

export class WearWatch {
  readonly #options: WearWatchOptions;
  #stamp = "";
  #lookedSeconds = Number.NEGATIVE_INFINITY;
  #summary: WearSummary | undefined;

  constructor(options: WearWatchOptions) {
    this.#options = options;
  }

  /**
   * The ledger as it was read last; undefined when there is none.
   * @throws LabError STORE when it is damaged.
   */
  summary(descriptor: Descriptor, nowSeconds: number): WearSummary | undefined {
    if (nowSeconds - this.#lookedSeconds < this.#options.seldomSeconds) return this.#summary;
    this.#lookedSeconds = nowSeconds;
    const path = ledgerPath(this.#options.folder, descriptor);
    const stamp = stampOf(path);
    if (stamp === this.#stamp) return this.#summary;
    this.#stamp = stamp;
    this.#summary = undefined;
    if (stamp !== "") this.#summary = readWearSummary(path, this.#options.most);
    return this.#summary;
  }
}

/** Another text when the ledger or its journal was written to; empty without a ledger. */
function stampOf(path: string): string {
  const [ledger, journal] = [path, `${path}-wal`].map((file) => statSync(file, { throwIfNoEntry: false }));
  if (ledger === undefined) return "";
  return [path, ledger, journal]
    .map((one) => (typeof one === "object" ? `${one.mtimeMs}:${one.size}` : one))
    .join(" ");
}
