/** Says how good the line to a board is: opens its link, keeps it busy for a while, and prints terms, round trip and counters. */

import { parseResource } from "../../../drivers/chip/resource.ts";
import { framesDamaged } from "../../../firmware-protocol/link/counters.ts";
import type { Chip } from "../../chip/chip.ts";
import { cellCount, type Region } from "../../chip/region.ts";
import type { Context } from "../context.ts";
import type { LinkReport } from "./link-report.ts";
import { type ChipArguments, withChip } from "./with-chip.ts";

export interface LinkArguments extends ChipArguments {
  /** How long the line is kept busy, s. */
  readonly seconds: number;
}

export interface LineUse {
  readonly queries: number;
  /** The quickest query, with the time that the board takes to answer, s. */
  readonly shortestQuerySeconds: number;
  readonly regions: number;
  /** Bytes of codes, of those regions. */
  readonly bytes: number;
  readonly bytesPerSecond: number;
}

export async function link(args: LinkArguments, context: Context): Promise<void> {
  await withChip(args, context, async (chip, board, remarks) => {
    const use = await keepBusy(chip, args.seconds, context);
    const report = remarks.link();
    const { resource, identification } = board;
    const why = report === undefined ? whyNone(args) : null;
    context.output.result(
      { resource, identification, link: report ?? null, why, use },
      [identification, ...(report === undefined ? [why] : linkLines(report)), useLine(use)].join("\n"),
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

function linkLines({ terms, sessions, roundTripSeconds, counters }: LinkReport): string[] {
  const under = ((terms.payloadBytes * terms.windowFrames) / 1024).toLocaleString("en");
  const trip = roundTripSeconds === null ? "time not measured" : milliseconds(roundTripSeconds);
  const counted = Object.entries(counters)
    .filter(([, value]) => value !== 0)
    .map(([name, value]) => `  ${name.padEnd(22)}${value}`);
  return [
    `link        version ${terms.version}, payload up to ${terms.payloadBytes} bytes, window ${terms.windowFrames} frames (${under} KiB under way)`,
    `sessions    ${sessions}`,
    `frames      ${trip} from a frame to its acknowledgement`,
    `repaired    ${counters.retransmitted} frames sent again, ${framesDamaged(counters)} came damaged, ${counters.duplicates} came twice`,
    ...counted,
  ];
}

const milliseconds = (seconds: number): string => `${(1000 * seconds).toFixed(2)} ms`;

const useLine = ({ queries, shortestQuerySeconds, regions, bytesPerSecond }: LineUse): string =>
  [
    `round trip  ${milliseconds(shortestQuerySeconds)}: the quickest of ${queries} queries, to its answer; this is what programming waits for`,
    `read        ${regions} regions at ${(bytesPerSecond / 1000).toFixed(1)} kB/s`,
  ].join("\n");
