/** Where each number of a twin's profile comes from. */

import type { ChipProfile } from "../../../mocks/array/profile.ts";
import type { Findings } from "./findings.ts";
import type { MatchedErrors } from "./match-error.ts";

export interface Sources {
  /** Paths of the profile that the chip says itself. */
  readonly described: readonly string[];
  readonly fitted: readonly { readonly path: string; readonly how: string }[];
  readonly taken: readonly { readonly path: string; readonly why: string }[];
}

const described = [
  "name",
  "model",
  "manufacturer",
  "follows",
  "arrays",
  "read",
  "program",
  "envelope",
  "maxCellsPerRequest",
];

const pulses =
  "program-and-verify reaches its targets whatever single pulses do: a store does not tell them apart";
const oneChip = "one chip says nothing of the spread from chip to chip";

/** Why a store says nothing of them. */
const neverFitted: readonly (readonly [string, string])[] = [
  ["timing", "how long pulses take to settle is not stored"],
  ["converter.dacGainSpread", oneChip],
  ["converter.dacStepSpread", "programming takes the currents of the DAC as they were measured"],
  ["converter.resistorSpread", "resistors and converters are only measured together"],
  ["currentSense", "noise of the board's own meter, which nothing else depends on"],
  ["mvm", "of products in the array, which are not fitted"],
  ["device.set", "devices at SET are not read: program-and-verify leaves them"],
  ["device.floor.currentExponent", pulses],
  ["device.half", pulses],
  ["device.slope", pulses],
  ["device.slow", pulses],
  ["device.endurance", "no device is pulsed until it fails"],
  ["device.melt", pulses],
  ["device.onsetAmperes", pulses],
  ["device.crystallisation", pulses],
  ["device.gradual", pulses],
  ["device.cycle", pulses],
  ["device.drift.gMaxSiemens", "the unit of the laws, a convention"],
  ["device.drift.referenceSeconds", "t_0 of the published law, a convention"],
  ["device.relaxation.startSeconds", "readings of devices that young are not stored"],
  ["device.temperature", "a store of readings at one temperature says nothing of others"],
  ["device.readDisturb", "no reading is repeated often enough to disturb"],
  ["device.readNoise.readSeconds", "t_read of the published law: only its logarithm counts"],
];

/** What could be fitted, and whether it was. */
interface Part {
  readonly path: string;
  /** Undefined when it was not. */
  readonly how: string | undefined;
  readonly why: string;
}

export function sourcesOf(
  profile: ChipProfile,
  findings: Findings,
  matched: MatchedErrors | undefined,
  /** Why the error was not matched; undefined when it was. */
  unmatched: string | undefined,
): Sources {
  const parts = [
    ...lawParts(findings),
    ...stuckParts(findings),
    ...converterParts(findings),
    ...errorParts(matched, unmatched),
  ];
  const present = neverFitted.filter(([path]) => isPresent(profile, path));
  return {
    described: [...described, ...(profile.mvm ? ["mvm.ability"] : [])].filter((path) =>
      isPresent(profile, path),
    ),
    fitted: parts.flatMap(({ path, how }) => (how === undefined ? [] : [{ path, how }])),
    taken: [
      ...parts.flatMap(({ path, how, why }) => (how === undefined ? [{ path, why }] : [])),
      ...present.map(([path, why]) => ({ path, why })),
    ],
  };
}

const isPresent = (profile: object, path: string): boolean =>
  path
    .split(".")
    .reduce<unknown>(
      (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
      profile,
    ) !== undefined;

function lawParts({ levels, noiseLaw }: Findings): Part[] {
  const drifting = levels.flatMap(({ drift }) => drift ?? []);
  const noisy = levels.filter(({ noise }) => noise !== undefined);
  const why = "needs readings of 50 devices of a level at three ages or more";
  const range = rangeOf(drifting.map(({ stateSiemens }) => stateSiemens));
  const table = `a table through ${drifting.length} levels ${range}; beyond them points of the base profile`;
  const noise = noiseLaw?.describes
    ? `a power law through ${noisy.length} levels ${range}`
    : `a table through ${noisy.length} levels ${range}; beyond them points of the base profile`;
  return [
    { path: "device.drift.nuMean", how: drifting.length === 0 ? undefined : table, why },
    { path: "device.drift.nuSpread", how: drifting.length === 0 ? undefined : table, why },
    { path: "device.readNoise.relative", how: noisy.length === 0 ? undefined : noise, why },
  ];
}

const rangeOf = (siemens: readonly number[]): string =>
  `from ${(1e6 * Math.min(...siemens)).toFixed(2)} to ${(1e6 * Math.max(...siemens)).toFixed(2)} µS`;

const stuckParts = ({ stuck }: Findings): Part[] =>
  (
    [
      ["device.stuckResetProbability", stuck.low],
      ["device.stuckSetProbability", stuck.high],
    ] as const
  ).map(([path, { count, of, counts }]) => ({
    path,
    how: counts ? `${count} of ${of} devices` : undefined,
    why: `${count} of ${of} devices neither say more nor contradict it`,
  }));

function converterParts({ converters }: Findings): Part[] {
  const how = converters && `the calibration of ${converters.columns} bit lines`;
  const why = "the store holds no calibration of 16 bit lines";
  return ["gainSpread", "offsetSpreadCodes", "whiteNoiseCodes"].map((name) => ({
    path: `converter.${name}`,
    how,
    why,
  }));
}

function errorParts(matched: MatchedErrors | undefined, why = "it was matched"): Part[] {
  const found = matched?.matched ?? [];
  const zero = matched?.floor === true;
  const ofZero = matched === undefined ? why : "too few devices are meant to hold nothing";
  const floor = zero ? "what devices at zero are read as, by rehearsals" : undefined;
  return [
    {
      path: "device.relaxation",
      how:
        found.length === 0
          ? undefined
          : `the error after the same program-and-verify at ${found.length} levels, by rehearsals`,
      why,
    },
    { path: "device.floor.medianSiemens", how: floor, why: ofZero },
    { path: "device.floor.logSpread", how: floor, why: ofZero },
  ];
}
