/** Bytes that came from a socket and were not taken yet; taking costs one copy of what is taken, however it was chopped. */

export class ByteQueue {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** Exactly `count` bytes, or undefined while there are fewer. */
  take(count: number): Uint8Array | undefined {
    if (this.#length < count) return undefined;
    const taken = new Uint8Array(count);
    let at = 0;
    while (at < count) at += this.#moveInto(taken, at);
    this.#length -= count;
    return taken;
  }

  #moveInto(target: Uint8Array, at: number): number {
    const chunk = this.#chunks[0] ?? new Uint8Array(0);
    const part = chunk.subarray(0, target.length - at);
    target.set(part, at);
    if (part.length === chunk.length) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(part.length);
    return part.length;
  }
}
