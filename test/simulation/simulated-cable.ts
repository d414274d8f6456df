/** Two lossy lines between a host and a board, and a plug that can be pulled. */

import { Inbox } from "../../drivers/transport/inbox.ts";
import type { Transport } from "../../drivers/transport/transport.ts";
import { LabError } from "../../src/core/errors.ts";
import type { Prng } from "../../src/core/prng.ts";
import { type LineLedger, LossyLine } from "./lossy-line.ts";
import { SimulatedBoard } from "./simulated-board.ts";
import { type Faults, someLimits } from "./swarm.ts";
import type { VirtualWorld } from "./virtual-world.ts";

export class SimulatedCable {
  readonly board: SimulatedBoard;
  readonly #toBoard: LossyLine;
  readonly #toHost: LossyLine;
  #inbox: Inbox | undefined;
  pulls = 0;

  constructor(world: VirtualWorld, prng: Prng, faults: Faults) {
    this.#toHost = new LossyLine(world, prng, faults, (chunk) => this.#inbox?.bytes(chunk));
    this.board = new SimulatedBoard(world, someLimits(prng), (bytes) => this.#toHost.send(bytes));
    this.#toBoard = new LossyLine(world, prng, faults, (chunk) => this.board.receive(chunk));
  }

  get ledgers(): { readonly toBoard: LineLedger; readonly toHost: LineLedger } {
    return { toBoard: this.#toBoard.ledger, toHost: this.#toHost.ledger };
  }

  /** The host opens the port. What the board sent to the host before it is still under way. */
  plugIn(): Transport {
    const inbox = new Inbox();
    this.#inbox = inbox;
    return {
      name: "cable",
      listen: (listener) => inbox.listen(listener),
      write: async (bytes) => {
        if (inbox.closedBy !== undefined) throw inbox.closedBy;
        await this.#toBoard.send(bytes);
      },
      close: async () => inbox.close(new LabError("LINK_LOST", "the port was closed")),
    };
  }

  pull(): void {
    this.pulls++;
    this.#inbox?.close(new LabError("LINK_LOST", "the cable was pulled"));
  }
}
