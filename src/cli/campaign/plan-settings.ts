/** The plan of a campaign as people write it, in a file or as flags, and what it means. */

import { z } from "zod";
import type { CampaignPlan } from "../../campaign/plan.ts";
import { type PastChoice, pastChoices, wholeArrays } from "../../campaign/subjects.ts";
import { every, parseTimes } from "../../campaign/times.ts";
import type { Descriptor } from "../../chip/descriptor.ts";
import { LabError } from "../../core/errors.ts";
import { parseQuantity } from "../../core/units.ts";
import { regionNamed } from "./region-text.ts";

/** A text; a file may give a number or a list where a flag has digits or commas. */
const text = z
  .union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))])
  .transform((value) => (Array.isArray(value) ? value.join(",") : String(value)));

export const settingsSchema = z.strictObject({
  name: text.optional(),
  at: text.optional(),
  "full-arrays": z.boolean().optional(),
  "full-arrays-at": text.optional(),
  canary: text.optional(),
  "canary-at": text.optional(),
  "mvm-probes": text.optional(),
  "mvm-at": text.optional(),
  "mvm-phases": text.optional(),
  "calibrations-at": text.optional(),
  "temperature-every": text.optional(),
  "temperature-limits": text.optional(),
  for: text.optional(),
  since: text.optional(),
  past: text.optional(),
  averages: text.optional(),
  volts: text.optional(),
  "converter-calibration": text.optional(),
  seed: text.optional(),
});

export type PlanSettings = z.output<typeof settingsSchema>;
export type PlanKey = keyof PlanSettings;

/** Those of them that were given. */
export const settingsOf = (args: Readonly<Record<string, unknown>>): PlanSettings =>
  settingsSchema.parse(
    Object.fromEntries(
      Object.keys(settingsSchema.shape).flatMap((key) => (args[key] === undefined ? [] : [[key, args[key]]])),
    ),
  );

/** @throws LabError USAGE for what is no plan, LIMIT for what is not on this chip. */
export function planFrom(
  settings: PlanSettings,
  descriptor: Descriptor,
  calibration: number | null,
): CampaignPlan {
  const ages = agesBy(settings);
  const vectors = optional(settings, "mvm-probes", (key, value) => whole(key, value, 1, 65_536));
  return {
    name: settings.name ?? "campaign",
    averages: whole("averages", settings.averages ?? "5", 1, 255),
    readVolts: parseQuantity(settings.volts ?? "0.3V", "V"),
    calibration,
    tiles: settings.at === undefined || settings.at === "" ? null : { agesSeconds: parseTimes(settings.at) },
    regions: [...fullArrays(settings, descriptor, ages), ...canaries(settings, descriptor, ages)],
    mvm:
      vectors === undefined
        ? null
        : {
            vectors,
            seed: whole("seed", settings.seed ?? "1", 0, 2 ** 32 - 1),
            phases: settings["mvm-phases"] === "4" ? 4 : onePhase(settings["mvm-phases"]),
            agesSeconds: ages("mvm-at"),
          },
    calibrations:
      optional(settings, "calibrations-at", (_, value) => ({ agesSeconds: parseTimes(value) })) ?? null,
    temperature: temperatureOf(settings) ?? null,
    limitsKelvin: optional(settings, "temperature-limits", limits) ?? null,
    since: choice("since", settings.since ?? "start", ["start", "programming"]),
  };
}

export const pastOf = ({ past }: PlanSettings): PastChoice => choice("past", past ?? "refuse", pastChoices);

/** Times of one kind of subject: its own, or those of --at. */
const agesBy =
  (settings: PlanSettings) =>
  (key: "full-arrays-at" | "canary-at" | "mvm-at"): number[] => {
    const own = settings[key] ?? settings.at;
    if (own !== undefined && own !== "") return parseTimes(own);
    throw usage(
      `no times are given for what ${key} is of`,
      `give --${key} or --at, such as 25s,1min..30d/12`,
    );
  };

function fullArrays(
  settings: PlanSettings,
  descriptor: Descriptor,
  ages: (key: "full-arrays-at") => number[],
): CampaignPlan["regions"] {
  if (settings["full-arrays"] !== true && settings["full-arrays-at"] === undefined) return [];
  return wholeArrays(descriptor).map((array) => ({ ...array, agesSeconds: ages("full-arrays-at") }));
}

function canaries(
  { canary }: PlanSettings,
  descriptor: Descriptor,
  ages: (key: "canary-at") => number[],
): CampaignPlan["regions"] {
  if (canary === undefined) return [];
  return canary.split(",").map((name) => ({
    name: `canary ${name.trim()}`,
    region: regionNamed(name, descriptor),
    agesSeconds: ages("canary-at"),
  }));
}

/** Until the last of all other times, unless told how long. */
function temperatureOf(settings: PlanSettings): CampaignPlan["temperature"] | undefined {
  return optional(settings, "temperature-every", (key, value) => {
    const others = [
      settings.at,
      settings["full-arrays-at"],
      settings["canary-at"],
      settings["mvm-at"],
      settings["calibrations-at"],
    ].flatMap((times) => (times === undefined || times === "" ? [] : parseTimes(times)));
    const until = settings.for === undefined ? Math.max(0, ...others) : parseQuantity(settings.for, "s");
    if (until <= 0) throw usage(`${key} does not say until when`, "say it with --for, such as --for 30d");
    return { agesSeconds: every(parseQuantity(value, "s"), until) };
  });
}

function limits(key: string, value: string): NonNullable<CampaignPlan["limitsKelvin"]> {
  const [low, high, ...more] = value.split("..").map((part) => parseQuantity(part, "K"));
  if (low !== undefined && high !== undefined && more.length === 0 && low < high && low > 0)
    return { low, high };
  throw usage(`${key} ${value} are no two temperatures`, "write them like 290K..310K");
}

function optional<T>(
  settings: PlanSettings,
  key: Exclude<PlanKey, "full-arrays">,
  read: (key: string, value: string) => T,
): T | undefined {
  const value = settings[key];
  return value === undefined ? undefined : read(key, value);
}

function whole(key: string, value: string, min: number, max: number): number {
  const number = Number(value);
  if (value.trim() !== "" && Number.isInteger(number) && number >= min && number <= max) return number;
  throw usage(`${key} must be a whole number from ${min} to ${max}, not ${value}`, `give --${key} one`);
}

function onePhase(value: string | undefined): 1 {
  if (value === undefined || value === "1") return 1;
  throw usage(`mvm-phases is 1 or 4, not ${value}`, "leave it away for 1");
}

function choice<Choice extends string>(key: string, value: string, choices: readonly Choice[]): Choice {
  const found = choices.find((one) => one === value);
  if (found !== undefined) return found;
  throw usage(`${key} is one of ${choices.join(", ")}, not ${value}`, `give --${key} one of them`);
}

const usage = (problem: string, next: string): LabError => new LabError("USAGE", problem, { next });
