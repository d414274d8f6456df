/** Lines at whose other end something else than a board speaks, each on a port of its own until its test is over. */

import { createServer, type Socket } from "node:net";
import type { TestContext } from "vitest";

type AtEnd = TestContext["onTestFinished"];

/** What comes for each request: bytes, several of them one after the other, or the end of what the board sends. */
type Answer = string | Uint8Array | "end" | undefined;

/** host:port of something that answers lines. @param greeting is sent at once, again and again. */
export async function speaking(
  answer: (line: string) => readonly Answer[],
  atEnd: AtEnd,
  greeting?: Uint8Array,
): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    if (greeting !== undefined) flood(socket, greeting);
    socket.on("data", (chunk) => {
      for (const line of chunk.toString("latin1").split("\n").slice(0, -1))
        for (const part of answer(line)) {
          if (part === "end") socket.end();
          else if (part !== undefined) socket.write(part);
        }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has no port");
  return `127.0.0.1:${address.port}`;
}

function flood(socket: Socket, chunk: Uint8Array): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on("drain", more);
  more();
}

const identification = "pcmlab,TINY,TINY-000001,1.0\n";

/** A board that says who it is, and answers the question for its descriptor so. */
export const describing =
  (...parts: readonly Answer[]) =>
  (line: string): readonly Answer[] => {
    if (line.startsWith("*IDN?")) return [identification];
    return line.includes("?") ? parts : [];
  };
