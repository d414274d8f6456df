/** Options that several commands share, so that the same thing has the same name everywhere. */

import { linkChoices } from "../../../drivers/chip/link-choice.ts";
import { defaultReconnectSeconds } from "../../../drivers/chip/reconnect-time.ts";
import { defaultBaudRate } from "../../../drivers/serial/baud-rate.ts";
import { LabError } from "../../core/errors.ts";

/** An option that takes a whole number. @throws LabError USAGE outside the range. */
export function whole(name: string, min: number, max: number) {
  const coerce = (value: unknown): number => {
    const number = Number(value);
    if (Number.isInteger(number) && number >= min && number <= max && value !== "") return number;
    throw new LabError("USAGE", `--${name} must be a whole number from ${min} to ${max}`, {
      next: `give --${name} one`,
    });
  };
  return { type: "string", coerce } as const;
}

/** @throws LabError USAGE. */
export function probability(value: unknown): number {
  const number = Number(value);
  if (number >= 0 && number < 1 && value !== "") return number;
  throw new LabError("USAGE", `${value} is no probability`, { next: "give one from 0 to below 1" });
}

/** Seeds are 32 bits wide. */
export const maxSeed = 2 ** 32 - 1;

export const chipOption = {
  type: "string",
  demandOption: true,
  describe: "the board: a serial path, host:port, or a VISA resource name",
} as const;

export const baudOption = {
  ...whole("baud", 50, 20_000_000),
  default: defaultBaudRate,
  describe: "baud rate of a raw UART; boards with native USB ignore it",
} as const;

const linkOption = {
  choices: linkChoices,
  default: "auto" as const,
  describe: "repair a raw UART by the reliable link: when the board offers it, always, or never",
} as const;

const reconnectOption = {
  ...whole("reconnect", 0, 86_400),
  default: defaultReconnectSeconds,
  describe: "seconds to wait for a board whose line was lost; 0 fails at once",
} as const;

const driverOption = {
  type: "string",
  describe: "a module that drives another kind of board; --chip is then its address",
} as const;

export const recordOption = {
  type: "string",
  describe: "store all traffic with the board in this new file, for `pcmlab replay` and `pcmlab trace`",
} as const;

/** How a board is reached. */
export const boardOptions = {
  chip: chipOption,
  baud: baudOption,
  link: linkOption,
  reconnect: reconnectOption,
  driver: driverOption,
  record: recordOption,
} as const;

/** @throws LabError USAGE for an empty name, which SQLite would take for a temporary file. */
function named(value: string): string {
  if (value.trim() !== "") return value;
  throw new LabError("USAGE", "the name of the store is empty", { next: "give --store a file name" });
}

export const storeOption = {
  type: "string",
  coerce: named,
  demandOption: true,
  describe: "the file that holds the experiment",
} as const;

export const seedOption = {
  ...whole("seed", 0, maxSeed),
  default: 1,
  describe: "seed of every random choice",
} as const;

export const averagesOption = {
  ...whole("averages", 1, 255),
  default: 5,
  describe: "conversions of each device per reading",
} as const;

export const voltsOption = { type: "string", default: "0.3V", describe: "read voltage" } as const;
