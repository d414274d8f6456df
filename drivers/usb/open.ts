/** From the address of a USB board to a transport: found, claimed, asked what it can do, cleared. */

import { UsbtmcFault } from "../../firmware-protocol/usbtmc/fault.ts";
import type { Timer } from "../../src/core/clock.ts";
import { LabError } from "../../src/core/errors.ts";
import { interrupted } from "../transport/closed-on-stop.ts";
import { type Claimed, claim } from "./claim.ts";
import { clear, getCapabilities } from "./control.ts";
import { findUsb, serialNumberOf, type UsbAddress, visaName } from "./find.ts";
import { systemUsb } from "./system-usb.ts";
import { transferFailure } from "./trouble.ts";
import type { UsbBackend } from "./usb-device.ts";
import { type UsbTransport, UsbtmcTransport } from "./usb-transport.ts";

/**
 * @param signal ends the opening once the request under way has ended, 1 s later at most; afterwards it has no effect.
 * @throws LabError PORT_MISSING, PORT_BUSY, PORT_PERMISSION, NOT_OURS, NO_ANSWER, LINK_LOST, ENVIRONMENT, INTERRUPTED, and USAGE
 * when several boards fit the address.
 */
export async function openUsb(
  address: UsbAddress,
  timer: Timer,
  backend: UsbBackend = systemUsb,
  signal?: AbortSignal,
): Promise<UsbTransport> {
  const device = await findUsb(backend, address);
  const name = visaName({ ...address, serialNumber: serialNumberOf(device) ?? address.serialNumber });
  const board = await claim(backend, device, name, address);
  try {
    await prepare(board, timer, signal);
  } catch (failure) {
    await board.release();
    throw failure;
  }
  return new UsbtmcTransport(board, timer);
}

async function prepare(board: Claimed, timer: Timer, signal: AbortSignal | undefined): Promise<void> {
  const { name } = board;
  try {
    const { listenOnly, talkOnly } = await getCapabilities(board);
    if (listenOnly || talkOnly) throw new UsbtmcFault("the interface goes one way only");
    if (signal?.aborted) throw interrupted();
    await clear(board, timer);
    if (signal?.aborted) throw interrupted();
  } catch (cause) {
    if (!(cause instanceof UsbtmcFault)) throw transferFailure(name, "opening", cause);
    const next = "update the board's firmware; SPEC.md says what its USB interface must do";
    throw new LabError("NOT_OURS", `${name} breaks USBTMC: ${cause.message}`, { cause, next });
  }
}
