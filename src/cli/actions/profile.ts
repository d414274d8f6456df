/** Shows, checks and lists chip profiles, and loads one for whoever needs it. */

import { existsSync, readFileSync, statSync } from "node:fs";
import {
  builtinProfile,
  type ChipProfile,
  parseProfile,
  profileNames,
} from "../../../mocks/array/profile.ts";
import { deviceCount } from "../../chip/descriptor.ts";
import { LabError, textOf } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import { isTwin, parseTwin } from "../twin/document.ts";

/** A profile is a few kilobytes. */
const largestBytes = 1 << 20;

/**
 * A built-in profile by name, or a JSON file, which may be a twin.
 * @throws LabError BAD_PROFILE when there is neither, or the file holds no profile.
 */
export function loadProfile(nameOrFile: string): ChipProfile {
  if (profileNames.includes(nameOrFile)) return builtinProfile(nameOrFile);
  const isFile = /\.json$|[/\\]/.test(nameOrFile) || existsSync(nameOrFile);
  return isFile ? profileFromFile(nameOrFile) : builtinProfile(nameOrFile);
}

export function showProfile(nameOrFile: string, context: Context): void {
  const profile = loadProfile(nameOrFile);
  context.output.result(profile, JSON.stringify(profile, null, 2));
}

export function checkProfile(nameOrFile: string, context: Context): void {
  const facts = factsOf(loadProfile(nameOrFile));
  context.output.result({ ok: true, ...facts }, `OK: ${lineOf(facts)}`);
}

export function listProfiles(context: Context): void {
  const profiles = profileNames.map((name) => factsOf(builtinProfile(name)));
  context.output.result({ profiles }, profiles.map(lineOf).join("\n"));
}

function profileFromFile(path: string): ChipProfile {
  try {
    const { size } = statSync(path);
    if (size > largestBytes) throw new RangeError(`it has ${size} bytes, a profile at most ${largestBytes}`);
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isTwin(value) ? parseTwin(value).profile : parseProfile(value);
  } catch (cause) {
    if (cause instanceof LabError) throw cause;
    throw new LabError("BAD_PROFILE", `profile ${path} cannot be read: ${textOf(cause)}`, {
      cause,
      next: "check the file; `pcmlab profile show fusion-1m > FILE` writes one to start from",
    });
  }
}

interface ProfileFacts {
  readonly name: string;
  readonly model: string;
  /** Those that hold devices. */
  readonly arrays: readonly string[];
  /** Those that hold resistors of known conductance. */
  readonly references: readonly string[];
  readonly devices: number;
}

const factsOf = ({ name, model, arrays }: ChipProfile): ProfileFacts => ({
  name,
  model,
  arrays: arrays.filter(({ referenceSiemens }) => referenceSiemens === undefined).map(sizeOf),
  references: arrays.filter(({ referenceSiemens }) => referenceSiemens !== undefined).map(sizeOf),
  devices: deviceCount({ arrays }),
});

const sizeOf = ({ name, rows, columns }: ChipProfile["arrays"][number]): string =>
  `${name} ${rows} x ${columns}`;

function lineOf({ name, model, arrays, references, devices }: ProfileFacts): string {
  const resistors = references.length === 0 ? "" : `; reference resistors ${references.join(", ")}`;
  return `${name} (${model}): ${arrays.join(", ")}; ${devices.toLocaleString("en")} devices${resistors}`;
}
