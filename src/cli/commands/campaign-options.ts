/** Options of `pcmlab campaign`: those of the plan have the names of a plan file, which gives what no flag does. */

import { averagesOption, pathOption, seedOption, whole } from "./options.ts";

/** Whether they were given is told from what they are when they were not. */
const { default: _averages, ...averages } = averagesOption;
const { default: _seed, ...seed } = seedOption;

export const campaignOption = {
  ...whole("campaign", 1, 2 ** 31),
  describe: "its number; the newest of the store when missing",
} as const;

const text = (describe: string) => ({ type: "string", describe }) as const;

export const planOptions = {
  plan: { ...pathOption, describe: "a TOML file with the options below, without their dashes" },
  name: text("what people call it"),
  at: text("ages of each programmed tile: times, and ranges as 1min..30d/12, 12 to a decade"),
  "full-arrays": { type: "boolean", describe: "read every array as a whole" },
  "full-arrays-at": text("its times; those of --at when missing"),
  canary: text("regions to read, such as 0:0..3:0..63: array, word lines, bit lines; several with commas"),
  "canary-at": text("its times; those of --at when missing"),
  "mvm-probes": text("products of so many random vectors, on chips that multiply"),
  "mvm-at": text("its times; those of --at when missing"),
  "mvm-phases": text("1 or 4 phases of a product; 1 when missing"),
  "calibrations-at": text("times at which the converters are measured again"),
  "temperature-every": text("measure the temperature so often"),
  "temperature-limits": text("raise an alarm outside of them: 290K..310K"),
  for: text("how long the temperature is measured; until the last reading when missing"),
  since: text("what ages of arrays, regions and products count from: start, or the latest programming"),
  past: text("times that are past: refuse, skip, or late to read the newest of them at once"),
  averages: { ...averages, describe: "conversions of each device per reading; 5 when missing" },
  volts: text("read voltage; 0.3V when missing"),
  "converter-calibration": {
    ...text("calibration of the converters: latest, its number, or nominal; latest when missing"),
    alias: "calibration",
  },
  seed: { ...seed, describe: "seed of the random vectors; 1 when missing" },
} as const;

export const startOptions = {
  campaign: campaignOption,
  webhook: text("post alarms as JSON to this address"),
  hook: text("run this command for alarms, with JSON on its stdin"),
  log: { ...pathOption, describe: "append events to this file, a JSON document a line" },
} as const;
