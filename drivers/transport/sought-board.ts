/** A search looks for one board by what it answers to `*IDN?`, and leaves every other instrument alone. */

import { LabError } from "../../src/core/errors.ts";

/** Another instrument identified itself where a board was looked for. */
export class AnotherBoard extends LabError {
  constructor(where: string, identification: string) {
    super("NOT_OURS", `another instrument answers on ${where}: ${identification}`);
  }
}

/**
 * @param sought identification of the board that is looked for; any fits when missing.
 * @throws AnotherBoard when manufacturer, model or serial number differ. The firmware may have been updated meanwhile.
 */
export function assertSought(identification: string, sought: string | undefined, where: string): void {
  if (sought !== undefined && whoIs(identification) !== whoIs(sought))
    throw new AnotherBoard(where, identification);
}

/** IEEE 488.2, 10.14: manufacturer, model, serial number, firmware. */
const whoIs = (identification: string): string =>
  identification
    .split(",", 3)
    .map((field) => field.trim())
    .join(",");
