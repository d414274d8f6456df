/** What happens to the line of a board while a command runs: told to the user, and kept with the run once there is one. */

import type { Line } from "../../../drivers/link/link-or-plain.ts";
import type { Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { LinkLog, type LinkReport } from "./link-report.ts";

type RunId = ReturnType<Store["runs"]["begin"]>;

export class LineRemarks {
  readonly #context: Context;
  readonly #links = new LinkLog();
  #keep: (text: string) => void = () => {};

  constructor(context: Context) {
    this.#context = context;
  }

  /** From now on every remark is an event of the run. */
  keepIn(store: Store, run: RunId): void {
    const { clock } = this.#context;
    this.#keep = (text) =>
      store.events.add({ run, wallSeconds: clock.wallSeconds(), level: "warning", text });
  }

  /** The store is about to be closed. */
  endKeeping(): void {
    this.#keep = () => {};
  }

  opened(line: Line): void {
    this.#links.opened(line);
  }

  /** What the reliable link did until now; undefined when none was used. */
  link(): LinkReport | undefined {
    return this.#links.report();
  }

  say(text: string): void {
    this.#context.output.note(text);
    this.#keep(text);
  }
}
