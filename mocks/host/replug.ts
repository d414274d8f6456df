/** A serial cable that is pulled and put back while the board stays on: the terminal vanishes, and another one takes its name. */

import type { Timer } from "../../src/core/clock.ts";
import type { PtyHost } from "./pty-host.ts";

export interface ReplugHost extends PtyHost {
  /** Pulls the cable and puts it back after so many seconds. Nothing happens while it is out. */
  replug(afterSeconds: number): Promise<void>;
}

/** @param plugIn makes a terminal and links the same path to it. */
export async function replugHost(plugIn: () => Promise<PtyHost>, timer: Timer): Promise<ReplugHost> {
  let host: PtyHost | undefined = await plugIn();
  const { device } = host;
  let closed = false;
  let replugging = Promise.resolve();
  const replug = async (afterSeconds: number): Promise<void> => {
    if (host === undefined) return;
    const pulled = host;
    host = undefined;
    await pulled.close();
    await new Promise<void>((resolve) => void timer.after(afterSeconds, resolve));
    if (!closed) host = await plugIn();
  };
  return {
    device,
    replug(afterSeconds) {
      replugging = replug(afterSeconds);
      return replugging;
    },
    async close() {
      closed = true;
      await host?.close();
      await replugging;
      await host?.close();
    },
  };
}
