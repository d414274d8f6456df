/** Those who listen to changes (server-sent events, WHATWG HTML 9.2): a bounded number, none of whom is waited for. */

/** The end of a connection, as Node's responses have it. */
export interface EventSink {
  write(text: string): unknown;
  /** Bytes that were written and not taken yet. */
  readonly writableLength: number;
  end(): unknown;
  destroy(): unknown;
}

export interface EventClientsOptions {
  readonly most: number;
  /** A client that has left more than this unread is dropped: it comes back by itself, and then asks for what is new. */
  readonly mostWaitingBytes: number;
}

export class EventClients {
  readonly #options: EventClientsOptions;
  readonly #sinks = new Set<EventSink>();

  constructor(options: EventClientsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#sinks.size;
  }

  get isFull(): boolean {
    return this.#sinks.size >= this.#options.most;
  }

  /** @returns what the end of the connection calls. */
  add(sink: EventSink, first: string): () => void {
    this.#sinks.add(sink);
    this.#write(sink, first);
    return () => this.#sinks.delete(sink);
  }

  send(text: string): void {
    for (const sink of this.#sinks) this.#write(sink, text);
  }

  closeAll(): void {
    for (const sink of this.#sinks) sink.end();
    this.#sinks.clear();
  }

  #write(sink: EventSink, text: string): void {
    sink.write(text);
    if (sink.writableLength <= this.#options.mostWaitingBytes) return;
    this.#sinks.delete(sink);
    sink.destroy();
  }
}

/** One event; JSON has no line feeds of its own, which would end the field. */
export const eventText = (name: string, data: object): string =>
  `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
