/**
 * A host that programs cells through everything that goes wrong: it keeps requests under way, notes what it intended and what was
 * acknowledged, and after a failure connects again, asks the board what it remembers, and sends again only what was not applied.
 */

import { perform } from "../../drivers/instrument/perform.ts";
import { Session } from "../../drivers/instrument/session.ts";
import { type LinkTransport, openLink } from "../../drivers/link/link-transport.ts";
import type { LinkCounters } from "../../firmware-protocol/link/counters.ts";
import type { LinkLimits } from "../../firmware-protocol/link/terms.ts";
import { lastOperation } from "../../firmware-protocol/operation/last-operation.ts";
import { pulseCells } from "../../firmware-protocol/operation/pulse-cells.ts";
import { readRegion } from "../../firmware-protocol/operation/read-region.ts";
import { pulseFates } from "../../src/chip/pulse-fate.ts";
import { cellCount, type Region } from "../../src/chip/region.ts";
import { countNonZero } from "../../src/core/bytes.ts";
import { LabError } from "../../src/core/errors.ts";
import type { Prng } from "../../src/core/prng.ts";
import type { SimulatedCable } from "./simulated-cable.ts";
import { type Faults, someLimits } from "./swarm.ts";
import type { VirtualWorld } from "./virtual-world.ts";

export type Standing = "intended" | "sent" | "acknowledged" | "applied" | "unknown";

export interface PulseOrder {
  /** Also the code of its pulses, so that the silicon's record names it. */
  readonly operationId: number;
  readonly region: Region;
  readonly amplitudeCodes: Uint16Array;
  standing: Standing;
}

const orders = 60;
const mostUnderWay = 8;
/** A connection may fail again at once; at 5 % of everything twenty in a row do not. */
const mostConnections = 100;
const replugSeconds = 0.5;

export class SimulatedHost {
  readonly book: PulseOrder[] = [];
  readonly failures: string[] = [];
  /** Of every link that was opened. */
  readonly counters: LinkCounters[] = [];
  readonly mismatches: string[] = [];
  readonly #world: VirtualWorld;
  readonly #cable: SimulatedCable;
  readonly #prng: Prng;
  readonly #faults: Faults;
  readonly #limits: LinkLimits;
  #bootId: number | undefined;

  constructor(world: VirtualWorld, cable: SimulatedCable, prng: Prng, faults: Faults) {
    this.#world = world;
    this.#cable = cable;
    this.#prng = prng;
    this.#faults = faults;
    this.#limits = someLimits(prng);
    for (let id = 1; id <= orders; id++) this.book.push(this.#order(id));
  }

  /** Works until every order is settled. */
  async work(): Promise<void> {
    for (let connection = 0; connection < mostConnections; connection++) {
      try {
        if (await this.#connectAndWork()) return;
      } catch (failure) {
        if (!(failure instanceof LabError)) throw failure;
        this.failures.push(`${failure.code}: ${failure.message}`);
      }
      await this.#world.pause(replugSeconds);
    }
    throw new Error(`${mostConnections} connections failed: ${this.failures.slice(-5).join(" | ")}`);
  }

  async #connectAndWork(): Promise<boolean> {
    const session = 1 + this.#prng.below(2 ** 32 - 1);
    const cable = this.#cable.plugIn();
    const opening = openLink(cable, this.#world, this.#world, session, { limits: this.#limits });
    const link = await opening.catch(async (failure) => {
      await cable.close();
      throw failure;
    });
    try {
      await this.#workOver(link);
      await link.close();
      return true;
    } finally {
      await link.close();
      this.counters.push(link.counters());
    }
  }

  async #workOver(link: LinkTransport): Promise<void> {
    const session = new Session(link, this.#world);
    await this.#settle(session);
    const waiting = this.book.filter(({ standing }) => standing === "intended").values();
    const worker = async (): Promise<void> => {
      for (const order of waiting) {
        this.#misfortune();
        await this.#pulse(session, order);
        if (this.#prng.below(3) === 0) await this.#read(session);
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: mostUnderWay }, worker));
    for (const end of ended) if (end.status === "rejected") throw end.reason;
  }

  /** Asks the board what it remembers, and settles what was under way when the last connection failed. */
  async #settle(session: Session): Promise<void> {
    const memory = await perform(session, lastOperation, {});
    const doubtful = this.book.filter(({ standing }) => standing === "sent");
    const fates = pulseFates(
      doubtful.map(({ operationId }) => operationId),
      this.#bootId ?? memory.bootId,
      memory,
    );
    for (const order of doubtful) {
      const fate = fates.get(order.operationId) ?? "unknown";
      order.standing = fate === "not-applied" ? "intended" : fate;
    }
    this.#bootId = memory.bootId;
  }

  async #pulse(session: Session, order: PulseOrder): Promise<void> {
    const { operationId, region, amplitudeCodes } = order;
    order.standing = "sent";
    const request = { operationId, region, widthNanoseconds: 100, trailingNanoseconds: 0, amplitudeCodes };
    const reply = await perform(session, pulseCells, request);
    order.standing = "acknowledged";
    if (reply.operationId !== operationId || reply.pulses !== countNonZero(amplitudeCodes)) {
      this.mismatches.push(`operation ${operationId} was answered by ${JSON.stringify(reply)}`);
    }
  }

  async #read(session: Session): Promise<void> {
    const region = this.#region();
    const averages = 1 + this.#prng.below(200);
    const { codeSums } = await perform(session, readRegion, {
      region,
      averages,
      readVolts: 0.2,
      mask: undefined,
    });
    const matches =
      codeSums.length === cellCount(region) && codeSums.every((sum, cell) => sum === (cell + 1) * averages);
    if (!matches) this.mismatches.push(`a read of ${averages} averages was answered by ${codeSums}`);
  }

  #misfortune(): void {
    if (this.#prng.uniform() < this.#faults.reboot) {
      this.#world.after(0.02 * this.#prng.uniform(), () => this.#cable.board.reboot());
    }
    if (this.#prng.uniform() < this.#faults.disconnect) {
      this.#world.after(0.02 * this.#prng.uniform(), () => this.#cable.pull());
    }
  }

  #order(operationId: number): PulseOrder {
    const region = this.#region();
    const amplitudeCodes = new Uint16Array(cellCount(region)).fill(operationId);
    return { operationId, region, amplitudeCodes, standing: "intended" };
  }

  #region(): Region {
    const row = this.#prng.below(4);
    const column = this.#prng.below(4);
    return {
      array: 0,
      row,
      column,
      rows: 1 + this.#prng.below(4 - row),
      columns: 1 + this.#prng.below(4 - column),
    };
  }
}
