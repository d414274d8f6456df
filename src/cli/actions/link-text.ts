/** What `pcmlab link` prints: terms, round trip and counters of a link, and what the line carried. */

import { framesDamaged } from "../../../firmware-protocol/link/counters.ts";
import type { LinkReport } from "./link-report.ts";

export interface LineUse {
  readonly queries: number;
  /** The quickest query, with the time that the board takes to answer, s. */
  readonly shortestQuerySeconds: number;
  readonly regions: number;
  /** Bytes of codes, of those regions. */
  readonly bytes: number;
  readonly bytesPerSecond: number;
}

/** Counters that are zero are left out. */
export function linkLines({ terms, sessions, roundTripSeconds, counters }: LinkReport): string[] {
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

export const useLines = ({ queries, shortestQuerySeconds, regions, bytesPerSecond }: LineUse): string[] => [
  `round trip  ${milliseconds(shortestQuerySeconds)}: the quickest of ${queries} queries, to its answer; this is what programming waits for`,
  `read        ${regions} regions at ${(bytesPerSecond / 1000).toFixed(1)} kB/s`,
];
