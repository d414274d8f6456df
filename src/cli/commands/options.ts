/** Options that several commands share, so that the same thing has the same name everywhere. */

export const chipOption = {
  type: "string",
  demandOption: true,
  describe: "the board: a serial path, host:port, or a VISA resource name",
} as const;

export const baudOption = {
  type: "number",
  default: 921_600,
  describe: "baud rate of a raw UART; boards with native USB ignore it",
} as const;

export const storeOption = {
  type: "string",
  demandOption: true,
  describe: "the file that holds the experiment",
} as const;

export const seedOption = { type: "number", default: 1, describe: "seed of every random choice" } as const;

export const averagesOption = {
  type: "number",
  default: 5,
  describe: "conversions of each device per reading",
} as const;

export const voltsOption = { type: "string", default: "0.3V", describe: "read voltage" } as const;
