/** Opens the board that a command line names: with the drivers of pcmlab, or with a module of somebody else's. */

import { connectChip } from "../../../drivers/chip/connect.ts";
import { openWithDriver } from "../../../drivers/chip/driver-module.ts";
import type { LinkChoice } from "../../../drivers/chip/link-choice.ts";
import { openReconnectingChip } from "../../../drivers/chip/reconnecting-chip.ts";
import type { ConnectOnce } from "../../../drivers/chip/wait-for-board.ts";
import type { Line } from "../../../drivers/link/link-or-plain.ts";
import { systemPorts } from "../../../drivers/serial/list-ports.ts";
import { interrupted } from "../../../drivers/transport/closed-on-stop.ts";
import type { Transport } from "../../../drivers/transport/transport.ts";
import type { OpenedChip } from "../../chip/opened-chip.ts";
import { unlessStopped } from "../../core/sleep.ts";
import type { Context } from "../context.ts";

export interface BoardArguments {
  readonly chip: string;
  readonly baud: number;
  /** auto when missing. */
  readonly link?: LinkChoice | undefined;
  /** How long a lost board is waited for (s); 0 not at all, also when missing. */
  readonly reconnect?: number | undefined;
  /** A module that drives another kind of board. */
  readonly driver?: string | undefined;
}

export interface OpenOptions {
  /** Put around every transport that is opened. */
  readonly wrap: ((transport: Transport) => Transport) | undefined;
  /** Told of every line that is opened. */
  readonly opened: (line: Line) => void;
  /** Told when the line is lost and when it is back. */
  readonly notice: (text: string) => void;
}

/** @throws LabError of the opening, each naming the resource. */
export function openBoard(
  { chip: name, baud, link = "auto", reconnect = 0, driver }: BoardArguments,
  context: Context,
  { wrap, opened, notice }: OpenOptions,
): Promise<OpenedChip> {
  const { timer, clock, prng, stop } = context;
  if (driver !== undefined) return openWithDriver(driver, name, { timer, clock });
  let choice = link;
  const hear = (line: Line): void => {
    // A board that was found to have no link is not asked for one at every reconnect.
    if (line.kind === "plain") choice = "off";
    opened(line);
  };
  const connect = (resource: string, { sought, signal }: ConnectOnce) =>
    connectChip(resource, {
      timer,
      baudRate: baud,
      sought,
      signal,
      link: { choice, clock, prng },
      wrap,
      opened: hear,
    });
  if (reconnect === 0)
    return unlessStopped(connect(name, { signal: stop }), stop, interrupted, (late) => late.close());
  const search = { timer, clock, connect, ports: systemPorts, totalSeconds: reconnect };
  return openReconnectingChip(name, { ...search, notice, signal: stop });
}
