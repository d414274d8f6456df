/** A board behind a pseudo-terminal of its own folder, both gone after the test. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { HostedBoard } from "../../mocks/host/line-server.ts";
import { hostOnPty, type PtyHost, type PtyOptions } from "../../mocks/host/pty-host.ts";
import type { Timer } from "../../src/core/clock.ts";

/** `path` is the link to the device. */
export async function hostedPty(
  board: HostedBoard,
  timer: Timer,
  options: PtyOptions = {},
): Promise<PtyHost & { readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), "pcmlab-pty-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "board");
  const host = await hostOnPty(board, path, timer, options);
  onTestFinished(() => host.close());
  return { ...host, path };
}
