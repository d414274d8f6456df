/** From the name of a board to its Chip port. */

import type { Line } from "../link/link-or-plain.ts";
import { closedOnStop } from "../transport/closed-on-stop.ts";
import type { Transport } from "../transport/transport.ts";
import { type LineOptions, openLine } from "./open-line.ts";
import { openRemoteChip, type RemoteChip } from "./remote-chip.ts";
import { parseResource } from "./resource.ts";

export interface ConnectOptions extends LineOptions {
  /** Told of every line that was opened, before anything is asked on it. */
  readonly opened?: ((line: Line) => void) | undefined;
  /** Put around the opened transport, above a link, for example to record what goes through it. */
  readonly wrap?: ((transport: Transport) => Transport) | undefined;
}

/** @throws LabError of the opening, the greeting or the identification, each naming the resource; INTERRUPTED. */
export async function connectChip(name: string, options: ConnectOptions): Promise<RemoteChip> {
  const line = await openLine(parseResource(name), options);
  options.opened?.(line);
  const transport = options.wrap?.(line.transport) ?? line.transport;
  return closedOnStop(transport, options.signal, () =>
    openRemoteChip(transport, options.timer, options.sought),
  );
}
