/** Two lossy lines between a host and a board, and a plug that can be pulled and comes back under another path. */

import type { SerialPorts } from "../../drivers/serial/port-facts.ts";
import { Inbox } from "../../drivers/transport/inbox.ts";
import type { Transport } from "../../drivers/transport/transport.ts";
import { LabError } from "../../src/core/errors.ts";
import type { Prng } from "../../src/core/prng.ts";
import { FrameWitness } from "./frame-witness.ts";
import { type LineLedger, LossyLine } from "./lossy-line.ts";
import { framesIn } from "./sent-frames.ts";
import { SimulatedBoard } from "./simulated-board.ts";
import { type Faults, someLimits } from "./swarm.ts";
import type { VirtualWorld } from "./virtual-world.ts";

/** A port that was opened. */
export interface Plug {
  readonly transport: Transport;
  readonly witness: FrameWitness;
  framesWritten: number;
}

const pathOf = (socket: number): string => `/dev/ttyACM${socket}`;
const sockets = 3;
const longestAwaySeconds = 3;

export class SimulatedCable {
  readonly board: SimulatedBoard;
  readonly #world: VirtualWorld;
  readonly #prng: Prng;
  readonly #toBoard: LossyLine;
  readonly #toHost: LossyLine;
  #hear: (chunk: Uint8Array) => void = () => {};
  #inbox: Inbox | undefined;
  #path: string | undefined = pathOf(0);
  pulls = 0;

  constructor(world: VirtualWorld, prng: Prng, faults: Faults) {
    this.#world = world;
    this.#prng = prng;
    this.#toHost = new LossyLine(world, prng, faults, (chunk) => this.#hear(chunk));
    this.#toBoard = new LossyLine(world, prng, faults, (chunk) => this.board.receive(chunk));
    const say = (bytes: Uint8Array): Promise<void> => this.#toHost.send(bytes);
    this.board = new SimulatedBoard(world, someLimits(prng), this.#toBoard.frames, say);
  }

  get ledgers(): { readonly toBoard: LineLedger; readonly toHost: LineLedger } {
    return { toBoard: this.#toBoard.ledger, toHost: this.#toHost.ledger };
  }

  readonly ports: SerialPorts = {
    list: async () =>
      this.#path === undefined
        ? []
        : [{ path: this.#path, vendorId: "1209", productId: "0001", serialNumber: "SIX" }],
    behind: async (path) => path,
  };

  /** The host opens the port. What the board sent to the host before it is still under way. */
  plugIn(path: string): Plug {
    if (path !== this.#path) throw new LabError("PORT_MISSING", `there is no port ${path}`);
    if (this.#inbox !== undefined && this.#inbox.closedBy === undefined)
      throw new LabError("PORT_BUSY", `${path} is open already`);
    const inbox = new Inbox();
    const plug: Plug = {
      transport: {
        name: path,
        listen: (listener) => inbox.listen(listener),
        write: async (bytes) => {
          plug.framesWritten += framesIn(bytes);
          if (inbox.closedBy !== undefined) throw inbox.closedBy;
          await this.#toBoard.send(bytes);
        },
        close: async () => inbox.close(new LabError("LINK_LOST", "the port was closed")),
      },
      witness: new FrameWitness(this.#toHost.frames, "host"),
      framesWritten: 0,
    };
    this.#inbox = inbox;
    this.#hear = (chunk) => {
      if (inbox.closedBy === undefined) plug.witness.hear(chunk, this.#world.monotonicSeconds());
      inbox.bytes(chunk);
    };
    return plug;
  }

  /** Where the board is found now; undefined while it is nowhere. */
  get path(): string | undefined {
    return this.#path;
  }

  pull(): void {
    if (this.#path === undefined) return;
    this.pulls++;
    this.#path = undefined;
    this.#inbox?.close(new LabError("LINK_LOST", "the cable was pulled"));
    this.#world.after(longestAwaySeconds * this.#prng.uniform(), () => {
      this.#path = pathOf(this.#prng.below(sockets));
    });
  }
}
