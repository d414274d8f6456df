/** What a comparison would do to a real chip, said before it is done. */

import { type Descriptor, deviceArrays } from "../../chip/descriptor.ts";
import { type Region, regionText } from "../../chip/region.ts";
import { LabError } from "../../core/errors.ts";
import type { Tile } from "../../network/placement.ts";
import type { ChipLedger } from "../../store/ledger/chip-ledger.ts";
import { largestUnpulsed, parseArea, shareOut } from "./areas.ts";

type Pulses = Pick<ChipLedger, "pulsesOf" | "path">;

/**
 * The areas of the contestants: those that the user names, else the longest run of word lines that were never pulsed.
 * @param homes arrays that hold the devices of a weight together.
 * @throws LabError USAGE for areas that cannot be shared out, and when the ledger cannot tell what is free.
 */
export function chosenAreas(
  descriptor: Descriptor,
  ledger: Pulses,
  homes: readonly (readonly number[])[],
  { region, contestants }: { readonly region?: readonly string[] | undefined; readonly contestants: number },
): readonly Region[] {
  if (region !== undefined && region.length > 0)
    return shareOut(
      region.map((text) => parseArea(text, descriptor)),
      contestants,
    );
  const next =
    "name the cells that may be pulsed with --region ARRAY:FIRST-LAST:FIRST-LAST (word lines : bit lines)";
  const pulsed = pulsedRows(descriptor, ledger);
  if (pulsed.size === 0)
    throw new LabError(
      "USAGE",
      `${ledger.path} knows of no pulse of this chip, so it cannot tell which cells are free`,
      {
        next,
      },
    );
  const free = largestUnpulsed(descriptor, homes, (array, row) => pulsed.has(`${array}:${row}`));
  if (free === undefined)
    throw new LabError("USAGE", "every word line of the chip was pulsed before", { next });
  return shareOut([free], contestants);
}

/** Word lines with a cell that was pulsed, as "array:row". */
function pulsedRows(descriptor: Descriptor, ledger: Pulses): ReadonlySet<string> {
  const found = new Set<string>();
  for (const array of deviceArrays(descriptor)) {
    const { rows, columns } = descriptor.arrays[array] ?? { rows: 0, columns: 0 };
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        if (ledger.pulsesOf({ array, row, column }) > 0) {
          found.add(`${array}:${row}`);
          break;
        }
  }
  return found;
}

export interface Intended {
  readonly name: string;
  readonly tiles: readonly Pick<Tile, "region">[];
}

/** The cells that will be pulsed, how many of them were pulsed before, and what that means. */
export function announced(
  { manufacturer, model, serialNumber }: Descriptor,
  ledger: Pulses,
  intended: readonly Intended[],
): string {
  const lines = intended.flatMap(({ name, tiles }) => [
    `  ${name}:`,
    ...tiles.map(({ region }) => `    ${regionText(region)}: ${wearText(region, ledger)}`),
  ]);
  return [
    `${manufacturer} ${model} ${serialNumber} will be pulsed here; whatever these cells hold is lost:`,
    ...lines,
    "  each of these cells is RESET and then programmed: on the emulated chips by 10 pulses on average, and up to 200;",
    "  without --chip the same runs on emulated chips; --max-pulses-per-cell bounds the pulses of a cell in its life",
  ].join("\n");
}

function wearText({ array, row, column, rows, columns }: Region, ledger: Pulses): string {
  let pulsed = 0;
  let most = 0;
  for (let r = row; r < row + rows; r++)
    for (let c = column; c < column + columns; c++) {
      const pulses = ledger.pulsesOf({ array, row: r, column: c });
      if (pulses > 0) pulsed++;
      most = Math.max(most, pulses);
    }
  const count = (value: number): string => value.toLocaleString("en");
  const cells = `${count(rows * columns)} cells`;
  return pulsed === 0
    ? `${cells}, never pulsed through pcmlab`
    : `${cells}, ${count(pulsed)} of them pulsed before, up to ${count(most)} times`;
}
