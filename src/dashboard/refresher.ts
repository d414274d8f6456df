/** Keeps the site as new as the store: looks for changes at a steady pace, and draws what has changed, within its budget. */

import { statSync } from "node:fs";
import type { Clock } from "../core/clock.ts";
import { LabError } from "../core/errors.ts";
import { html } from "../report/markup.ts";
import type { Store } from "../store/store.ts";
import { DeviceDigest } from "./devices/device-digest.ts";
import type { Pace } from "./pace.ts";
import type { Part, Source } from "./part.ts";
import { type PartId, partTitles } from "./part-titles.ts";
import { parts } from "./parts/parts.ts";
import type { Panel } from "./site.ts";
import type { WearWatch } from "./wear-watch.ts";

export interface RefresherOptions {
  readonly store: Store;
  readonly wear: WearWatch;
  readonly clock: Clock;
  readonly pace: Pace;
  /** Takes a part as it is from now on. */
  readonly show: (panel: Panel) => void;
}

/** Between two looks at the store. */
const lookSeconds = 1;
/** What depends on the time, and not on the store alone, is looked at so often in any case. */
const longestSeconds = 15;
/** Readouts that are learned between two drawings. */
const readoutsAtOnce = 256;
/** That are shown, and that one go of learning may meet before it is left for a while. */
const mostFaults = 5;

export class Refresher {
  readonly #options: RefresherOptions;
  readonly #digest: DeviceDigest;
  readonly #versions = new Map<PartId, string>();
  readonly #file: string;
  #faults: string[] = [];
  #seen: number | undefined;
  #refreshedSeconds = Number.NEGATIVE_INFINITY;

  constructor(options: RefresherOptions) {
    this.#options = options;
    this.#digest = new DeviceDigest(options.store);
    this.#file = identityOf(options.store.path);
  }

  /** Until the pace is interrupted. @throws LabError INTERRUPTED then. */
  async run(): Promise<never> {
    const { pace } = this.#options;
    for (;;) {
      let more = await pace.work(() => this.#isDue());
      while (more) more = await this.refresh();
      await pace.rest(lookSeconds);
    }
  }

  /** Learns what is new and draws what has changed. @returns whether there was too much for one go. */
  async refresh(): Promise<boolean> {
    const { pace, clock } = this.#options;
    this.#refreshedSeconds = clock.monotonicSeconds();
    let [more, faults] = [true, 0];
    for (let learned = 0; more && learned < readoutsAtOnce; learned++) {
      const found = await pace.work(() => this.#orFault(() => this.#digest.step()));
      if (found === undefined) faults++;
      more = found ?? faults < mostFaults;
    }
    const source = await pace.work(() => this.#source());
    for (const [id, part] of parts) await pace.work(() => this.#draw(id, part, source));
    return more;
  }

  #isDue(): boolean {
    const { store, clock } = this.#options;
    const version = this.#orFault(() => store.dataVersion());
    const changed = version !== this.#seen;
    this.#seen = version;
    return changed || clock.monotonicSeconds() - this.#refreshedSeconds >= longestSeconds;
  }

  #source(): Source {
    const { store, wear, clock } = this.#options;
    if (identityOf(store.path) !== this.#file)
      this.#addFault(`${store.path} is no longer the file that was opened: start the dashboard again`);
    const chip = this.#orFault(() => store.chips.latest());
    const summary = chip && this.#orFault(() => wear.summary(chip.descriptor, clock.monotonicSeconds()));
    return {
      store,
      digest: this.#digest,
      wear: summary,
      faults: this.#faults,
      nowWallSeconds: clock.wallSeconds(),
    };
  }

  #draw(id: PartId, part: Part, source: Source): void {
    const { show } = this.#options;
    const title = partTitles.get(id) ?? id;
    try {
      const { version, draw } = part(source);
      if (this.#versions.get(id) === version) return;
      show({ id, title, ...draw() });
      this.#versions.set(id, version);
    } catch (failure) {
      if (!(failure instanceof LabError)) throw failure;
      // Tried again at the next refresh: another program may have had the file for itself.
      this.#versions.delete(id);
      const text = textOf(failure);
      show({ id, title, markup: html`<p class="fault">${text}</p>`, document: { fault: text } });
    }
  }

  /** What the store refuses is shown, and the rest goes on. */
  #orFault<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (failure) {
      if (!(failure instanceof LabError)) throw failure;
      this.#addFault(textOf(failure));
      return undefined;
    }
  }

  #addFault(text: string): void {
    this.#faults = [...this.#faults.filter((known) => known !== text), text].slice(-mostFaults);
  }
}

const textOf = ({ message, next }: LabError): string =>
  next === undefined ? message : `${message}; ${next}`;

/** Of the file under this name; empty when there is none. */
function identityOf(path: string): string {
  const file = statSync(path, { throwIfNoEntry: false });
  return file === undefined ? "" : `${file.dev}:${file.ino}`;
}
