/**
 * The emulated board on USB/IP: a TCP port of this machine from which any Linux with vhci-hcd imports it as a USB device
 * (`usbip attach`). One importer at a time; a second one is refused as busy.
 */

import { createServer, type Server, type Socket } from "node:net";
import { LabError, textOf } from "../../src/core/errors.ts";
import type { Firmware } from "../firmware/firmware.ts";
import { EmulatedUsbDevice } from "./device.ts";
import { type DevicePort, UsbipConnection } from "./usbip-connection.ts";

export interface UsbipHost {
  readonly port: number;
  close(): Promise<void>;
}

/** The port that the `usbip` command uses unless told otherwise. */
export const usbipPort = 3240;
/** Never reachable from another machine. */
const loopback = "127.0.0.1";
/** Connections at a time: one that imports, the others only ask. */
const maxConnections = 16;
const keepAliveMilliseconds = 10_000;

/**
 * @param port 0 lets the system choose.
 * @param note is told what a client did wrong before its connection is closed.
 * @throws LabError USAGE when the port is taken.
 */
export async function hostOnUsbip(
  firmware: Firmware,
  port: number,
  note: (text: string) => void,
): Promise<UsbipHost> {
  const open = new Set<Socket>();
  const plug = portOf(firmware);
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    serve(socket, plug, note);
  });
  server.maxConnections = maxConnections;
  return {
    port: await listening(server, port),
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

interface Plug extends DevicePort {
  pullOut(): void;
}

function portOf(firmware: Firmware): Plug {
  const { manufacturer, model, serialNumber } = firmware.descriptor;
  const device = new EmulatedUsbDevice(firmware, { manufacturer, product: model, serialNumber });
  let taken = false;
  return {
    plugIn() {
      if (taken) return undefined;
      taken = true;
      return device;
    },
    pullOut() {
      taken = false;
      device.unplug();
    },
  };
}

function serve(socket: Socket, plug: Plug, note: (text: string) => void): void {
  const connection = new UsbipConnection(plug);
  let imported = false;
  // A client that lost its power would keep the device for ever.
  socket.setKeepAlive(true, keepAliveMilliseconds);
  socket.on("drain", () => socket.resume());
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    if (imported) plug.pullOut();
  });
  socket.on("data", (chunk) => {
    if (connection.isOver) return;
    try {
      const flushed = connection.receive(chunk).map((reply) => socket.write(reply));
      // A client that does not read what it asked for is not listened to until it does.
      if (flushed.includes(false)) socket.pause();
    } catch (fault) {
      note(`a USB/IP client was hung up on: ${textOf(fault)}`);
      socket.destroy();
    }
    imported ||= connection.isImported;
    if (connection.isOver) socket.end();
  });
}

function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const next = "choose another port, or 0 for a free one";
      reject(
        new LabError("USAGE", `USB/IP port ${port} cannot be served: ${textOf(cause)}`, { next, cause }),
      );
    });
    server.listen(port, loopback, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
