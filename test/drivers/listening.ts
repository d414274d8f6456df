/** A server of a test on a free port of this machine. */

import type { Server } from "node:net";
import { onTestFinished } from "vitest";

/** Gives host:port; the server is closed with the test. */
export async function listening(server: Server): Promise<string> {
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has no port");
  return `127.0.0.1:${address.port}`;
}
