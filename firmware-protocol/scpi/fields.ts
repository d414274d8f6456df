/** Takes the elements of a request or reply one by one, checked; whatever is left over is a fault. */

import type { Element } from "./element.ts";
import { ScpiFault } from "./errors.ts";

export class Fields {
  readonly #elements: readonly Element[];
  #next = 0;

  constructor(elements: readonly Element[]) {
    this.#elements = elements;
  }

  /** Elements that were not taken yet. */
  get remaining(): number {
    return this.#elements.length - this.#next;
  }

  /** @throws ScpiFault -109, -104, -222. */
  integer(name: string, min: number, max: number): number {
    const value = this.real(name, min, max);
    if (!Number.isInteger(value)) throw new ScpiFault(-104, `${name} ${value} is not a whole number`);
    return value;
  }

  /** @throws ScpiFault -109, -104, -222. */
  real(name: string, min = -Number.MAX_VALUE, max = Number.MAX_VALUE): number {
    const element = this.#take(name);
    if (element.kind !== "number") throw new ScpiFault(-104, `${name} must be a number`);
    if (!(element.value >= min && element.value <= max)) {
      throw new ScpiFault(-222, `${name} ${element.value}, allowed ${min} to ${max}`);
    }
    return element.value;
  }

  /** @throws ScpiFault -109, -104. */
  string(name: string): string {
    const element = this.#take(name);
    if (element.kind !== "string") throw new ScpiFault(-104, `${name} must be a string`);
    return element.text;
  }

  /** A block, of exactly `bytes` bytes where given. @throws ScpiFault -109, -104, -161. */
  block(name: string, bytes?: number): Uint8Array {
    const element = this.#take(name);
    if (element.kind !== "block") throw new ScpiFault(-104, `${name} must be a block`);
    if (bytes !== undefined && element.bytes.length !== bytes) {
      throw new ScpiFault(-161, `${name} has ${element.bytes.length} bytes, ${bytes} expected`);
    }
    return element.bytes;
  }

  /** A block of whole values of `bytesPerValue` bytes each. @throws ScpiFault -109, -104, -161. */
  blockOfValues(name: string, bytesPerValue: number): Uint8Array {
    const bytes = this.block(name);
    if (bytes.length % bytesPerValue === 0) return bytes;
    throw new ScpiFault(-161, `${name} has ${bytes.length} bytes, no multiple of ${bytesPerValue}`);
  }

  /** @throws ScpiFault -108 when something is left. */
  end(): void {
    if (this.remaining > 0) throw new ScpiFault(-108, `${this.remaining} parameters too many`);
  }

  #take(name: string): Element {
    const element = this.#elements[this.#next];
    if (element === undefined) throw new ScpiFault(-109, `${name} is missing`);
    this.#next++;
    return element;
  }
}
