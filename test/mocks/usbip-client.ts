/** A USB/IP client for tests: real bytes over a real loopback socket, as Linux's vhci-hcd and the usbip command send them. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface Reply {
  readonly command: number;
  readonly sequence: number;
  readonly status: number;
  readonly actualLength: number;
  readonly data: Buffer;
}

export class UsbipClient {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  #changed: () => void = () => {};
  #sequence = 0;
  /** Lengths that replies to IN transfers have behind their header. */
  readonly #toHost = new Set<number>();

  static async to(port: number): Promise<UsbipClient> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    onTestFinished(() => void socket.destroy());
    await once(socket, "connect");
    return new UsbipClient(socket);
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#changed();
    });
    socket.on("close", () => this.#changed());
  }

  get isClosed(): boolean {
    return this.socket.destroyed || this.socket.readableEnded;
  }

  /** Bytes that came and were not taken. */
  get unread(): number {
    return this.#received.length;
  }

  async take(count: number): Promise<Buffer> {
    while (this.#received.length < count) {
      if (this.isClosed) throw new Error(`closed after ${this.#received.length} of ${count} bytes`);
      await this.#change();
    }
    const taken = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return taken;
  }

  async closed(): Promise<void> {
    while (!this.isClosed) await this.#change();
  }

  operation(code: number, body: Buffer = Buffer.alloc(0), version = 0x0111): void {
    const header = Buffer.alloc(8);
    header.writeUInt16BE(version, 0);
    header.writeUInt16BE(code, 2);
    this.socket.write(Buffer.concat([header, body]));
  }

  /** Gives the status of OP_REP_IMPORT. */
  async import(busId = "1-1"): Promise<number> {
    this.operation(0x8003, Buffer.from(busId.padEnd(32, "\0"), "latin1"));
    const header = await this.take(8);
    const status = header.readUInt32BE(4);
    if (status === 0) await this.take(312);
    return status;
  }

  /** Sends USBIP_CMD_SUBMIT and gives its sequence number. */
  submit(
    endpoint: number,
    options: { setup?: readonly number[]; out?: Uint8Array; length?: number },
  ): number {
    const { setup = [0, 0, 0, 0, 0, 0, 0, 0], out, length = out?.length ?? 0 } = options;
    const sequence = ++this.#sequence;
    const header = Buffer.alloc(48);
    const toHost = out === undefined;
    for (const [i, value] of [
      1,
      sequence,
      0x00010002,
      toHost ? 1 : 0,
      endpoint,
      0,
      length,
      0,
      0,
      0,
    ].entries())
      header.writeUInt32BE(value, 4 * i);
    header.set(setup, 40);
    if (toHost) this.#toHost.add(sequence);
    this.socket.write(out === undefined ? header : Buffer.concat([header, out]));
    return sequence;
  }

  unlink(unlinked: number): number {
    const sequence = ++this.#sequence;
    const header = Buffer.alloc(48);
    for (const [i, value] of [2, sequence, 0x00010002, 0, 0, unlinked].entries())
      header.writeUInt32BE(value, 4 * i);
    this.socket.write(header);
    return sequence;
  }

  async reply(): Promise<Reply> {
    const header = await this.take(48);
    const sequence = header.readUInt32BE(4);
    const actualLength = header.readUInt32BE(24);
    const data = this.#toHost.has(sequence) ? await this.take(actualLength) : Buffer.alloc(0);
    return { command: header.readUInt32BE(0), sequence, status: header.readInt32BE(20), actualLength, data };
  }

  /** A control transfer to the host, for example GET_DESCRIPTOR. */
  async control(
    requestType: number,
    request: number,
    value: number,
    index: number,
    length: number,
  ): Promise<Reply> {
    const words = [value, index, length].flatMap((word) => [word & 0xff, word >> 8]);
    const setup = [requestType, request, ...words];
    const sequence =
      requestType >= 0x80
        ? this.submit(0, { setup, length })
        : this.submit(0, { setup, out: new Uint8Array(0) });
    const reply = await this.reply();
    if (reply.sequence !== sequence) throw new Error(`reply ${reply.sequence} to ${sequence}`);
    return reply;
  }

  async out(bytes: Uint8Array): Promise<Reply> {
    this.submit(1, { out: bytes });
    return this.reply();
  }

  async in(length: number): Promise<Reply> {
    this.submit(2, { length });
    return this.reply();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = resolve;
    });
  }
}
