/** What a reader of a twin must know of its numbers, in words. */

import { fewestReads } from "../../../calibration/drift/fit-drift.ts";
import type { ConverterSpread } from "../../../calibration/twin/converter-spread.ts";
import { microsiemens } from "../../core/units.ts";
import type { TwinLevel } from "./document.ts";
import type { TwinSubject } from "./measure.ts";

export interface Remarkable {
  readonly levels: readonly TwinLevel[];
  readonly subjects: readonly TwinSubject[];
  /** a of the noise power 1/f^(1 + a). */
  readonly noiseSlope: number;
  readonly converters: ConverterSpread | undefined;
  /** Why nothing was rehearsed; undefined when it was. */
  readonly unmatched: string | undefined;
}

export const remarksOf = (facts: Remarkable): string[] => [
  ...ageRemarks(facts),
  ...levelRemarks(facts),
  ...wayRemarks(facts),
  ...noiseRemarks(facts),
  ...converterRemarks(facts),
  ...errorRemarks(facts),
];

function ageRemarks({ subjects }: Remarkable): string[] {
  const most = Math.max(...subjects.map(({ reads }) => reads.length));
  if (most >= fewestReads) return [];
  return [
    `tiles were read at ${most === 1 ? "one age" : `${most} ages`}: drift and read noise are those of the base profile, and need ${fewestReads}`,
  ];
}

const inUnits = (levels: readonly TwinLevel[]): string =>
  levels.map(({ targetSiemens }) => `${microsiemens(targetSiemens).toFixed(2)} µS`).join(", ");

function levelRemarks({ levels, subjects }: Remarkable): string[] {
  const short = levels.filter(({ first }) => first === null);
  const unfitted = levels.filter(({ first, drift }) => first !== null && drift === null);
  const read = subjects.some(({ reads }) => reads.length >= fewestReads);
  return [
    ...(short.length === 0 ? [] : [`too few devices converged for a statistic at ${inUnits(short)}`]),
    ...(unfitted.length === 0 || !read
      ? []
      : [
          `drift and read noise at ${inUnits(unfitted)} are of the base profile, or of the nearest level: too few devices could be fitted`,
        ]),
  ];
}

function wayRemarks({ subjects }: Remarkable): string[] {
  const ways = new Set(subjects.map(({ programming: { algorithm } }) => JSON.stringify(algorithm)));
  return ways.size === 1
    ? []
    : [`the tiles were programmed in ${ways.size} ways: rehearsed is that of the largest tile`];
}

const noiseRemarks = ({ noiseSlope }: Remarkable): string[] =>
  noiseSlope === 0
    ? []
    : [
        `the read noise is 1/f^${(1 + noiseSlope).toFixed(2)}; the emulator has 1/f noise, of the size that leaves the same residuals`,
      ];

/** A mean that differs from an ideal converter's by so many standard errors does differ. */
const clear = 4;

function converterRemarks({ converters }: Remarkable): string[] {
  if (converters === undefined) return [];
  const { gainMean, offsetMeanCodes } = converters;
  const off = [
    ...(Math.abs(gainMean.value - 1) > clear * gainMean.error
      ? [`the mean gain of the converters is ${gainMean.value.toFixed(4)}`]
      : []),
    ...(Math.abs(offsetMeanCodes.value) > clear * offsetMeanCodes.error
      ? [`the mean offset of the converters is ${offsetMeanCodes.value.toFixed(3)} codes`]
      : []),
  ];
  return off.map(
    (what) => `${what}; those of the twin have none in the mean, and a calibration takes it away`,
  );
}

/** What a rehearsal misses by more than this part, and by more than chance. */
const missed = 0.1;

function errorRemarks({ levels, unmatched }: Remarkable): string[] {
  if (unmatched !== undefined) return [`the programming error was not matched: ${unmatched}`];
  return (["more", "less"] as const).flatMap((way) => {
    const off = levels.filter((level) => errorGap(level) === way);
    return off.length === 0
      ? []
      : [`the twin is off its targets by ${way} than the chip at ${inUnits(off)}: see the table of levels`];
  });
}

function errorGap({ first, rehearsed }: TwinLevel): "more" | "less" | undefined {
  if (first === null || rehearsed === null) return undefined;
  const ratio = rehearsed.sigmaSiemens / first.sigmaSiemens;
  const chance = 3 * Math.sqrt(1 / (2 * first.devices) + 1 / (2 * rehearsed.devices));
  if (Math.abs(ratio - 1) <= Math.max(missed, chance)) return undefined;
  return ratio > 1 ? "more" : "less";
}
