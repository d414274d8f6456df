/** A program that asks and does not read, closes half, or resets: the board's memory stays bounded, and the next one is served. */

import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectChip } from "../../drivers/chip/connect.ts";
import type { HostedBoard } from "../../mocks/host/line-server.ts";
import { hostOnPty } from "../../mocks/host/pty-host.ts";
import { hostOnTcp } from "../../mocks/host/tcp-host.ts";
import { bytesOf } from "../../src/core/bytes.ts";
import { systemTimer } from "../../src/core/system-clock.ts";
import { benchOf } from "../firmware/bench.ts";
import { labError } from "./scripted-transport.ts";

const replyBytes = 1 << 20;
const asked = 60;

/** A board that answers every line with a mebibyte. */
function talkativeBoard(): { board: HostedBoard; answered: () => number } {
  let answered = 0;
  const receive = (chunk: Uint8Array): Uint8Array[] => {
    const lines = chunk.filter((byte) => byte === 0x0a).length;
    answered += lines;
    return Array.from({ length: lines }, () => new Uint8Array(replyBytes).fill(0x41));
  };
  const board = { openLine: () => ({ receive, midMessage: false, silence: () => {} }) };
  return { board, answered: () => answered };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Waits until a count has begun to rise and has stopped. */
async function steady(count: () => number): Promise<number> {
  let before = -1;
  for (let still = 0; still < 300; ) {
    await turn();
    still = count() > 0 && count() === before ? still + 1 : 0;
    before = count();
  }
  return before;
}

const opened = (port: number): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port }, () => resolve(socket));
    onTestFinished(() => void socket.destroy());
  });

describe("on TCP", () => {
  test("a client that does not read stops the board after a few replies, and gets all when it reads", async () => {
    const { board, answered } = talkativeBoard();
    const host = await hostOnTcp(board, 0, systemTimer);
    onTestFinished(() => host.close());
    const client = await opened(host.port);
    client.pause();
    client.write("READ?\n".repeat(asked));
    // The two socket buffers of the system hold some mebibytes, too.
    expect(await steady(answered)).toBeLessThan(asked / 3);
    let got = 0;
    await new Promise<void>((resolve) => {
      client.on("data", (chunk) => {
        got += chunk.length;
        if (got === asked * replyBytes) resolve();
      });
      client.resume();
    });
    expect(answered()).toBe(asked);
  });

  test("a client that leaves without reading frees the board", async () => {
    const { board, answered } = talkativeBoard();
    const host = await hostOnTcp(board, 0, systemTimer);
    onTestFinished(() => host.close());
    const client = await opened(host.port);
    client.pause();
    client.write("READ?\n".repeat(asked));
    const stalled = await steady(answered);
    client.resetAndDestroy();
    const next = await opened(host.port);
    next.write("READ?\n");
    await new Promise((resolve) => next.once("data", resolve));
    expect(answered()).toBeLessThan(stalled + 5);
  });

  test("a client that closes its half gets the answers to what it asked", async () => {
    const host = await hostOnTcp(benchOf().firmware, 0, systemTimer);
    onTestFinished(() => host.close());
    const client = await opened(host.port);
    client.end("*IDN?\nSYST:VERS?\n");
    let text = "";
    for await (const chunk of client) text += String(chunk);
    expect(text).toBe("Example Lab,PCM-16,0042,2.1.0\n1999.0\n");
    const chip = await connectChip(`127.0.0.1:${host.port}`, { timer: systemTimer });
    expect(await chip.now()).toBe(0);
    await chip.close();
  });

  test.each<[string, (socket: Socket) => void]>([
    ["closes its half", (socket) => socket.end()],
    ["resets the connection", (socket) => socket.resetAndDestroy()],
  ])("a board that %s is LINK_LOST at once", async (_, leave) => {
    const line = benchOf().firmware.openLine();
    const sockets: Socket[] = [];
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.push(socket);
      socket.on("error", () => {});
      socket.on("data", (chunk) => {
        if (String(chunk).startsWith("CHIP:TIME")) leave(socket);
        else for (const reply of line.receive(chunk)) socket.write(reply);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const chip = await connectChip(`127.0.0.1:${port}`, { timer: systemTimer });
    await expect(Promise.all([chip.now(), chip.now()])).rejects.toMatchObject(labError("LINK_LOST"));
    await chip.close();
  });
});

describe.skipIf(process.platform === "win32")("on a pseudo-terminal", () => {
  test("a program that does not read stops the board after a few replies, and gets all when it reads", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pcmlab-stalled-"));
    const { board, answered } = talkativeBoard();
    const host = await hostOnPty(board, join(folder, "board"), systemTimer);
    onTestFinished(async () => {
      await host.close();
      await rm(folder, { recursive: true });
    });
    const port = openSync(host.device, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    onTestFinished(() => closeSync(port));
    writeSync(port, bytesOf("READ?\n".repeat(asked)));
    expect(await steady(answered)).toBeLessThan(5);
    const chunk = new Uint8Array(1 << 16);
    for (let got = 0; got < asked * replyBytes; await turn()) got += available(port, chunk);
    expect(answered()).toBe(asked);
  });
});

/** What can be read now; 0 when nothing can. */
function available(port: number, chunk: Uint8Array): number {
  try {
    return readSync(port, chunk);
  } catch (failure) {
    if (failure instanceof Error && "code" in failure && failure.code === "EAGAIN") return 0;
    throw failure;
  }
}
