/** The emulated board on a TCP port of this machine. One client at a time; a second one is told so and closed. */

import { createServer, type Server, type Socket } from "node:net";
import type { Timer } from "../../src/core/clock.ts";
import { LabError, textOf } from "../../src/core/errors.ts";
import { maxUnreadBytes } from "./bounded-writer.ts";
import { type HostedBoard, serveLine } from "./line-server.ts";

export interface TcpHost {
  readonly port: number;
  close(): Promise<void>;
}

/** Never reachable from another machine. */
const loopback = "127.0.0.1";
/** A client that comes right after another one left may be accepted before the end of the first is seen. */
const graceSeconds = 0.2;

/** @param port 0 lets the system choose. @throws LabError USAGE when the port is taken. */
export async function hostOnTcp(board: HostedBoard, port: number, timer: Timer): Promise<TcpHost> {
  const open = new Set<Socket>();
  let client: Socket | undefined;
  const serve = (socket: Socket): void => {
    client = socket;
    const gone = (): void => {
      if (client === socket) client = undefined;
    };
    socket.on("end", gone);
    socket.on("close", gone);
    const write = (response: Uint8Array): Promise<void> | undefined => {
      socket.write(response);
      return socket.writableLength > maxUnreadBytes ? drained(socket) : undefined;
    };
    const line = serveLine(board.openLine(write), timer, write);
    socket.on("close", () => line.stop());
    socket.on("data", (chunk) => {
      const working = line.receive(chunk);
      if (working === undefined) return;
      socket.pause();
      void working.then(() => socket.resume());
    });
  };
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => open.delete(socket));
    if (client === undefined) return serve(socket);
    const cancel = timer.after(graceSeconds, () => (client === undefined ? serve(socket) : refuse(socket)));
    // One that left meanwhile must not become the client: its end is over, so nobody would say that the board is free again.
    socket.on("close", cancel);
  });
  return {
    port: await listening(server, port),
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Comes back when the client has taken what was written; never when it is gone, so that nothing more is done for it. */
const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => void socket.once("drain", () => resolve()));

/** Reads on and drops what comes: unread bytes would turn the close into a reset that may overtake the answer. */
function refuse(socket: Socket): void {
  socket.resume();
  socket.end("BUSY,another program is connected to this board,0,0\n");
}

function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const next = "choose another port, or 0 for a free one";
      reject(new LabError("USAGE", `TCP port ${port} cannot be served: ${textOf(cause)}`, { next, cause }));
    });
    server.listen(port, loopback, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
