/**
 * An open serial port as bytes in and out. The port is opened and watched by `serialport`'s binding; where the binding can tell that a port
 * is ready, bytes are moved at once instead of by a thread of the pool, which costs several times as much as the bytes themselves.
 */

import { EventEmitter } from "node:events";
import { readSync, writeSync } from "node:fs";
import { textOf } from "../../src/core/errors.ts";

/** What a port has given, that it is gone and why where that is known; each listener is called with it. */
interface LineEvents {
  data: [chunk: Uint8Array];
  close: [cause: unknown];
}

export interface SerialLine extends EventEmitter<LineEvents> {
  readonly isOpen: boolean;
  /** Comes back when the operating system has taken all bytes; they must not change until then. Rejects when the port is gone. */
  write(bytes: Uint8Array): Promise<void>;
  /** A second call waits for the first, so that the port can be opened again once either has come back. */
  close(): Promise<void>;
}

/** Reads are of at most so many bytes; what a read leaves of the memory serves the next ones. */
const readBytes = 1 << 16;
const leastRoomBytes = 1 << 13;
/** After a read of so many there are likely more; everything else of the process has its turn after so many reads. */
const bulkBytes = 512;
const mostReads = 32;

/** @throws what the operating system says, as `serialport` words it. */
export async function openSerialLine(path: string, baudRate: number): Promise<SerialLine> {
  const { SerialPort } = await import("serialport");
  const port = await SerialPort.binding.open({ path, baudRate, lock: true });
  return "poller" in port && port.fd !== null
    ? new ReadyLine(port, { fd: port.fd, poller: port.poller })
    : new WaitingLine(port);
}

/** What this file needs of a binding's port. */
export interface BoundPort {
  read(buffer: Buffer, offset: number, length: number): Promise<{ bytesRead: number }>;
  write(buffer: Buffer): Promise<void>;
  close(): Promise<void>;
}

interface Poller {
  once(event: "readable" | "writable", call: (failure: Error | null) => void): unknown;
  /** Waits for these events and no others, whatever `once` asked for before. */
  poll(events: number): void;
}

/** libuv, uv_poll_event. */
const readable = 1;
const writable = 2;

abstract class Line extends EventEmitter<LineEvents> implements SerialLine {
  readonly #port: BoundPort;
  #room = Buffer.allocUnsafeSlow(readBytes);
  #closing: Promise<void> | undefined;
  isOpen = true;

  constructor(port: BoundPort) {
    super();
    this.#port = port;
  }

  abstract write(bytes: Uint8Array): Promise<void>;

  close(): Promise<void> {
    this.#closing ??= this.#closed(undefined);
    return this.#closing;
  }

  /** Memory that no chunk has. */
  protected get room(): Buffer {
    if (this.#room.length < leastRoomBytes) this.#room = Buffer.allocUnsafeSlow(readBytes);
    return this.#room;
  }

  protected came(bytes: number): void {
    const chunk = this.#room.subarray(0, bytes);
    this.#room = this.#room.subarray(bytes);
    this.emit("data", chunk);
  }

  /** The operating system no longer has the port. */
  protected lost(cause: unknown): void {
    this.#closing ??= this.#closed(cause);
  }

  async #closed(cause: unknown): Promise<void> {
    this.isOpen = false;
    this.ended(cause);
    // A port that is gone cannot be closed, and need not be.
    await this.#port.close().catch(() => {});
    this.emit("close", cause);
  }

  /** Nothing more is read or written. */
  protected abstract ended(cause: unknown): void;
}

interface Unwritten {
  bytes: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

/** Reads and writes without waiting when the port is ready for it. */
class ReadyLine extends Line {
  readonly #fd: number;
  readonly #poller: Poller;
  readonly #unwritten: Unwritten[] = [];

  constructor(port: BoundPort, { fd, poller }: { readonly fd: number; readonly poller: Poller }) {
    super(port);
    this.#fd = fd;
    this.#poller = poller;
    this.#listen();
  }

  write(bytes: Uint8Array): Promise<void> {
    if (!this.isOpen) return Promise.reject(new Error("the port is closed"));
    const written = this.#unwritten.length === 0 ? this.#tryWrite(bytes) : 0;
    if (written === bytes.length) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#unwritten.push({ bytes: bytes.subarray(written), resolve, reject });
      if (!this.isOpen) this.ended(undefined);
      else if (this.#unwritten.length === 1) this.#awaitRoom();
    });
  }

  protected ended(cause: unknown): void {
    const reason = cause ?? new Error("the port is closed");
    for (const { reject } of this.#unwritten.splice(0)) reject(reason);
  }

  #listen(): void {
    this.#poller.once("readable", (failure) => {
      if (!this.isOpen) return;
      if (failure !== null) this.lost(failure);
      else this.#read();
      if (this.isOpen) this.#listen();
    });
    this.#awaitAll();
  }

  /**
   * The binding's `once` forgets what it waited for before: a port that waits for room would not be read, and a board that says much
   * while it is told much would wait for its reader for ever.
   */
  #awaitAll(): void {
    this.#poller.poll(this.#unwritten.length > 0 ? readable | writable : readable);
  }

  /** Until there is nothing more: what comes in bulk comes in pieces of 4 KiB, and to be told of each takes longer than to look. */
  #read(): void {
    for (let reads = 0; reads < mostReads && this.isOpen; reads++) {
      const bytes = unlessBusy(() => readSync(this.#fd, this.room));
      // A terminal that is ready and has nothing was hung up.
      if (bytes === 0) this.lost(new Error("the port was hung up"));
      else if (bytes instanceof Error) this.lost(bytes);
      else if (bytes !== undefined) this.came(bytes);
      if (!(Number(bytes) >= bulkBytes)) return;
    }
  }

  #awaitRoom(): void {
    this.#poller.once("writable", (failure) => {
      if (!this.isOpen) return;
      if (failure !== null) this.lost(failure);
      else this.#writeOn();
    });
    this.#awaitAll();
  }

  #writeOn(): void {
    for (let first = this.#unwritten[0]; first !== undefined; first = this.#unwritten[0]) {
      const written = this.#tryWrite(first.bytes);
      first.bytes = first.bytes.subarray(written);
      if (first.bytes.length > 0) {
        if (this.isOpen) this.#awaitRoom();
        return;
      }
      this.#unwritten.shift();
      first.resolve();
    }
  }

  /** How many bytes were taken. */
  #tryWrite(bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    const written = unlessBusy(() => writeSync(this.#fd, bytes));
    if (!(written instanceof Error)) return written ?? 0;
    this.lost(written);
    return 0;
  }
}

/** Undefined when the port is not ready after all; the error where there is another one. */
function unlessBusy(call: () => number): number | Error | undefined {
  try {
    return call();
  } catch (failure) {
    const code = failure instanceof Error && "code" in failure ? failure.code : undefined;
    if (code === "EAGAIN" || code === "EWOULDBLOCK" || code === "EINTR") return undefined;
    return failure instanceof Error ? failure : new Error(textOf(failure));
  }
}

/** Reads and writes as the binding does, on systems where it cannot tell when a port is ready. */
export class WaitingLine extends Line {
  readonly #bound: BoundPort;
  #written: Promise<void> = Promise.resolve();

  constructor(port: BoundPort) {
    super(port);
    this.#bound = port;
    void this.#readOn();
  }

  write(bytes: Uint8Array): Promise<void> {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const written = this.#written.then(() => {
      if (!this.isOpen) throw new Error("the port is closed");
      return this.#bound.write(buffer);
    });
    this.#written = written.catch((failure: unknown) => this.lost(failure));
    return written;
  }

  protected ended(): void {}

  async #readOn(): Promise<void> {
    try {
      while (this.isOpen) {
        const { room } = this;
        const { bytesRead } = await this.#bound.read(room, 0, room.length);
        if (this.isOpen && bytesRead > 0) this.came(bytesRead);
      }
    } catch (failure) {
      this.lost(failure);
    }
  }
}
