/** A serial port through `serialport`: opened exclusively, greeted, then handed on as plain bytes. */

import { SerialPort } from "serialport";
import type { Timer } from "../../src/core/clock.ts";
import { LabError, textOf } from "../../src/core/errors.ts";
import { closedOnStop } from "../transport/closed-on-stop.ts";
import { Inbox } from "../transport/inbox.ts";
import type { Transport } from "../transport/transport.ts";
import { defaultBaudRate } from "./baud-rate.ts";
import { greet } from "./greeting.ts";
import { openFailure } from "./open-failure.ts";

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
  const port = await openPort(path, baudRate);
  try {
    await closedOnStop({ close: () => closed(port) }, signal, () => greet(port, path, timer, sought));
  } catch (failure) {
    await closed(port);
    throw failure;
  }
  return transportOver(port, path);
}

/**
 * Opens the port and asks nothing: for a line too bad for a greeting in plain lines.
 * @throws LabError PORT_MISSING, PORT_BUSY, PORT_PERMISSION.
 */
export async function openSerialUngreeted(path: string, baudRate?: number): Promise<Transport> {
  return transportOver(await openPort(path, baudRate), path);
}

async function openPort(path: string, baudRate = defaultBaudRate): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate, autoOpen: false, lock: true, highWaterMark: 1 << 20 });
  await new Promise<void>((resolve, reject) => {
    port.open((cause) => (cause ? reject(openFailure(path, cause)) : resolve()));
  });
  return port;
}

function transportOver(port: SerialPort, path: string): Transport {
  const inbox = new Inbox();
  const lost = (cause?: unknown): LabError =>
    new LabError("LINK_LOST", `the connection on ${path} closed${cause ? `: ${textOf(cause)}` : ""}`, {
      cause,
      next: "check the cable and the board's power, then connect again",
    });
  port.on("data", (chunk: Uint8Array) => inbox.bytes(chunk));
  port.on("error", (cause) => inbox.close(lost(cause)));
  port.on("close", (cause: unknown) => inbox.close(lost(cause)));
  return {
    name: path,
    listen: (listener) => inbox.listen(listener),
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (inbox.closedBy !== undefined) return reject(inbox.closedBy);
        port.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), (cause) =>
          cause ? reject(lost(cause)) : resolve(),
        );
      }),
    close: () => closed(port),
  };
}

/** A second call waits for the first, so that the port can be opened again once either has come back. */
function closed(port: SerialPort): Promise<void> {
  return new Promise((resolve) => {
    if (port.closing) port.once("close", () => resolve());
    else if (port.isOpen) port.close(() => resolve());
    else resolve();
  });
}
