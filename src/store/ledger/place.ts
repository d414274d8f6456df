/** Where the wear ledger of a chip lies: one file a chip, named after what names the chip. */

import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Descriptor } from "../../chip/descriptor.ts";

/** What tells chips apart; a chip that began anew under its serial number is another one. */
export type ChipName = Pick<Descriptor, "manufacturer" | "model" | "serialNumber" | "life">;

const ending = ".wear.db";
const longestName = 200;

export const ledgerPath = (folder: string, chip: ChipName): string => join(folder, fileName(chip));

export const isLedgerName = (file: string): boolean => file.endsWith(ending);

/** Whether a ledger of this name may be of a chip with this serial number: a long name does not tell. */
export function mayBeOf(file: string, serialNumber: string): boolean {
  const words = file.slice(0, -ending.length).split("_");
  return words.length === 1 || words[2] === escaped(serialNumber);
}

function fileName({ manufacturer, model, serialNumber, life }: ChipName): string {
  const words = [manufacturer, model, serialNumber, ...(life === undefined ? [] : [life])].map(escaped);
  const name = words.join("_");
  if (name.length <= longestName) return name + ending;
  return createHash("sha256").update(name).digest("hex") + ending;
}

/** Letters, digits, dots and hyphens stay; two different words never become the same, and none holds the separator. */
const escaped = (word: string): string =>
  Array.from(new TextEncoder().encode(word), (byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9.-]/.test(character) ? character : `%${byte.toString(16).padStart(2, "0")}`;
  }).join("");
