/** The board of a campaign while it is there and while it is not, and what time it is on the timeline. */

import type { Chip } from "../chip/chip.ts";
import { type ClockKind, clockOf } from "../chip/clock-kind.ts";
import { chipIdentity } from "../chip/descriptor.ts";
import { type HeldLock, holdLock } from "../chip/hold-lock.ts";
import { withLimits } from "../chip/limits.ts";
import type { OpenedChip } from "../chip/opened-chip.ts";
import { takeAnchor } from "../chip/take-anchor.ts";
import type { Anchor } from "../chip/timeline.ts";
import type { Clock, Timer } from "../core/clock.ts";
import { LabError } from "../core/errors.ts";
import type { Boot } from "../store/campaign-rows.ts";
import { anchored, anchorOf, bootAt, withoutBoard } from "./timeline.ts";

/** Where boards come from. */
export interface BoardSource {
  /** Opens the board of the campaign, wherever it is plugged in now. @throws LabError while it is not there. */
  open(): Promise<OpenedChip>;
  /** Tells of a line that is lost and looked for while an operation waits, and when it is back. */
  listen(heard: (text: string, isThere: boolean) => void): void;
}

export interface PresenceOptions {
  readonly source: BoardSource;
  /** As `chipIdentity` names it: another one is none. */
  readonly chip: string;
  readonly clock: Clock;
  readonly timer: Timer;
  /** New for every process. */
  readonly epoch: string;
  /** Of the lock on the board, where it has one: the same for every process that runs the campaign. */
  readonly lockOwner: string;
  readonly lockLost: (failure: LabError) => void;
}

interface Present {
  readonly opened: OpenedChip;
  readonly chip: Chip;
  readonly held: HeldLock | undefined;
}

/** The lock of the board outlives a process that was killed by so much; the next one shows the same owner. */
const boardLeaseSeconds = 300;

export class Presence {
  readonly #options: PresenceOptions;
  #present: Present | undefined;
  #boot: Boot;
  #anchor: Anchor;
  #kind: ClockKind = clockOf({});

  /** @param boot the latest that is known. */
  constructor(boot: Boot, options: PresenceOptions) {
    this.#options = options;
    this.#boot = boot;
    this.#anchor = anchorOf(boot);
  }

  get boot(): Boot {
    return this.#boot;
  }

  get clockKind(): ClockKind {
    return this.#kind;
  }

  get isThere(): boolean {
    return this.#present !== undefined;
  }

  /** @throws LabError LINK_LOST when the board is not there. */
  get chip(): Chip {
    return this.#there().chip;
  }

  listen(heard: (text: string, isThere: boolean) => void): void {
    this.#options.source.listen(heard);
  }

  /** @throws LabError while the board is not there, or another one is. */
  async open(): Promise<void> {
    const { source, clock, epoch } = this.#options;
    const opened = await source.open();
    let held: HeldLock | undefined;
    try {
      this.#assertOurs(opened);
      held = await this.#hold(opened);
      const anchor = await takeAnchor(opened, clock, epoch);
      this.#kind = clockOf(opened.descriptor);
      this.#boot = bootAt(this.#boot, this.#anchor, anchor, this.#kind);
      this.#anchor = anchor;
      this.#present = { opened, chip: withLimits(opened), held };
    } catch (failure) {
      await leave({ opened, held });
      throw failure;
    }
  }

  /** Lets go of the board, which may be gone. */
  async close(): Promise<void> {
    const present = this.#present;
    this.#present = undefined;
    if (present !== undefined) await leave(present);
  }

  /** Asks the chip what time it is on the timeline. @throws LabError BOARD_RESTARTED, and as the chip does. */
  async ask(): Promise<number> {
    const { clock, epoch } = this.#options;
    const chipSeconds = await this.#there().chip.now();
    const seconds = clock.monotonicSeconds();
    // A board may lose its power for a moment without closing the port.
    await this.assertSamePowerUp();
    this.#anchor = {
      bootId: this.#boot.bootId,
      chipSeconds,
      wallSeconds: clock.wallSeconds(),
      uncertaintySeconds: 0,
      monotonic: { epoch, seconds },
    };
    this.#boot = anchored(this.#boot, this.#anchor);
    return this.#boot.anchorSeconds;
  }

  /** What the host's clocks make of the latest answer. */
  estimate(): number {
    return withoutBoard(this.#boot, this.#anchor, this.#kind, this.#options.clock);
  }

  /** @throws LabError BOARD_RESTARTED when what was read since it was opened may be of two power-ups. */
  async assertSamePowerUp(): Promise<void> {
    const { opened } = this.#there();
    if ((await opened.currentBootId()) === this.#boot.bootId) return;
    throw new LabError("BOARD_RESTARTED", `${opened.resource}: the board restarted`);
  }

  #there(): Present {
    if (this.#present !== undefined) return this.#present;
    throw new LabError("LINK_LOST", "the board is not there");
  }

  #assertOurs({ descriptor, resource }: OpenedChip): void {
    const { chip } = this.#options;
    if (chipIdentity(descriptor) === chip) return;
    throw new LabError("NOT_OURS", `${resource} is ${chipIdentity(descriptor)}; the campaign is of ${chip}`, {
      next: "connect the chip of the campaign",
    });
  }

  async #hold({ lock }: OpenedChip): Promise<HeldLock | undefined> {
    if (lock === undefined) return undefined;
    const { timer, lockOwner: owner, lockLost: lost } = this.#options;
    return holdLock(lock, { owner, leaseSeconds: boardLeaseSeconds, timer, lost });
  }
}

/** A line that is lost cannot be told anything. */
async function leave({ opened, held }: Pick<Present, "opened" | "held">): Promise<void> {
  await held?.release().catch(() => {});
  await opened.safeOff().catch(() => {});
  await opened.close();
}
