/** A program that asks and does not read, closes half, or resets: the board's memory stays bounded, and the next one is served. */

import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectChip } from "../../drivers/chip/connect.ts";
import { timeoutSeconds } from "../../drivers/instrument/perform.ts";
import { maxPending } from "../../drivers/instrument/session.ts";
import type { HostedBoard } from "../../mocks/host/line-server.ts";
import type { PtyOptions } from "../../mocks/host/pty-host.ts";
import { hostOnTcp } from "../../mocks/host/tcp-host.ts";
import { serveLinked } from "../../mocks/link/linked-line.ts";
import { bytesOf, textOfBytes } from "../../src/core/bytes.ts";
import { systemClock, systemTimer } from "../../src/core/system-clock.ts";
import { benchOf } from "../firmware/bench.ts";
import { hostedPty } from "./hosted-pty.ts";
import { listening } from "./listening.ts";
import { labError } from "./scripted-transport.ts";
import { turns } from "./turns.ts";
import { VirtualTimer } from "./virtual-timer.ts";

const replyBytes = 1 << 20;
const asked = 60;

/** Each can be told from the others, so that one that comes twice is found out. */
const request = (n: number): string => `READ? ${n}\n`;
const numbers = Array.from({ length: asked }, (_, n) => n);
const allRequests = numbers.map(request).join("");

interface Talkative {
  readonly board: HostedBoard;
  /** Numbers of the requests that came, in their order. */
  readonly requests: number[];
  /** Other lines that came. */
  readonly others: string[];
}

/** A board that answers every request with a mebibyte, and no other line. */
function talkativeBoard(): Talkative {
  const requests: number[] = [];
  const others: string[] = [];
  const openLine = () => {
    let rest = "";
    const receive = (chunk: Uint8Array): Uint8Array[] => {
      const lines = (rest + textOfBytes(chunk)).split("\n");
      rest = lines.pop() ?? "";
      return lines.flatMap((line) => {
        const number = /^READ\? (\d+)$/.exec(line)?.[1];
        if (number === undefined) others.push(line);
        else requests.push(Number(number));
        return number === undefined ? [] : [new Uint8Array(replyBytes).fill(0x41)];
      });
    };
    return { receive, midMessage: false, silence: () => {} };
  };
  return { board: { openLine }, requests, others };
}

/** Waits until a count has begun to rise and has stopped. */
async function steady(count: () => number): Promise<number> {
  let before = -1;
  for (let still = 0; still < 300; ) {
    await turns(1);
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

/** A client that asks a talkative board on TCP for much, and reads nothing of it. */
async function stalled() {
  const { board, requests } = talkativeBoard();
  const host = await hostOnTcp(board, 0, systemTimer);
  onTestFinished(() => host.close());
  const client = await opened(host.port);
  client.pause();
  client.write(allRequests);
  return { host, client, requests, answered: () => requests.length };
}

describe("on TCP", () => {
  test("a client that does not read stops the board after a few replies, and gets all when it reads", async () => {
    const { client, requests, answered } = await stalled();
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
    expect(requests).toEqual(numbers);
  });

  test("a client that leaves without reading frees the board", async () => {
    const { host, client, answered } = await stalled();
    const before = await steady(answered);
    client.resetAndDestroy();
    const next = await opened(host.port);
    next.write(request(asked));
    await new Promise((resolve) => next.once("data", resolve));
    expect(answered()).toBeLessThan(before + 5);
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

  test("a board that reads nothing any more is sent a bounded number of requests, which all fail in the end", async () => {
    const line = benchOf().firmware.openLine();
    const timer = new VirtualTimer();
    const server = createServer((socket) => {
      onTestFinished(() => void socket.destroy());
      socket.on("error", () => {});
      socket.on("data", (chunk) => {
        if (String(chunk).startsWith("CHIP:TIME")) socket.pause();
        else for (const reply of line.receive(chunk)) socket.write(reply);
      });
    });
    const chip = await connectChip(await listening(server), { timer });
    const failures = Array.from({ length: 4 * maxPending }, () =>
      chip.now().catch((failure: unknown) => failure),
    );
    const tooMany = await Promise.all(failures.slice(maxPending));
    expect(tooMany.every((failure) => failure instanceof RangeError)).toBe(true);
    timer.advance(timeoutSeconds.quick);
    for (const failure of await Promise.all(failures.slice(0, maxPending)))
      expect(failure).toMatchObject(labError("NO_ANSWER"));
    expect(timer.waiting).toBe(0);
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
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    const chip = await connectChip(await listening(server), { timer: systemTimer });
    await expect(Promise.all([chip.now(), chip.now()])).rejects.toMatchObject(labError("LINK_LOST"));
    await chip.close();
  });
});

describe.skipIf(process.platform === "win32")("on a pseudo-terminal", () => {
  const serve = serveLinked(systemClock);
  test.each<[string, PtyOptions]>([
    ["of plain lines", {}],
    ["with a link that is not used", { serve }],
  ])(
    "%s a program that does not read stops the board after a few replies, and gets all when it reads",
    async (_, options) => {
      const { board, requests, others } = talkativeBoard();
      const host = await hostedPty(board, systemTimer, options);
      const port = openSync(host.device, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
      onTestFinished(() => closeSync(port));
      writeSync(port, bytesOf(allRequests));
      expect(await steady(() => requests.length)).toBeLessThan(5);
      // The link of an emulator that another test killed may lead here: whoever asks there `*IDN?` takes some of the bytes.
      const got = await drained(port, () => others.length > 0);
      expect(requests).toEqual(numbers);
      expect(others.length > 0 || got === asked * replyBytes, `${got} bytes`).toBe(true);
    },
  );
});

/** So many turns without a byte: nothing more comes. */
const endTurns = 50_000;

/** Reads all replies, or what comes of them where another program reads as well; gives the bytes. */
async function drained(port: number, isShared: () => boolean): Promise<number> {
  const chunk = new Uint8Array(1 << 16);
  let got = 0;
  for (let still = 0; got < asked * replyBytes && still < endTurns; await turns(1)) {
    const more = available(port, chunk);
    got += more;
    still = more === 0 && isShared() ? still + 1 : 0;
  }
  return got;
}

/** What can be read now; 0 when nothing can. */
function available(port: number, chunk: Uint8Array): number {
  try {
    return readSync(port, chunk);
  } catch (failure) {
    if (failure instanceof Error && "code" in failure && failure.code === "EAGAIN") return 0;
    throw failure;
  }
}
