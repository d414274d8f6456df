/** Says how good the line to a board is: opens its link, keeps it busy for a while, and prints terms, round trip and counters. */

import { parseResource } from "../../../drivers/chip/resource.ts";
import type { Chip } from "../../chip/chip.ts";
import { cellCount, type Region } from "../../chip/region.ts";
import type { Context } from "../context.ts";
import { type LineUse, linkLines, useLines } from "./link-text.ts";
import { type ChipArguments, withChip } from "./with-chip.ts";

export interface LinkArguments extends ChipArguments {
  /** How long the line is kept busy, s. */
  readonly seconds: number;
}

export async function link(args: LinkArguments, context: Context): Promise<void> {
  await withChip(args, context, async (chip, board, remarks) => {
    const use = await keepBusy(chip, args.seconds, context);
    const report = remarks.link();
    const { resource, identification } = board;
    const why = report === undefined ? whyNone(args) : null;
    context.output.result(
      { resource, identification, link: report ?? null, why, use },
      [identification, ...(report === undefined ? [why] : linkLines(report)), ...useLines(use)].join("\n"),
    );
  });
}

function whyNone({ chip, link }: LinkArguments): string {
  if (parseResource(chip).kind !== "serial") return "link        none: USB and TCP need none";
  return link === "off"
    ? "link        none: --link off"
    : "link        none: the board does not offer one (SYSTem:LINK?), so plain lines are used and nothing repairs them";
}

const queriesAtOnce = 20;
/** Bytes of codes of the region that is read again and again: short enough for a slow line. */
const regionCells = 2048;

/** One by one, queries for the round trip and readings for the bulk, until the time is over or the user stops it. */
async function keepBusy(chip: Chip, seconds: number, { clock, stop }: Context): Promise<LineUse> {
  const start = clock.monotonicSeconds();
  const region = someRegion(chip);
  const readVolts = (chip.descriptor.read.minVolts + chip.descriptor.read.maxVolts) / 2;
  let queries = 0;
  let regions = 0;
  let readingSeconds = 0;
  let shortest = Number.POSITIVE_INFINITY;
  do {
    for (let i = 0; i < queriesAtOnce; i++, queries++) {
      const asked = clock.monotonicSeconds();
      await chip.now();
      shortest = Math.min(shortest, clock.monotonicSeconds() - asked);
    }
    const began = clock.monotonicSeconds();
    await chip.read(region, { averages: 1, readVolts });
    readingSeconds += clock.monotonicSeconds() - began;
    regions++;
  } while (clock.monotonicSeconds() - start < seconds && !stop.aborted);
  const bytes = regions * cellCount(region) * 2;
  return { queries, shortestQuerySeconds: shortest, regions, bytes, bytesPerSecond: bytes / readingSeconds };
}

/** A reading touches no device, so any will do. */
function someRegion({ descriptor }: Chip): Region {
  const { rows = 1, columns: width = 1 } = descriptor.arrays[0] ?? {};
  const most = Math.min(regionCells, descriptor.maxCellsPerRequest);
  const columns = Math.min(width, most);
  return { array: 0, row: 0, column: 0, rows: Math.min(rows, Math.floor(most / columns)), columns };
}
