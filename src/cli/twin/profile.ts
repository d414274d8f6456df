/** The profile of a twin: what the chip says of itself, what was fitted, and for the rest the base profile. */

import type { LevelDrift } from "../../../calibration/twin/level-tally.ts";
import { spreadAtState } from "../../../calibration/twin/spread-at-state.ts";
import type { ChipProfile } from "../../../mocks/array/profile.ts";
import type { Descriptor } from "../../chip/descriptor.ts";
import { currentsFeature } from "../../chip/limits.ts";
import type { Findings } from "./findings.ts";
import { type NoiseLaw, tableOf } from "./laws.ts";

/** Longest name of a profile: serial numbers are made from it. */
const longestName = 40;

/** "twin-fusion-1m-000001". */
const nameOf = ({ serialNumber }: Descriptor): string =>
  `twin-${serialNumber
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^twin-/, "")}`.slice(0, longestName);

/** Before the programming error is matched by rehearsals. */
export function profileOf(base: ChipProfile, descriptor: Descriptor, findings: Findings): ChipProfile {
  const { mvm, currentSense, ...rest } = base;
  const { arrays, read, program, envelope, maxCellsPerRequest, model, manufacturer } = descriptor;
  const { envelope: _, ...others } = rest;
  return {
    ...others,
    name: nameOf(descriptor),
    model,
    manufacturer,
    follows: [
      `twin of ${manufacturer} ${model} ${descriptor.serialNumber}; what was not fitted is of ${base.name}`,
    ],
    arrays: [...arrays],
    read,
    program,
    ...(envelope && { envelope }),
    maxCellsPerRequest,
    ...(mvm && descriptor.mvm && { mvm: { ...mvm, ability: descriptor.mvm } }),
    ...(currentSense && descriptor.features.includes(currentsFeature) && { currentSense }),
    converter: { ...base.converter, ...convertersOf(findings) },
    device: deviceOf(base.device, findings),
  };
}

const convertersOf = ({ converters }: Findings) =>
  converters && {
    gainSpread: converters.gainSpread.value,
    offsetSpreadCodes: converters.offsetSpreadCodes.value,
    whiteNoiseCodes: converters.whiteNoiseCodes.value,
  };

function deviceOf(base: ChipProfile["device"], findings: Findings): ChipProfile["device"] {
  const { levels, noiseLaw, stuck } = findings;
  const { gMaxSiemens } = base.drift;
  const drifting = levels.flatMap(({ drift }) => drift ?? []).sort((a, b) => a.stateSiemens - b.stateSiemens);
  const spreads = spreadAtState(drifting);
  const pointsOf = (of: (drift: LevelDrift, n: number) => number) =>
    drifting.map((drift, n) => ({ siemens: drift.stateSiemens, value: of(drift, n) }));
  const means = pointsOf(({ nuMean }) => Math.max(0, nuMean.value));
  const spread = pointsOf((_, n) => spreads[n] ?? 0);
  return {
    ...base,
    ...(stuck.low.counts && { stuckResetProbability: stuck.low.probability }),
    ...(stuck.high.counts && { stuckSetProbability: stuck.high.probability }),
    drift: {
      ...base.drift,
      nuMean: tableOf(means, base.drift.nuMean, gMaxSiemens),
      nuSpread: tableOf(spread, base.drift.nuSpread, gMaxSiemens),
    },
    readNoise: { ...base.readNoise, relative: noiseOf(base, levels, noiseLaw) },
  };
}

function noiseOf(
  { readNoise: { relative }, drift: { gMaxSiemens } }: ChipProfile["device"],
  levels: Findings["levels"],
  law: NoiseLaw | undefined,
): ChipProfile["device"]["readNoise"]["relative"] {
  if (law?.describes === true && relative.kind === "power")
    return {
      kind: "power",
      coefficient: law.coefficient.value,
      exponent: law.exponent.value,
      max: relative.max,
    };
  const points = levels.flatMap(({ drift, noise }) =>
    drift === undefined || noise === undefined ? [] : [{ siemens: drift.stateSiemens, value: noise.value }],
  );
  return tableOf(points, relative, gMaxSiemens);
}
