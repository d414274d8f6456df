/** Options that several commands share, so that the same thing has the same name everywhere. */

import { linkChoices } from "../../../drivers/chip/link-choice.ts";
import { defaultReconnectSeconds } from "../../../drivers/chip/reconnect-time.ts";
import { defaultBaudRate } from "../../../drivers/serial/baud-rate.ts";
import { LabError } from "../../core/errors.ts";
import { formatDuration, parseQuantity } from "../../core/units.ts";
import { calibrationChoice } from "../calibration-choice.ts";

/** An option that takes a whole number. @throws LabError USAGE outside the range. */
export function whole(name: string, min: number, max: number) {
  const coerce = (value: unknown): number => {
    const number = Number(value);
    if (Number.isInteger(number) && number >= min && number <= max && value !== "") return number;
    throw new LabError("USAGE", `--${name} must be a whole number from ${min} to ${max}`, {
      next: `give --${name} one`,
    });
  };
  return { type: "string", takes: "whole number", coerce } as const;
}

/** An option that takes a time with its unit; a number alone is of seconds. @throws LabError USAGE outside the range. */
export function duration(name: string, minSeconds: number, maxSeconds: number) {
  const coerce = (value: unknown): number => {
    const text = String(value).trim();
    const seconds = /^-?[\d.]+$/.test(text) ? Number(text) : parseQuantity(text, "s");
    if (seconds >= minSeconds && seconds <= maxSeconds) return seconds;
    const range = `${formatDuration(minSeconds)} to ${formatDuration(maxSeconds)}`;
    throw new LabError("USAGE", `--${name} ${text} is not from ${range}`, { next: `give it as 30s or 5min` });
  };
  return { type: "string", coerce } as const;
}

/** A file or folder: in a config file, a relative one counts from the folder of that file. */
export const pathOption = { type: "string", takes: "path" } as const;

/** What counts from there only when it begins with a dot. */
export const pathOrNameOption = { type: "string", takes: "path or name" } as const;

/** @throws LabError USAGE. */
export function probability(value: unknown): number {
  const number = Number(value);
  if (number >= 0 && number < 1 && value !== "") return number;
  throw new LabError("USAGE", `${value} is no probability`, { next: "give one from 0 to below 1" });
}

/** Seeds are 32 bits wide. */
export const maxSeed = 2 ** 32 - 1;

export const chipOption = {
  ...pathOrNameOption,
  demandOption: true,
  describe: "the board: a serial path, host:port, or a VISA resource name",
} as const;

/** How a board is reached: for most users once, in a config file. */
const lineGroup = { group: "Line to the board:" } as const;

export const baudOption = {
  ...lineGroup,
  ...whole("baud", 50, 20_000_000),
  default: defaultBaudRate,
  describe: "baud rate of a raw UART; boards with native USB ignore it",
} as const;

const linkOption = {
  ...lineGroup,
  choices: linkChoices,
  default: "auto" as const,
  describe: "repair a raw UART by the reliable link: when the board offers it, always, or never",
} as const;

const reconnectOption = {
  ...lineGroup,
  ...duration("reconnect", 0, 86_400),
  default: `${defaultReconnectSeconds}s`,
  describe: "how long to wait for a board whose line was lost, like 30s or 5min; 0 fails at once",
} as const;

const driverOption = {
  ...lineGroup,
  ...pathOrNameOption,
  describe: "a module that drives another kind of board; --chip is then its address",
} as const;

export const recordOption = {
  ...lineGroup,
  ...pathOption,
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

export const ledgerOption = {
  ...pathOption,
  describe:
    "folder of the wear ledgers; PCMLAB_LEDGER, else pcmlab in the user's data directory, when missing",
} as const;

const limitGroup = { group: "Limits and wear:" } as const;

/** What stands between a command and the cells that it pulses. */
export const guardOptions = {
  ledger: { ...limitGroup, ...ledgerOption },
  "max-pulses-per-cell": {
    ...limitGroup,
    ...whole("max-pulses-per-cell", 1, 2 ** 32 - 1),
    describe: "refuse to take any cell over this in its life; the chip's own limit when missing",
  },
  envelope: {
    ...limitGroup,
    ...pathOption,
    describe: "a JSON file of limits that are narrower than the chip's",
  },
} as const;

/** @throws LabError USAGE for an empty name, which SQLite would take for a temporary file. */
function named(value: string): string {
  if (value.trim() !== "") return value;
  throw new LabError("USAGE", "the name of the store is empty", { next: "give --store a file name" });
}

export const storeOption = {
  ...pathOption,
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

/** Of commands after which something is lost for good. */
export const yesOption = {
  type: "boolean",
  default: false,
  describe: "do it without asking; needed where nobody is there to answer",
} as const;

/** The calibration that conductances are read with. */
export const calibrationOption = {
  type: "string",
  alias: "calibration",
  coerce: calibrationChoice,
  default: "latest",
  describe: "calibration of the converters: latest, its number, or nominal to trust the descriptor",
} as const;

/** The calibration that stored codes are derived with again. */
export const rederivationOption = {
  type: "string",
  coerce: (value: string | undefined) => (value === undefined ? undefined : calibrationChoice(value)),
  describe:
    "derive conductances again with another calibration of the converters: latest, its number, or nominal",
} as const;
