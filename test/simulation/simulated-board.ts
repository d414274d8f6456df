/** A board that loses its power now and then: the same silicon, a new boot id, an empty operation record. */

import type { LinkCounters } from "../../firmware-protocol/link/counters.ts";
import type { LinkLimits } from "../../firmware-protocol/link/terms.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { type LinkedLine, linkedLine } from "../../mocks/link/linked-line.ts";
import { exampleDescriptor, type FakeArray, fakeArray } from "../firmware/fake-array.ts";
import type { VirtualWorld } from "./virtual-world.ts";

const offSeconds = 0.3;
const firstBootId = 1000;

export class SimulatedBoard {
  readonly array: FakeArray = fakeArray(exampleDescriptor);
  readonly #world: VirtualWorld;
  readonly #limits: LinkLimits;
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  #boots = 0;
  #line: LinkedLine | undefined;
  readonly #counters: LinkCounters[] = [];

  constructor(world: VirtualWorld, limits: LinkLimits, write: (bytes: Uint8Array) => Promise<void>) {
    this.#world = world;
    this.#limits = limits;
    this.#write = write;
    this.#start();
  }

  receive(chunk: Uint8Array): void {
    this.#line?.receive(chunk);
  }

  get reboots(): number {
    return this.#boots - 1;
  }

  /** What it does in the middle of an answer is not done, what it heard and did not answer is forgotten. */
  reboot(): void {
    if (this.#line === undefined) return;
    this.#line.stop();
    this.#counters.push(this.#line.counters());
    this.#line = undefined;
    this.#world.after(offSeconds, () => this.#start());
  }

  /** Of all boots. */
  counters(): readonly LinkCounters[] {
    return this.#line === undefined ? this.#counters : [...this.#counters, this.#line.counters()];
  }

  #start(): void {
    const firmware = new Firmware(this.array, firstBootId + this.#boots++);
    this.#line = linkedLine(firmware, this.#world, this.#world, (bytes) => this.#write(bytes), this.#limits);
  }
}
