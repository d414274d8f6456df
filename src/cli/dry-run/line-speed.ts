/** How fast the line to a board is, by queries that change nothing, and what a traffic takes on it. */

import type { Chip } from "../../chip/chip.ts";
import type { Descriptor } from "../../chip/descriptor.ts";
import { cellCount, type Region } from "../../chip/region.ts";
import type { Clock } from "../../core/clock.ts";
import type { Traffic } from "./metered-line.ts";

export interface LineSpeed {
  /** Null when it is not known, and counted as none. */
  readonly roundTripSeconds: number | null;
  readonly bytesPerSecond: number | null;
  /** Where the two come from, for people. */
  readonly how: string;
}

const queries = 21;
const readings = 3;
/** Long against the round trip, and a third of a second on a line of 1,000,000 baud. */
const mostCells = 16_384;
const bytesPerCode = 2;

/**
 * The round trip is the median of queries for the chip time, one by one; the rate is that of reading reference resistors, which no
 * device feels, with their conversion. A chip without such an array is not read.
 * @param nominalBytesPerSecond of the line, where it has such a rate.
 */
export async function measureLine(
  chip: Chip,
  nominalBytesPerSecond: number | null,
  clock: Clock,
): Promise<LineSpeed> {
  const timed = async (ask: () => Promise<unknown>): Promise<number> => {
    const asked = clock.monotonicSeconds();
    await ask();
    return clock.monotonicSeconds() - asked;
  };
  const trips: number[] = [];
  for (let i = 0; i < queries; i++) trips.push(await timed(() => chip.now()));
  const roundTripSeconds = trips.sort((a, b) => a - b)[(queries - 1) / 2] ?? null;
  const trip = `round trip: median of ${queries} queries for the chip time`;
  const region = referenceRegion(chip.descriptor);
  if (region === undefined)
    return {
      roundTripSeconds,
      bytesPerSecond: nominalBytesPerSecond,
      how: `${trip}; ${nominalBytesPerSecond === null ? "rate: not known, the chip has no reference resistors to read" : "rate: of --baud"}`,
    };
  const options = { averages: 1, readVolts: chip.descriptor.read.minVolts };
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < readings; i++) best = Math.min(best, await timed(() => chip.read(region, options)));
  const carrying = Math.max(best - (roundTripSeconds ?? 0), best / 10);
  return {
    roundTripSeconds,
    bytesPerSecond: (bytesPerCode * cellCount(region)) / carrying,
    how: `${trip}; rate: ${readings} readings of ${cellCount(region)} reference resistors`,
  };
}

/** 8N1: ten bits a byte. */
export const nominalSpeed = (baud: number): LineSpeed => ({
  roundTripSeconds: null,
  bytesPerSecond: baud / 10,
  how: `a line of ${baud} baud without latency`,
});

/**
 * Seconds that the chip, the bytes of both ways and the round trips take one after the other: an upper bound, since board and line
 * work at the same time.
 */
export const secondsOnLine = (
  chipSeconds: number,
  { sentBytes, receivedBytes, roundTrips }: Traffic,
  { bytesPerSecond, roundTripSeconds }: LineSpeed,
): number =>
  chipSeconds +
  (bytesPerSecond === null ? 0 : (sentBytes + receivedBytes) / bytesPerSecond) +
  roundTrips * (roundTripSeconds ?? 0);

function referenceRegion({ arrays, maxCellsPerRequest }: Descriptor): Region | undefined {
  const index = arrays.findIndex(({ referenceSiemens }) => referenceSiemens !== undefined);
  const array = arrays[index];
  if (array === undefined) return undefined;
  const most = Math.min(mostCells, maxCellsPerRequest);
  const columns = Math.min(array.columns, most);
  return {
    array: index,
    row: 0,
    column: 0,
    rows: Math.min(array.rows, Math.floor(most / columns)),
    columns,
  };
}
