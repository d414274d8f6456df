/** A board that loses its power now and then: the same silicon, a new boot id, an empty operation record. */

import type { LinkCounters } from "../../firmware-protocol/link/counters.ts";
import type { LinkLimits } from "../../firmware-protocol/link/terms.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { type LinkedLine, linkedLine } from "../../mocks/link/linked-line.ts";
import type { Accounts } from "./accounts.ts";
import { FrameWitness } from "./frame-witness.ts";
import { framesIn, type SentFrames } from "./sent-frames.ts";
import { Silicon } from "./silicon.ts";
import type { VirtualWorld } from "./virtual-world.ts";

const offSeconds = 0.3;
const firstBootId = 1000;

interface Boot {
  readonly line: LinkedLine;
  readonly witness: FrameWitness;
  framesWritten: number;
}

export class SimulatedBoard {
  readonly silicon = new Silicon();
  readonly #world: VirtualWorld;
  readonly #limits: LinkLimits;
  readonly #hostFrames: SentFrames;
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  readonly #boots: Boot[] = [];
  #powered: Boot | undefined;

  /** @param hostFrames what the host sends. */
  constructor(
    world: VirtualWorld,
    limits: LinkLimits,
    hostFrames: SentFrames,
    write: (bytes: Uint8Array) => Promise<void>,
  ) {
    this.#world = world;
    this.#limits = limits;
    this.#hostFrames = hostFrames;
    this.#write = write;
    this.#start();
  }

  receive(chunk: Uint8Array): void {
    this.#powered?.witness.hear(chunk, this.#world.monotonicSeconds());
    this.#powered?.line.receive(chunk);
  }

  get reboots(): number {
    return this.#boots.length - 1;
  }

  /** What it does in the middle of an answer is not done, what it heard and did not answer is forgotten. */
  reboot(): void {
    if (this.#powered === undefined) return;
    this.#powered.line.stop();
    this.#powered = undefined;
    this.#world.after(offSeconds, () => this.#start());
  }

  /** Of all boots. */
  counters(): readonly LinkCounters[] {
    return this.#boots.map(({ line }) => line.counters());
  }

  /** Of all boots. */
  accounts(): readonly Accounts[] {
    return this.#boots.map(({ line, witness, framesWritten }, boot) => ({
      name: `the board since boot ${boot}`,
      counters: line.counters(),
      witness,
      framesWritten,
    }));
  }

  #start(): void {
    const bootId = firstBootId + this.#boots.length;
    const firmware = new Firmware(this.silicon.powerUp(bootId), bootId);
    const write = (bytes: Uint8Array): Promise<void> => {
      boot.framesWritten += framesIn(bytes);
      return this.#write(bytes);
    };
    const boot: Boot = {
      line: linkedLine(firmware, this.#world, this.#world, write, this.#limits),
      witness: new FrameWitness(this.#hostFrames, "board"),
      framesWritten: 0,
    };
    this.#boots.push(boot);
    this.#powered = boot;
  }
}
