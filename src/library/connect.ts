/** A chip by its address, behind everything that stands before it on the command line: limits, envelope, wear ledger, lock. */

import { withCalibratedDac } from "../../calibration/converter/calibrated-dac.ts";
import { defaultReconnectSeconds } from "../../drivers/chip/reconnect-time.ts";
import { defaultBaudRate } from "../../drivers/serial/baud-rate.ts";
import type { Chip } from "../chip/chip.ts";
import type { ConverterCalibration } from "../chip/readout.ts";
import type { BoardArguments } from "../cli/actions/open-board.ts";
import { withPulsedChip } from "../cli/actions/with-pulsed-chip.ts";
import { convertersOn } from "../cli/comparison/venue.ts";
import { type CallOptions, contextOf } from "./call.ts";

/** How a board is reached. */
export interface BoardOptions extends CallOptions {
  /** Of a raw serial line; 921,600 when missing. Boards with native USB ignore it. */
  readonly baudRate?: number;
  /** Whether a raw serial line is repaired by the reliable link: where the board offers it (`auto`, when missing), always, or never. */
  readonly link?: "auto" | "on" | "off";
  /** How long a board is waited for whose line was lost (s); 60 when missing, 0 fails at once. */
  readonly reconnectSeconds?: number;
  /** A module that drives another kind of board and exports `openChip` (see OpenChip): a path or the name of a package. */
  readonly driver?: string;
  /** Folder of the wear ledgers; the PCMLAB_LEDGER of the environment, else the user's data directory, when missing. */
  readonly ledgerFolder?: string;
}

export interface ConnectOptions extends BoardOptions {
  /** Refuses to take any cell over so many pulses in its life; the chip's own limit when missing. It cannot be widened. */
  readonly maxPulsesPerCell?: number;
  /**
   * Gain and offset of the converters: `measured` now from the reference resistors where the chip has some (when missing), or `nominal`,
   * what the descriptor says.
   */
  readonly converters?: "measured" | "nominal";
}

/** The Chip port of an open board. */
export interface ConnectedChip extends Chip {
  /** The name that it answers on. */
  readonly resource: string;
  /** Who it says it is, in one line. */
  readonly identification: string;
  /** What a code of its converters means. */
  readonly calibration: ConverterCalibration;
  /** Switches the drives off and frees board and ledger. To be called whatever happened. */
  close(): Promise<void>;
}

/**
 * Opens a board and asks who it is. Requests outside of the chip's limits are refused before they are sent, pulses are booked in the
 * chip's wear ledger, and nothing is ever clamped.
 * @param address a serial path (`/dev/ttyACM0`, `COM3`), `host:port`, a VISA name, or what the driver takes.
 * @throws LabError PORT_MISSING, PORT_BUSY or PORT_PERMISSION where it cannot be opened; NOT_OURS, NO_ANSWER or BAD_REPLY where the
 * conversation fails; LOCKED while another program has the chip; STORE when the wear ledger is in use; INTERRUPTED.
 */
export function connect(address: string, options: ConnectOptions = {}): Promise<ConnectedChip> {
  const context = contextOf("connect", options);
  return new Promise((resolve, reject) => {
    const whole = withPulsedChip(
      { ...boardArguments(address, options), maxPulsesPerCell: options.maxPulsesPerCell },
      context,
      async (guarded, board) => {
        const { calibration, dac } = await convertersOn(guarded, options.converters ?? "measured", context);
        const chip = dac === undefined ? guarded : withCalibratedDac(guarded, dac);
        const { resource, identification } = board;
        await new Promise<void>((leave) => {
          const close = (): Promise<void> => {
            leave();
            return whole;
          };
          resolve({ ...chip, resource, identification, calibration, close });
        });
      },
    );
    whole.catch(reject);
  });
}

/** As the commands take them. */
export function boardArguments(
  address: string,
  { baudRate, link, reconnectSeconds, driver, ledgerFolder }: BoardOptions,
): BoardArguments & { readonly ledger: string | undefined } {
  return {
    chip: address,
    baud: baudRate ?? defaultBaudRate,
    link: link ?? "auto",
    reconnect: reconnectSeconds ?? defaultReconnectSeconds,
    driver,
    ledger: ledgerFolder,
  };
}
