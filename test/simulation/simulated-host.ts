/**
 * A user of the production code through everything that goes wrong: opens the chip as the command line does, lets it work and
 * reconnect by itself, and opens it again when it has given up.
 */

import { openReconnectingChip } from "../../drivers/chip/reconnecting-chip.ts";
import { openRemoteChip, type RemoteChip } from "../../drivers/chip/remote-chip.ts";
import { linkEndOf } from "../../drivers/link/link-failure.ts";
import { type LinkTransport, openLink } from "../../drivers/link/link-transport.ts";
import type { Transport } from "../../drivers/transport/transport.ts";
import type { LinkCounters } from "../../firmware-protocol/link/counters.ts";
import type { EndReason } from "../../firmware-protocol/link/state.ts";
import type { LinkLimits } from "../../firmware-protocol/link/terms.ts";
import type { OpenedChip } from "../../src/chip/opened-chip.ts";
import { type ErrorCode, LabError } from "../../src/core/errors.ts";
import type { Prng } from "../../src/core/prng.ts";
import type { Accounts } from "./accounts.ts";
import type { Plug, SimulatedCable } from "./simulated-cable.ts";
import { type Faults, someLimits } from "./swarm.ts";
import type { VirtualWorld } from "./virtual-world.ts";

/** A chip may be lost for good at once; at these rates so many in a row are not. */
const mostChips = 60;
const pauseSeconds = 0.5;
const reconnectSeconds = 60;

/** How a line came to its end: the reason of the link, or the port was gone. */
export type LineEnd = EndReason | "port gone";

interface Opened {
  readonly plug: Plug;
  readonly link: LinkTransport;
}

export class SimulatedHost {
  /** Of chips that were given up, and of openings, which are not repeated. */
  readonly failures: ErrorCode[] = [];
  /** Of handshakes and of sessions that the host did not close itself. */
  readonly ends: LineEnd[] = [];
  chips = 0;
  readonly #opened: Opened[] = [];
  readonly #world: VirtualWorld;
  readonly #cable: SimulatedCable;
  readonly #prng: Prng;
  readonly #faults: Faults;
  readonly #limits: LinkLimits;

  constructor(world: VirtualWorld, cable: SimulatedCable, prng: Prng, faults: Faults) {
    this.#world = world;
    this.#cable = cable;
    this.#prng = prng;
    this.#faults = faults;
    this.#limits = someLimits(prng);
  }

  /**
   * Opens chips until the work ends with one; false when it gave up. @param work throws LabError when the chip is lost for good; work
   * that takes a hundred operations and begins again after each restart may have no end where one operation in twenty restarts the board.
   */
  async work(work: (chip: OpenedChip) => Promise<void>): Promise<boolean> {
    for (let chips = 0; chips < mostChips; chips++) {
      try {
        await this.#withChip(work);
        return true;
      } catch (failure) {
        if (!(failure instanceof LabError)) throw failure;
        this.failures.push(failure.code);
      }
      await this.#world.pause(pauseSeconds);
    }
    return false;
  }

  /** Of every link that was opened. */
  counters(): readonly LinkCounters[] {
    return this.#opened.map(({ link }) => link.counters());
  }

  accounts(): readonly Accounts[] {
    return this.#opened.map(({ plug: { witness, framesWritten }, link }, line) => ({
      name: `the host on line ${line}`,
      counters: link.counters(),
      witness,
      framesWritten,
    }));
  }

  async #withChip(work: (chip: OpenedChip) => Promise<void>): Promise<void> {
    const { path, ports } = this.#cable;
    if (path === undefined) throw new LabError("PORT_MISSING", "the board is plugged in nowhere");
    const chip = await openReconnectingChip(path, {
      timer: this.#world,
      clock: this.#world,
      connect: (name) => this.#connect(name),
      ports,
      totalSeconds: reconnectSeconds,
      notice: () => {},
    });
    this.chips++;
    try {
      await work({ ...chip, pulse: (...pulse) => this.#troubled(() => chip.pulse(...pulse)) });
    } finally {
      await chip.close();
    }
  }

  async #connect(path: string): Promise<RemoteChip> {
    const plug = this.#cable.plugIn(path);
    const session = 1 + this.#prng.below(2 ** 32 - 1);
    const opening = openLink(plug.transport, this.#world, this.#world, session, { limits: this.#limits });
    const link = await opening.catch(async (failure: unknown) => {
      this.#ended(failure);
      await plug.transport.close();
      throw failure;
    });
    this.#opened.push({ plug, link });
    return openRemoteChip(this.#watched(link), this.#world);
  }

  #watched(link: LinkTransport): Transport {
    const listen: Transport["listen"] = (listener) =>
      link.listen({
        bytes: (chunk) => listener.bytes(chunk),
        closed: (reason) => {
          this.#ended(reason);
          listener.closed(reason);
        },
      });
    return { name: link.name, listen, write: (bytes) => link.write(bytes), close: () => link.close() };
  }

  #ended(reason: unknown): void {
    const end = linkEndOf(reason) ?? "port gone";
    if (end !== "closed") this.ends.push(end);
  }

  #troubled<T>(act: () => T): T {
    this.#perhaps("reboot", () => this.#cable.board.reboot());
    this.#perhaps("disconnect", () => this.#cable.pull());
    return act();
  }

  #perhaps(fault: "reboot" | "disconnect", happen: () => void): void {
    if (this.#prng.uniform() < this.#faults[fault]) this.#world.after(0.02 * this.#prng.uniform(), happen);
  }
}
