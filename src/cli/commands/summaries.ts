/** What each command is for, in one line: known without loading it, for the help that lists them all. */

export const summaries = {
  demo: "the whole chain on an emulated chip: program, read for a virtual day, infer, report",
  init: "write a commented pcmlab.toml into the current folder",
  config: "what commands take from the config file, and the schema of such files",
  doctor: "find what on this machine keeps a board from working, and the commands that mend it",
  devices: "list the boards on serial ports, on USB and on given hosts",
  identify: "ask a board who it is and what it can do",
  link: "say how good the serial line to a board is: terms, round trip and counters of the reliable link",
  lock: "say which program keeps the others from changing a chip, and free it when that program is gone",
  wear: "how often the cells of a chip were pulsed in its life",
  conformance: "check a board's firmware against every rule of SPEC.md",
  emulator: "serve an emulated chip on a pseudo-terminal, a TCP port or USB/IP",
  profile: "list, show or check the profiles of emulated chips",
  replay: "be the board of a recording: expect the recorded requests and give the recorded answers",
  trace: "print a recording decoded: requests, replies, how long they took, and a summary",
  network: "look at a network file",
  calibrate: "measure the converters of a chip against its reference resistors, and its DAC",
  program: "program a network into the chip by program-and-verify",
  resume: "go on with a programming run that was stopped or killed",
  read: "read all programmed devices at given times after their programming",
  campaign: "read a chip on a schedule, for a day or a month, unattended",
  "compare-programming":
    "programming algorithms beside each other: error by level, yield, pulses, energy, time, products, accuracy",
  infer: "run the network with the conductances that were read, at every time, beside the digital baseline",
  validate:
    "digital network, emulator and chip side by side: errors of layers and devices, accuracy, causes of its loss, limits",
  sweep:
    "accuracy over several emulated chips, times, compensations and ways of programming; goes on where it was stopped",
  drift: "fit the drift of every device that was read at three ages or more, and store the fits",
  why: "from an accuracy to the readings, calibrations, pulses, versions and command lines behind it",
  twin: "an emulated chip that behaves like a measured one",
  report: "write a self-contained HTML report of a store, or one figure of it",
  dashboard: "show a store as a live page, while a campaign or any other command writes to it",
  store: "check a store, make it smaller, or ask it by SQL",
  export: "write a table of a store as Parquet, NPZ or CSV",
} as const;

export type CommandName = keyof typeof summaries;

/** Every command once. */
export const commandGroups: readonly (readonly [title: string, names: readonly CommandName[]])[] = [
  ["Begin", ["demo", "init", "config", "doctor"]],
  ["Boards", ["devices", "identify", "link", "lock", "wear", "conformance"]],
  ["Chips in place of boards", ["emulator", "profile", "replay", "trace"]],
  [
    "Program and read",
    ["network", "calibrate", "program", "resume", "read", "campaign", "compare-programming"],
  ],
  ["Find out", ["infer", "validate", "sweep", "drift", "why", "twin"]],
  ["Look at it and take it away", ["report", "dashboard", "store", "export"]],
];

export const commandNames: readonly CommandName[] = commandGroups.flatMap(([, names]) => names);
