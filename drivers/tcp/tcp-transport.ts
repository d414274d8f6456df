/** A raw SCPI socket (VISA `TCPIP0::host::5025::SOCKET`). */

import { connect, type Socket } from "node:net";
import type { Timer } from "../../src/core/clock.ts";
import { LabError, textOf } from "../../src/core/errors.ts";
import { closedOnStop } from "../transport/closed-on-stop.ts";
import { Inbox } from "../transport/inbox.ts";
import type { Transport } from "../transport/transport.ts";

/** The port that SCPI instruments listen on (IANA scpi-raw). */
export const scpiPort = 5025;
const connectSeconds = 5;

/**
 * @param signal ends the opening; afterwards it has no effect.
 * @throws LabError PORT_MISSING when nobody listens there or the connection takes longer than 5 s; INTERRUPTED.
 */
export async function openTcp(
  host: string,
  port: number,
  timer: Timer,
  signal?: AbortSignal,
): Promise<Transport> {
  const name = `${host}:${port}`;
  const socket = connect({ host, port, noDelay: true });
  await closedOnStop({ close: () => closed(socket) }, signal, () => connected(socket, name, timer));
  return transportOver(socket, name);
}

function connected(socket: Socket, name: string, timer: Timer): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: unknown): void => {
      cancel();
      socket.destroy();
      const next = "start the board or `pcmlab emulator --tcp PORT`, and check host and port";
      reject(new LabError("PORT_MISSING", `no connection to ${name}: ${textOf(cause)}`, { next, cause }));
    };
    const cancel = timer.after(connectSeconds, () => refuse(`no answer in ${connectSeconds} s`));
    const ended = (): void => refuse("it was closed");
    socket.once("error", refuse);
    socket.once("close", ended);
    socket.once("connect", () => {
      cancel();
      socket.removeListener("error", refuse);
      socket.removeListener("close", ended);
      resolve();
    });
  });
}

function transportOver(socket: Socket, name: string): Transport {
  const inbox = new Inbox();
  const lost = (cause?: unknown): LabError =>
    new LabError("LINK_LOST", `the connection to ${name} closed`, { cause, next: "connect again" });
  socket.on("data", (chunk) => inbox.bytes(chunk));
  socket.on("error", (cause) => inbox.close(lost(cause)));
  socket.on("close", () => inbox.close(lost()));
  return {
    name,
    listen: (listener) => inbox.listen(listener),
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (inbox.closedBy !== undefined) return reject(inbox.closedBy);
        socket.write(bytes, (cause) => (cause ? reject(lost(cause)) : resolve()));
      }),
    close: () => closed(socket),
  };
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) return resolve();
    socket.once("close", () => resolve());
    socket.destroy();
  });
}
