import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectChip } from "../../drivers/chip/connect.ts";
import { openTcp } from "../../drivers/tcp/tcp-transport.ts";
import { hostOnTcp, type TcpHost } from "../../mocks/host/tcp-host.ts";
import type { Timer } from "../../src/core/clock.ts";
import { benchOf } from "../firmware/bench.ts";
import { labError } from "./scripted-transport.ts";
import { turns, until } from "./turns.ts";
import { VirtualTimer } from "./virtual-timer.ts";

/** The grace that a second client is given passes at once, no other time does. */
const graceless: Timer = {
  after(seconds, call) {
    if (seconds > 0.5) return new VirtualTimer().after(seconds, call);
    const handle = setImmediate(call);
    return () => clearImmediate(handle);
  },
};

const open = (port: number, timer = new VirtualTimer()) => connectChip(`127.0.0.1:${port}`, { timer });

async function hosted(): Promise<TcpHost> {
  const host = await hostOnTcp(benchOf().firmware, 0, graceless);
  onTestFinished(() => host.close());
  return host;
}

/** A server on a free port that handles each connection as the test says. */
async function server(serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const listening = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    serve(socket);
  }).listen(0, "127.0.0.1");
  await once(listening, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    listening.close();
  });
  const address = listening.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}

async function portThatNobodyServes(): Promise<number> {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const address = taken.address();
  await new Promise((resolve) => taken.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 1;
}

describe("an emulated board on TCP", () => {
  const whole = { array: 0, row: 0, column: 0, rows: 4, columns: 4 };

  test("is read and pulsed through a real socket", async () => {
    const host = await hosted();
    const chip = await open(host.port);
    const reads = Array.from({ length: 20 }, () => chip.read(whole, { averages: 255, readVolts: 0.2 }));
    for (const { codeSums } of await Promise.all(reads))
      expect([...codeSums]).toEqual(Array.from({ length: 16 }, (_, n) => (n + 1) * 255));
    const amplitudeCodes = Uint16Array.from({ length: 16 }, (_, n) => n * 205);
    const shape = { widthSeconds: 1e-7, trailingSeconds: 0 };
    expect((await chip.pulse(whole, { kind: "per-cell", shape, amplitudeCodes })).pulses).toBe(15);
    await chip.close();
  });

  test("tells a second client that it is taken, serves the first on, and a third after it", async () => {
    const host = await hosted();
    const first = await open(host.port);
    await expect(open(host.port)).rejects.toMatchObject({
      ...labError("PORT_BUSY"),
      message: expect.stringContaining("another program is connected"),
    });
    expect(await first.now()).toBe(0);
    await first.close();
    const third = await openWhenFree(host.port);
    expect(await third.now()).toBe(0);
  });

  test("closes although a refused client holds its connection open", async () => {
    const host = await hostOnTcp(benchOf().firmware, 0, graceless);
    const first = connect({ host: "127.0.0.1", port: host.port });
    await once(first, "connect");
    const second = connect({ host: "127.0.0.1", port: host.port, allowHalfOpen: true });
    const [chunk] = await once(second, "data");
    expect(String(chunk)).toMatch(/^BUSY,[^,]*,0,0\n$/);
    second.write("x".repeat(100_000));
    second.on("error", () => {});
    await host.close();
    for (const socket of [first, second]) socket.destroy();
  });

  test("outlives a refused client that resets its connection", async () => {
    const host = await hosted();
    const first = await open(host.port);
    const second = connect({ host: "127.0.0.1", port: host.port });
    await once(second, "data");
    second.on("error", () => {});
    second.resetAndDestroy();
    await once(second, "close");
    for (let n = 0; n < 5; n++) expect(await first.now()).toBe(0);
  });

  test("is free for the next client when one that waited for its turn has left", async () => {
    const timer = new VirtualTimer();
    const host = await hostOnTcp(benchOf().firmware, 0, timer);
    onTestFinished(() => host.close());
    const first = await plainClient(host.port);
    expect(await first.ask()).toMatch(/^Example Lab/);
    const waitingBefore = timer.waiting;
    const second = await plainClient(host.port);
    await until(() => timer.waiting > waitingBefore);
    second.socket.resetAndDestroy();
    await Promise.race([until(() => timer.waiting === waitingBefore), turns(200)]);
    first.socket.destroy();
    await turns(200);
    timer.advance(1);
    const third = await plainClient(host.port);
    await turns(200);
    timer.advance(1);
    expect(await third.ask()).toMatch(/^Example Lab/);
  });

  test("that stops fails what is under way with LINK_LOST", async () => {
    const host = await hostOnTcp(benchOf().firmware, 0, graceless);
    const chip = await open(host.port);
    await host.close();
    await expect(chip.now()).rejects.toMatchObject(labError("LINK_LOST"));
  });

  test("keeps no timer for a client that left within a message", async () => {
    const timer = new VirtualTimer();
    const host = await hostOnTcp(benchOf().firmware, 0, timer);
    onTestFinished(() => host.close());
    const { socket } = await plainClient(host.port);
    socket.write("ARR:READ? 0,0,0,4,4,1,0.2,#16");
    await until(() => timer.waiting === 1);
    socket.destroy();
    await until(() => timer.waiting === 0);
  });

  test("does not take a port that is taken", async () => {
    const host = await hosted();
    await expect(hostOnTcp(benchOf().firmware, host.port, new VirtualTimer())).rejects.toMatchObject({
      ...labError("USAGE"),
      message: expect.stringContaining(String(host.port)),
    });
  });
});

/** A client that asks who is there, and is told that, or that somebody else is served. */
async function plainClient(port: number) {
  const socket = connect({ host: "127.0.0.1", port });
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {});
  await once(socket, "connect");
  const ask = async (): Promise<string> => {
    socket.write("*IDN?\n");
    const [chunk] = await once(socket, "data");
    return String(chunk);
  };
  return { socket, ask };
}

/** The host learns of a closed client a moment after the client. */
async function openWhenFree(port: number) {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      return await open(port);
    } catch (failure) {
      expect(failure).toMatchObject(labError("PORT_BUSY"));
    }
  }
  throw new Error("the port stays taken");
}

describe("something else on TCP", () => {
  test("nobody is PORT_MISSING with what to do", async () => {
    const port = await portThatNobodyServes();
    await expect(open(port)).rejects.toMatchObject({
      ...labError("PORT_MISSING"),
      message: expect.stringContaining(`127.0.0.1:${port}`),
      next: expect.stringContaining("pcmlab emulator --tcp"),
    });
  });

  test("an instrument that knows *IDN? but no descriptor is NO_ANSWER, by name", async () => {
    const timer = new VirtualTimer();
    const port = await server((socket) => {
      socket.on("data", (chunk) => {
        const text = chunk.toString("latin1");
        if (text.includes("*IDN?")) socket.write("ACME,DMM6500,1,2\r\n");
        if (text.includes("DESC")) timer.advance(5);
      });
    });
    await expect(open(port, timer)).rejects.toMatchObject({
      ...labError("NO_ANSWER"),
      message: expect.stringContaining("ACME,DMM6500,1,2"),
    });
  });

  test("a server that says nothing is NO_ANSWER", async () => {
    const timer = new VirtualTimer();
    const port = await server((socket) => socket.on("data", () => timer.advance(5)));
    await expect(open(port, timer)).rejects.toMatchObject(labError("NO_ANSWER"));
  });

  test("a server that hangs up is LINK_LOST", async () => {
    const port = await server((socket) => socket.on("data", () => socket.end()));
    await expect(open(port)).rejects.toMatchObject(labError("LINK_LOST"));
  });

  test("a server that says nothing is left as soon as the user stops", async () => {
    const timer = new VirtualTimer();
    const stop = new AbortController();
    let hungUp: Promise<unknown> | undefined;
    const port = await server((socket) => {
      hungUp = once(socket, "close");
      socket.on("data", () => stop.abort());
    });
    const opening = connectChip(`127.0.0.1:${port}`, { timer, signal: stop.signal });
    await expect(opening).rejects.toMatchObject(labError("INTERRUPTED"));
    expect(timer.waiting).toBe(0);
    await hungUp;
  });

  test("a connection that is not there yet is given up as soon as the user stops", async () => {
    const timer = new VirtualTimer();
    const stop = new AbortController();
    const opening = openTcp("127.0.0.1", await server(() => {}), timer, stop.signal);
    stop.abort();
    await expect(opening).rejects.toMatchObject(labError("INTERRUPTED"));
    expect(timer.waiting).toBe(0);
  });

  const http =
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/html\r\n\r\n<html>#5</html>\r\n";
  test.each<[string, Buffer, string]>([
    ["a web server", Buffer.from(http), "NOT_OURS"],
    ["a mail server", Buffer.from("220 mail ready\r\n500 unknown\r\n500 unknown\r\n"), "NOT_OURS"],
    ["bytes 0xff without end", Buffer.alloc(5 << 20, 0xff), "BAD_REPLY"],
    ["a block that never ends", Buffer.from("#9999999999".padEnd(100, "x")), "BAD_REPLY"],
    ["line feeds without end", Buffer.alloc(1 << 20, "\n"), "NOT_OURS"],
  ])("%s is no board of ours", async (_, garbage, code) => {
    const port = await server((socket) => socket.on("data", () => socket.write(garbage)));
    await expect(open(port)).rejects.toMatchObject(labError(code));
  });
});
