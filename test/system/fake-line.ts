/** A serial port with something else than our board behind it: a real pseudo-terminal, answered by the test. */

import { spawn } from "node-pty";
import { onTestFinished } from "vitest";
import type { AtEnd } from "./command.ts";

/** Opens a line whose far end calls `answer` for what it receives and sends what that returns. Gives the device path. */
export function fakeLine(
  answer: (received: string) => string | undefined,
  atEnd: AtEnd = onTestFinished,
): Promise<string> {
  const pty = spawn("/bin/sh", ["-c", 'tty && stty raw -echo && printf "ready\\n" && exec sleep 600'], {
    encoding: null,
  });
  atEnd(() => pty.kill("SIGKILL"));
  return new Promise((resolve) => {
    let starting: string | undefined = "";
    pty.onData((chunk: string | Uint8Array) => {
      const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("latin1");
      if (starting === undefined) {
        const reply = answer(text);
        if (reply !== undefined) pty.write(Buffer.from(reply, "latin1"));
        return;
      }
      starting += text;
      if (!/ready\r?\n/.test(starting)) return;
      resolve(starting.split(/\r?\n/)[0] ?? "");
      starting = undefined;
    });
  });
}
