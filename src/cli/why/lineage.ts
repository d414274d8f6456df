/** Where a result came from, out of a store: readings, calibrations, pulses, the chip, and the command lines that made each of them. */

import { LabError } from "../../core/errors.ts";
import { formatDuration, parseDurations } from "../../core/units.ts";
import type { CalibrationId, ProgrammingId, RunId, TileId } from "../../store/identity.ts";
import type { StoredTile } from "../../store/placement.ts";
import type { StoredProgramming } from "../../store/programmings.ts";
import type { StoredReadout } from "../../store/readout-rows.ts";
import type { StoredResult } from "../../store/results.ts";
import type { StoredRun } from "../../store/runs.ts";
import type { Store } from "../../store/store.ts";

/** A reading of one tile, with what its conductances depend on. */
export interface TileLineage {
  readonly tile: StoredTile;
  readonly layer: string;
  readonly readout: StoredReadout;
  /** Undefined when the store no longer says. */
  readonly programming: StoredProgramming | undefined;
  /** Age of the devices at the middle of the reading, s. */
  readonly ageSeconds: number | undefined;
  /** Whether the tile was programmed again after this reading: the chip no longer holds what was read. */
  readonly isPast: boolean;
}

export interface Lineage {
  readonly result: StoredResult;
  readonly run: StoredRun | undefined;
  /** Empty for the digital baseline. */
  readonly tiles: readonly TileLineage[];
  /** The runs of readings, calibrations and programmings, oldest first. */
  readonly runs: readonly StoredRun[];
  readonly calibrations: readonly CalibrationId[];
}

export function lineageOf(store: Store, result: StoredResult): Lineage {
  const runs = new Map(store.runs.list().map((run) => [run.id, run]));
  const programmings = new Map(store.programmings.list().map((one) => [one.id, one]));
  const network = store.networks.find();
  const tiles = new Map(network?.tiles.map((tile) => [tile.id, tile]));
  const latest = latestStarts(programmings);
  const lineages = store.results.readoutsOf(result.id).flatMap((id): TileLineage[] => {
    const readout = store.readouts.find(id);
    const tile = readout?.tile == null ? undefined : tiles.get(readout.tile);
    if (readout === undefined || tile === undefined) return [];
    const programming = readout.programming === null ? undefined : programmings.get(readout.programming);
    const middle = (readout.firstSampleSeconds + readout.lastSampleSeconds) / 2;
    return [
      {
        tile,
        layer: network?.layers[tile.layer]?.name ?? "?",
        readout,
        programming,
        ageSeconds: programming && middle - programming.endedChipSeconds,
        isPast: programming !== undefined && latest.get(tile.id) !== programming.id,
      },
    ];
  });
  const calibrations = calibrationsOf(lineages);
  const made = new Map(store.calibrations.list().map((one) => [one.id, one.run]));
  const ids = new Set<RunId>(
    [
      ...lineages.flatMap(({ readout, programming }) => [readout.run, programming?.run]),
      ...calibrations.map((id) => made.get(id)),
    ].flatMap((id) => id ?? []),
  );
  return {
    result,
    run: runs.get(result.run),
    tiles: lineages,
    runs: [...ids].sort((a, b) => a - b).flatMap((id) => runs.get(id) ?? []),
    calibrations,
  };
}

function latestStarts(
  programmings: ReadonlyMap<ProgrammingId, StoredProgramming>,
): ReadonlyMap<TileId, ProgrammingId> {
  const latest = new Map<TileId, StoredProgramming>();
  for (const one of programmings.values()) {
    const known = latest.get(one.tile);
    if (known === undefined || one.start > known.start) latest.set(one.tile, one);
  }
  return new Map([...latest].map(([tile, { id }]) => [tile, id]));
}

const calibrationsOf = (tiles: readonly TileLineage[]): CalibrationId[] =>
  [
    ...new Set(
      tiles.flatMap(({ readout: { calibration } }) => ("id" in calibration ? [calibration.id] : [])),
    ),
  ].sort((a, b) => a - b);

/**
 * A result by its number, `latest`, or by what it is of: `1d:gdc`, `digital`.
 * @throws LabError STORE_CONTENT when the store has none, USAGE for what is no name of one.
 */
export function findResult(store: Store, name: string): StoredResult {
  const results = store.results.list();
  if (results.length === 0)
    throw new LabError("STORE_CONTENT", `${store.path} holds no results`, {
      next: `measure one: pcmlab infer --store ${store.path} --images FILE`,
    });
  const found = results.filter(matching(name)).at(-1);
  if (found !== undefined) return found;
  const known = results.slice(-8).map((one) => `${one.id} (${nameOf(one)})`);
  throw new LabError("STORE_CONTENT", `${store.path} holds no result "${name}"`, {
    next: `choose one of ${known.join(", ")}`,
  });
}

export const nameOf = ({ ageSeconds, compensation }: StoredResult): string =>
  ageSeconds === null ? compensation : `${formatDuration(ageSeconds).replace(" ", "")}:${compensation}`;

function matching(name: string): (result: StoredResult) => boolean {
  if (name === "latest") return () => true;
  if (/^\d+$/.test(name)) return ({ id }) => id === Number(name);
  const [age = "", compensation] = name.split(":");
  if (compensation === undefined)
    return (result) => result.ageSeconds === null && result.compensation === age;
  const [seconds] = parseDurations(age);
  return (result) => result.ageSeconds === seconds && result.compensation === compensation;
}
