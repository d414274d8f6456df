/**
 * Makes an emulated chip miss its targets as the measured one does after the same program-and-verify (docs/decisions/0019): read noise
 * and drift are as they were measured, and the random relaxation of fresh glass makes up for the rest, level by level.
 */

import type { FirstReading, LevelFigures } from "../../../calibration/twin/level-tally.ts";
import type { ChipProfile } from "../../../mocks/array/profile.ts";
import { relaxationShape } from "../../../mocks/device/drift.ts";
import type { ConverterChoice } from "../comparison/venue.ts";
import type { Context } from "../context.ts";
import { conductingOf, corrected, gainOf, isMissed, type Squares, sizeFor } from "./missing-variance.ts";
import { type RehearsalPlan, type RehearsedLevel, rehearse, stageConverters } from "./rehearsal.ts";

export interface MatchedErrors {
  readonly profile: ChipProfile;
  /** What the matched profile does, one element for each level. */
  readonly rehearsed: readonly RehearsedLevel[];
  /** Levels (S) of which the relaxation was found. */
  readonly matched: readonly number[];
  /** Whether the conductance of devices that are meant to hold nothing was found. */
  readonly floor: boolean;
}

/** Relative relaxation to try first, large enough for its effect to be seen. */
const trial = 0.1;

/** When the relaxation begins where the base profile has none: about when the loop verifies. */
const usualStartSeconds = 1e-3;

const corrections = 2;

interface Played {
  readonly profile: ChipProfile;
  readonly squares: Squares;
  readonly rehearsed: readonly RehearsedLevel[];
}

/**
 * One size of the relaxation with the shape of the model, if that is enough; else a size for every level.
 * @throws LabError INTERRUPTED, LIMIT.
 */
export async function matchErrors(
  profile: ChipProfile,
  levels: readonly LevelFigures[],
  { converters, ...plan }: RehearsalPlan & { readonly converters: ConverterChoice },
  context: Context,
  onRehearsal: () => void,
): Promise<MatchedErrors> {
  const known = await stageConverters(profile, plan, converters, context);
  const conducting = conductingOf(levels);
  const zero = levels.findIndex(({ targetSiemens }) => targetSiemens === 0);
  let floor: Floor = profile.device.floor;
  const play = async (changed: ChipProfile, squares: Squares): Promise<Played> => {
    const played = withFloor(changed, floor);
    const rehearsed = await rehearse(played, plan, known, context);
    onRehearsal();
    floor = nextFloor(floor, levels[zero]?.first, rehearsed[zero]);
    return { profile: played, squares, rehearsed };
  };
  const shape = conducting.map(({ target }) => relaxationShape(target / profile.device.set.medianSiemens));
  const withSize = (square: number) =>
    play(
      withSpread(profile, Math.sqrt(square)),
      shape.map((part) => square * part ** 2),
    );
  const quiet = await withSize(0);
  let last = await withSize(trial ** 2);
  const gain = gainOf(conducting, quiet.rehearsed, last.rehearsed, last.squares);
  last = await withSize(sizeFor(conducting, quiet.rehearsed, gain, shape));
  if (conducting.some((one) => isMissed(one, last.rehearsed)))
    for (let round = 0; round < corrections; round++) {
      const squares = corrected(conducting, last, gain);
      last = await play(withTable(profile, conducting, squares), squares);
    }
  return {
    profile: last.profile,
    rehearsed: last.rehearsed,
    matched: conducting.map(({ target }) => target),
    floor: levels[zero]?.first !== undefined,
  };
}

/** Rehearsals of a match, at most. */
export const matchRehearsals = corrections + 3;

type Floor = ChipProfile["device"]["floor"];

const withFloor = (profile: ChipProfile, floor: Floor): ChipProfile => ({
  ...profile,
  device: { ...profile.device, floor },
});

const withSpread = (profile: ChipProfile, spread: number): ChipProfile =>
  withRelaxation(profile, { spread: Math.min(largestOfModel, spread), startSeconds: startOf(profile) });

/** What the profile allows where the shape of the model counts. */
const largestOfModel = 0.25;

function withTable(
  profile: ChipProfile,
  levels: readonly { readonly target: number }[],
  squares: Squares,
): ChipProfile {
  const points = levels.map(({ target }, n) => ({
    g: target / profile.device.drift.gMaxSiemens,
    value: Math.sqrt(squares[n] ?? 0),
  }));
  return withRelaxation(profile, {
    spread: profile.device.relaxation?.spread ?? 0,
    startSeconds: startOf(profile),
    byState: { kind: "table", points },
  });
}

const startOf = ({ device }: ChipProfile): number => device.relaxation?.startSeconds ?? usualStartSeconds;

const withRelaxation = (
  profile: ChipProfile,
  relaxation: NonNullable<ChipProfile["device"]["relaxation"]>,
): ChipProfile => ({ ...profile, device: { ...profile.device, relaxation } });

/** Beyond these the log-normal law is none that a device has. */
const [narrowest, widest] = [0.05, 1.5];

/** Scaled by what the mean and the spread of devices at zero are off by. */
function nextFloor(floor: Floor, wanted: FirstReading | undefined, got: RehearsedLevel | undefined): Floor {
  if (wanted === undefined || got === undefined || !(got.meanSiemens > 0) || !(wanted.meanSiemens > 0))
    return floor;
  const mean = wanted.meanSiemens / got.meanSiemens;
  const relative = wanted.sigmaSiemens / got.sigmaSiemens / mean;
  return {
    ...floor,
    medianSiemens: floor.medianSiemens * mean,
    logSpread: Math.min(widest, Math.max(narrowest, floor.logSpread * relative)),
  };
}
