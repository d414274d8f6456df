/** Bytes through a serial port: on a pseudo-terminal, where the port says when it is ready, and with a binding that cannot say so. */

import { describe, expect, test } from "vitest";
import { type BoundPort, openSerialLine, WaitingLine } from "../../drivers/serial/serial-line.ts";
import type { LineServer, WriteLine } from "../../mocks/host/pty-host.ts";
import { systemTimer } from "../../src/core/system-clock.ts";
import { benchOf } from "../firmware/bench.ts";
import { hostedPty } from "./hosted-pty.ts";
import { until } from "./turns.ts";

const ramp = (length: number, step = 1): Uint8Array => Uint8Array.from({ length }, (_, n) => n * step);

/** The far end of the port, in the hands of the test. */
class FarEnd {
  readonly heard: Uint8Array[] = [];
  write: WriteLine = () => undefined;
  /** While it is there, the far end reads nothing more. */
  reading: Promise<void> | undefined;

  readonly serve: LineServer = (_, __, write) => {
    this.write = write;
    return {
      receive: (chunk) => {
        this.heard.push(Uint8Array.from(chunk));
        return this.reading;
      },
      stop() {},
    };
  };

  get bytes(): Uint8Array {
    return Uint8Array.from(this.heard.flatMap((chunk) => [...chunk]));
  }
}

describe.skipIf(process.platform === "win32")("a port that says when it is ready", () => {
  async function opened() {
    const far = new FarEnd();
    const host = await hostedPty(benchOf().firmware, systemTimer, { serve: far.serve });
    const line = await openSerialLine(host.path, 115_200);
    const heard: number[] = [];
    line.on("data", (chunk) => heard.push(...chunk));
    return { far, host, line, heard };
  }

  test("gives every byte once and in order, in both directions", async () => {
    const { far, line, heard } = await opened();
    const [outward, inward] = [ramp(50_000, 7), ramp(300_000, 13)];
    void far.write(inward);
    await Promise.all([line.write(outward.subarray(0, 9)), line.write(outward.subarray(9))]);
    await until(() => heard.length === inward.length && far.bytes.length === outward.length);
    expect(Uint8Array.from(heard)).toEqual(inward);
    expect(far.bytes).toEqual(outward);
    await line.close();
  });

  test("lets whoever writes wait while the far end does not read, and keeps the order of what waits", async () => {
    const { far, line } = await opened();
    let read = (): void => {};
    far.reading = new Promise((resolve) => {
      read = resolve;
    });
    const ended: number[] = [];
    const bytes = ramp(200_000, 3);
    const writes = [0, 1, 2, 3].map((part) =>
      line.write(bytes.subarray(50_000 * part, 50_000 * (part + 1))).then(() => ended.push(part)),
    );
    await until(() => far.heard.length > 0);
    expect(ended).not.toContain(3);
    far.reading = undefined;
    read();
    await Promise.all(writes);
    expect(ended).toEqual([0, 1, 2, 3]);
    await until(() => far.bytes.length === bytes.length);
    expect(far.bytes).toEqual(bytes);
    await line.close();
  });

  test("reads while it waits for a far end that reads nothing before what it says was read", async () => {
    const { far, line, heard } = await opened();
    const [outward, inward] = [ramp(120_000, 3), ramp(120_000, 13)];
    let hasRead = false;
    line.on("data", () => {
      if (heard.length === inward.length && !hasRead) {
        hasRead = true;
        far.reading = undefined;
        goOn();
      }
    });
    let goOn = (): void => {};
    far.reading = new Promise((resolve) => {
      goOn = resolve;
    });
    const writing = line.write(outward);
    await until(() => far.heard.length > 0);
    void far.write(inward);
    await writing;
    await until(() => far.bytes.length === outward.length);
    expect(far.bytes).toEqual(outward);
    expect(Uint8Array.from(heard)).toEqual(inward);
    await line.close();
  });

  test("is closed with a reason when the far end is gone, and what waits is rejected", async () => {
    const { far, host, line } = await opened();
    far.reading = new Promise(() => {});
    const closed = new Promise((resolve) => line.once("close", resolve));
    const writing = line.write(ramp(200_000));
    writing.catch(() => {});
    await until(() => far.heard.length > 0);
    await host.close();
    expect(await closed).toBeInstanceOf(Error);
    await expect(writing).rejects.toBeInstanceOf(Error);
    expect(line.isOpen).toBe(false);
    await expect(line.write(ramp(1))).rejects.toThrow(/closed/);
    await line.close();
  });

  test("says without a reason that it was closed by its user, who may close it twice", async () => {
    const { far, line } = await opened();
    far.reading = new Promise(() => {});
    const closed = new Promise((resolve) => line.once("close", resolve));
    const writing = line.write(ramp(200_000));
    writing.catch(() => {});
    await until(() => far.heard.length > 0);
    await Promise.all([line.close(), line.close()]);
    expect(await closed).toBeUndefined();
    await expect(writing).rejects.toThrow(/closed/);
  });
});

describe("a port whose binding cannot say when it is ready", () => {
  /** Gives these chunks, then waits until it is closed or fails. */
  class ScriptedPort implements BoundPort {
    readonly written: number[][] = [];
    readonly #chunks: Uint8Array[];
    #fail: (failure: Error) => void = () => {};
    writeFailure: Error | undefined;
    isClosed = false;

    constructor(...chunks: readonly Uint8Array[]) {
      this.#chunks = [...chunks];
    }

    async read(buffer: Buffer, offset: number, length: number): Promise<{ bytesRead: number }> {
      const chunk = this.#chunks.shift();
      if (chunk === undefined)
        return new Promise((_, reject) => {
          this.#fail = reject;
        });
      buffer.set(chunk.subarray(0, length), offset);
      if (chunk.length > length) this.#chunks.unshift(chunk.subarray(length));
      return { bytesRead: Math.min(chunk.length, length) };
    }

    async write(buffer: Buffer): Promise<void> {
      if (this.writeFailure !== undefined) throw this.writeFailure;
      this.written.push([...buffer]);
    }

    async close(): Promise<void> {
      this.isClosed = true;
      this.#fail(new Error("canceled"));
    }

    break(failure: Error): void {
      this.#fail(failure);
    }
  }

  test("gives what it reads, each chunk in memory of its own, and writes in order", async () => {
    const port = new ScriptedPort(ramp(40_000), ramp(40_000, 3), ramp(5));
    const line = new WaitingLine(port);
    const chunks: Uint8Array[] = [];
    line.on("data", (chunk) => chunks.push(chunk));
    await Promise.all([line.write(Uint8Array.of(1)), line.write(Uint8Array.of(2, 3))]);
    const bytes = (): Buffer => Buffer.concat(chunks);
    await until(() => bytes().length === 80_005);
    expect(bytes().equals(Buffer.concat([ramp(40_000), ramp(40_000, 3), ramp(5)]))).toBe(true);
    expect(port.written).toEqual([[1], [2, 3]]);
    await line.close();
    expect(port.isClosed).toBe(true);
  });

  test.each(["read", "write"])("is closed with the reason when a %s fails", async (kind) => {
    const port = new ScriptedPort();
    const line = new WaitingLine(port);
    const closed = new Promise((resolve) => line.once("close", resolve));
    const failure = new Error("unplugged");
    if (kind === "read") port.break(failure);
    else {
      port.writeFailure = failure;
      await expect(line.write(Uint8Array.of(1))).rejects.toBe(failure);
    }
    expect(await closed).toBe(failure);
    await expect(line.write(Uint8Array.of(1))).rejects.toThrow(/closed/);
  });
});
