/** A serial port: opened exclusively, greeted, then handed on as plain bytes. */

import type { Timer } from "../../src/core/clock.ts";
import { LabError, textOf } from "../../src/core/errors.ts";
import { closedOnStop } from "../transport/closed-on-stop.ts";
import { Inbox } from "../transport/inbox.ts";
import type { Transport } from "../transport/transport.ts";
import { defaultBaudRate } from "./baud-rate.ts";
import { greet } from "./greeting.ts";
import { openFailure } from "./open-failure.ts";
import { openSerialLine, type SerialLine } from "./serial-line.ts";

interface SerialOptions {
  readonly timer: Timer;
  readonly baudRate?: number | undefined;
  /** Identification of a board that was lost and is looked for. */
  readonly sought?: string | undefined;
  /** Ends the opening; afterwards it has no effect. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens the port and waits until a SCPI instrument answers on it.
 * @throws LabError PORT_MISSING, PORT_BUSY, PORT_PERMISSION, NO_ANSWER, NOT_OURS, LINK_LOST, INTERRUPTED.
 */
export async function openSerial(
  path: string,
  { timer, baudRate, sought, signal }: SerialOptions,
): Promise<Transport> {
  const line = await openPort(path, baudRate);
  try {
    await closedOnStop(line, signal, () => greet(line, path, timer, sought));
  } catch (failure) {
    await line.close();
    throw failure;
  }
  return transportOver(line, path);
}

/**
 * Opens the port and asks nothing: for a line too bad for a greeting in plain lines.
 * @throws LabError PORT_MISSING, PORT_BUSY, PORT_PERMISSION.
 */
export async function openSerialUngreeted(path: string, baudRate?: number): Promise<Transport> {
  return transportOver(await openPort(path, baudRate), path);
}

async function openPort(path: string, baudRate = defaultBaudRate): Promise<SerialLine> {
  try {
    return await openSerialLine(path, baudRate);
  } catch (cause) {
    throw openFailure(path, cause);
  }
}

function transportOver(line: SerialLine, path: string): Transport {
  const inbox = new Inbox();
  const lost = (cause?: unknown): LabError =>
    new LabError("LINK_LOST", `the connection on ${path} closed${cause ? `: ${textOf(cause)}` : ""}`, {
      cause,
      next: "check the cable and the board's power, then connect again",
    });
  line.on("data", (chunk) => inbox.bytes(chunk));
  line.on("close", (cause) => inbox.close(lost(cause)));
  return {
    name: path,
    listen: (listener) => inbox.listen(listener),
    async write(bytes) {
      if (inbox.closedBy !== undefined) throw inbox.closedBy;
      try {
        await line.write(bytes);
      } catch (cause) {
        throw lost(cause);
      }
    },
    close: () => line.close(),
  };
}
