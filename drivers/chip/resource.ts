/** Names of boards: VISA resource strings, host:port and plain serial paths. */

import { LabError } from "../../src/core/errors.ts";
import { scpiPort } from "../tcp/tcp-transport.ts";

export type Resource =
  | { readonly kind: "serial"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

/** @throws LabError USAGE when the name is empty or names a bus that is not driven. */
export function parseResource(name: string): Resource {
  const text = name.trim();
  if (text === "") throw new LabError("USAGE", "the name of the chip is empty", { next: nameNext });
  const serial = /^ASRL(?<path>.+)::INSTR$/i.exec(text);
  if (serial?.groups?.path !== undefined) return { kind: "serial", path: serial.groups.path };
  const visa = /^TCPIP\d*::(?<host>[^:]+)::(?<port>\d+)::SOCKET$/i.exec(text);
  const url = /^tcp:\/\/(?<host>[A-Za-z0-9.-]+)$/.exec(text);
  if (url?.groups?.host !== undefined) return tcp(url.groups.host, scpiPort);
  const plain = /^(?:tcp:\/\/)?(?<host>[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):(?<port>\d+)$/.exec(text);
  const socket = visa ?? plain;
  if (socket?.groups?.host !== undefined) return tcp(socket.groups.host, Number(socket.groups.port));
  if (/^(USB|GPIB|VXI|TCPIP)\d*::/i.test(text)) {
    throw new LabError("USAGE", `"${text}" is on a bus that this version does not drive`, { next: nameNext });
  }
  return { kind: "serial", path: text };
}

const nameNext = `name a serial path, ASRL/dev/ttyACM0::INSTR, host:${scpiPort} or TCPIP0::host::${scpiPort}::SOCKET`;

function tcp(host: string, port: number): Resource {
  if (port < 1 || port > 65_535) throw new LabError("USAGE", `${port} is no TCP port`, { next: nameNext });
  return { kind: "tcp", host: host.replace(/^\[|\]$/g, ""), port };
}
