/** Every phrase of the "Bad input" sections, with the command line that provokes it and what it must say, or with the test that does. */

import type { ErrorCode } from "../../../src/core/errors.ts";
import type { AtEnd } from "../command.ts";
import { fakeLine } from "../fake-line.ts";
import { describing, speaking } from "./lines.ts";
import { onBoard, type World } from "./world.ts";

export interface Tried {
  readonly phrase: string;
  readonly words: (world: World, atEnd: AtEnd) => readonly string[] | Promise<readonly string[]>;
  readonly code: ErrorCode;
  readonly says: RegExp;
  /** It waits for an answer that does not come, on a line of its own. */
  readonly waits?: true;
}

export interface TestedElsewhere {
  readonly phrase: string;
  /** From the folder of tests, and a part of the name that the test bears. */
  readonly file: string;
  readonly test: string;
}

export type Case = Tried | TestedElsewhere;

const identify = (chip: string, ...more: readonly string[]): readonly string[] => [
  ...["identify", "--chip", chip, "--reconnect", "0", ...more],
];

const infer = ({ file }: World, store: string, ...more: readonly string[]): readonly string[] => [
  ...["infer", "--store", file(store), "--normalise", "none", "--compensation", "none", ...more],
];

const images = ({ file }: World, name: string): readonly string[] => [
  ...["--images", file(`${name}-images-idx3-ubyte`)],
];

const program = (world: World, network: string, ...more: readonly string[]): readonly string[] => [
  ...["program", world.file(network), "--chip", world.board, "--store", world.file("none.db")],
  ...["--ledger", world.file("ledger"), "--calibration", "nominal", ...more],
];

const campaign = (world: World, ...more: readonly string[]): readonly string[] => [
  ...["campaign", "new", "--chip", world.board, "--store", world.file("idle.db"), ...more],
  ...["--calibration", "nominal"],
];

/** Neither frames nor lines: zeros are delimiters of frames, what is between them has no checksum that fits. */
const noFrames = "\u0000\u0005abcdefghij\u0000";

/** The first network through a real port. */
const firstLight: readonly Case[] = [
  {
    phrase: "no port",
    words: ({ file }) => identify(file("nothing")),
    code: "PORT_MISSING",
    says: /no port .*nothing/,
  },
  {
    phrase: "wrong port: a plain file",
    words: ({ file }) => identify(file("notes.txt")),
    code: "PORT_MISSING",
    says: /notes\.txt cannot be opened as a serial port/,
  },
  {
    phrase: "wrong port: nobody listens",
    words: () => identify("127.0.0.1:1"),
    code: "PORT_MISSING",
    says: /no connection to 127\.0\.0\.1:1/,
  },
  { phrase: "port taken", file: "system/bad-input.test.ts", test: "that another program holds" },
  {
    phrase: "a device that is not ours",
    words: async (_, atEnd) =>
      identify(await speaking((line) => (line === "*IDN?" ? ["ACME,Scope 3000,1,2\n"] : ["0\n"]), atEnd)),
    code: "NOT_OURS",
    says: /"ACME,Scope 3000,1,2" on .* does not speak the pcmlab protocol/,
  },
  {
    phrase: "garbage on the line",
    words: async (_, atEnd) => identify(await speaking(() => ["\u0007%$\u001b[2J~\n"], atEnd)),
    code: "NOT_OURS",
    says: /does not speak the pcmlab protocol/,
  },
  {
    phrase: "a truncated block",
    words: async (_, atEnd) => identify(await speaking(describing('0,#3999{"model"', "end"), atEnd)),
    code: "LINK_LOST",
    says: /closed/,
  },
  {
    phrase: "an ONNX file with an unsupported operator (named, with its node)",
    words: (world) => program(world, "recurrent.onnx"),
    code: "UNSUPPORTED_OPERATOR",
    says: /LSTM.*memory|memory.*LSTM/,
  },
  {
    phrase: "an ONNX file that is cut off",
    words: (world) => program(world, "short.onnx"),
    code: "BAD_NETWORK",
    says: /the file of 200 bytes is damaged/,
  },
  {
    phrase: "an image file of the wrong size",
    words: (world) => infer(world, "idle.db", "--images", world.file("short.bin")),
    code: "BAD_DATA",
    says: /short\.bin.*5000 bytes/,
  },
  {
    phrase: "a store from a newer version",
    words: ({ file }) => ["report", "--store", file("newer.db"), "-o", file("report.html")],
    code: "STORE",
    says: /newer/,
  },
  {
    phrase: "a network that does not fit the chip",
    words: (world) => program(world, "too-large.onnx"),
    code: "DOES_NOT_FIT",
    says: /8000 devices.*the chip has 4096.*"dense", 400 x 10/,
  },
];

/** The wire. */
const wire: readonly Case[] = [
  {
    phrase: "wrong CRC for ever",
    words: async (_, atEnd) => identify(await fakeLine(() => noFrames, atEnd), "--link", "on"),
    code: "NO_ANSWER",
    says: /link/,
    waits: true,
  },
  {
    phrase: "a peer that never acknowledges",
    words: async (_, atEnd) => identify(await fakeLine(() => undefined, atEnd), "--link", "on"),
    code: "NO_ANSWER",
    says: /link/,
    waits: true,
  },
  {
    phrase: "a frame longer than the MTU",
    words: async (_, atEnd) =>
      identify(await fakeLine(() => `\u0000${"x".repeat(70_000)}\u0000`, atEnd), "--link", "on"),
    code: "NO_ANSWER",
    says: /link/,
    waits: true,
  },
  {
    phrase: "a block longer than announced",
    words: async (_, atEnd) => identify(await speaking(describing("0,#12{}{}{}{}\n"), atEnd)),
    code: "NOT_OURS",
    says: /does not speak the pcmlab protocol/,
  },
  {
    phrase: "a block of 4 GiB",
    words: async (_, atEnd) => identify(await speaking(describing("0,#9999999999{}\n"), atEnd)),
    code: "NOT_OURS",
    says: /does not speak the pcmlab protocol/,
  },
  {
    phrase: "NUL floods",
    words: async (_, atEnd) => identify(await speaking(() => [], atEnd, new Uint8Array(1 << 16))),
    code: "BAD_REPLY",
    says: /a message may hold 4195328 bytes/,
  },
  {
    phrase: "0xFF floods",
    words: async (_, atEnd) => identify(await speaking(() => [], atEnd, new Uint8Array(1 << 16).fill(0xff))),
    code: "BAD_REPLY",
    says: /a message may hold 4195328 bytes/,
  },
  {
    phrase: "a second program on the port",
    file: "system/bad-input.test.ts",
    test: "that another program holds",
  },
  {
    phrase: "a USB stall",
    file: "drivers/usb.test.ts",
    test: "by a stall says so, and the next command finds the board as new",
  },
  {
    phrase: "a half-closed socket",
    words: async (_, atEnd) => identify(await speaking(describing("end"), atEnd)),
    code: "LINK_LOST",
    says: /closed/,
  },
];

/** The silicon. */
const silicon: readonly Case[] = [
  {
    phrase: "a profile with a missing value",
    words: ({ file }) => ["profile", "check", file("missing.json")],
    code: "BAD_PROFILE",
    says: /device is missing/,
  },
  {
    phrase: "a profile with an impossible value (named, with its unit and range)",
    words: ({ file }) => ["profile", "check", file("impossible.json")],
    code: "BAD_PROFILE",
    says: /device\.onsetAmperes is -1: .*unit A, allowed a number >= 0/,
  },
  {
    phrase: "a state file of another profile or version",
    file: "system/emulator.test.ts",
    test: "a state is refused when it is damaged or not the chip that was asked for",
  },
  {
    phrase: "no state file at all",
    words: ({ file }) => ["emulator", "--tcp", "0", "--load", file("notes.txt")],
    code: "BAD_PROFILE",
    says: /not the saved state of a chip/,
  },
  {
    phrase: "an address outside the array",
    words: ({ board }) => ["conformance", "--chip", board, "--cell", "0,9999,0"],
    code: "USAGE",
    says: /9999/,
  },
  {
    phrase: "a pulse beyond the limits (SCPI -222, nothing applied)",
    file: "firmware/pulses.test.ts",
    test: "what is outside the limits",
  },
  {
    phrase: "an MVM on a chip without one",
    words: (world) =>
      infer(
        world,
        "idle.db",
        ...[...images(world, "good"), "--engine", "chip", "--chip", world.board],
        ...["--calibration", world.file("training-images-idx3-ubyte")],
      ),
    code: "LIMIT",
    says: /does no MVM in its array/,
  },
];

/** Programming. */
const programming: readonly Case[] = [
  {
    phrase: "targets that are NaN",
    words: (world) => program(world, "nan.onnx"),
    code: "BAD_NETWORK",
    says: /layer "conv": weight of row 4, column 0 is NaN/,
  },
  {
    phrase: "targets beyond gmax",
    words: (world) => program(world, "two.onnx", "--gmax", "500uS"),
    code: "LIMIT",
    says: /500 µS/,
  },
  {
    phrase: "targets below nothing",
    words: (world) => program(world, "two.onnx", "--gmax", "-25uS"),
    code: "LIMIT",
    says: /-25 µS/,
  },
  {
    phrase: "limits that contradict each other",
    words: ({ file, ...world }) =>
      program({ file, ...world }, "two.onnx", "--envelope", file("contradiction.json")),
    code: "LIMIT",
    says: /400.*300|300.*400/,
  },
  {
    phrase: "limits of a file and an option that contradict each other",
    words: ({ file, ...world }) =>
      program(
        { file, ...world },
        "two.onnx",
        "--envelope",
        file("pulses.json"),
        "--max-pulses-per-cell",
        "20",
      ),
    code: "LIMIT",
    says: /--max-pulses-per-cell is 20, maxPulsesPerCell of .* is 10/,
  },
  {
    phrase: "a profile that asks for more than the descriptor allows",
    words: ({ file, ...world }) =>
      program({ file, ...world }, "two.onnx", "--envelope", file("generous.json")),
    code: "LIMIT",
    says: /maxPulsesPerCell|maxKelvin/,
  },
  {
    phrase: "a chip whose serial number is not the run's",
    words: (world) => ["read", ...onBoard(world, world.stranger), "--at", "2d", "--calibration", "nominal"],
    code: "STORE_CONTENT",
    says: /TINY-00000[56]/,
  },
  {
    phrase: "a chip that is programmed already, and nobody to agree that it is lost",
    words: (world) => [
      ...["program", world.file("two.onnx"), ...onBoard(world, world.board), "--calibration", "nominal"],
      ...["--ledger", world.file("ledger")],
    ],
    code: "USAGE",
    says: /run\.db holds a programmed network: its 2 tiles get pulses again/,
  },
  {
    phrase: "a calibration of another chip",
    file: "cli/calibration.test.ts",
    test: "is refused with other firmware, and with the calibration of another chip",
  },
  {
    phrase: "a disk that fills up in the middle",
    file: "campaign/disk-full.test.ts",
    test: "on a full disk the campaign pauses",
  },
];

/** Campaigns and the store. */
const campaigns: readonly Case[] = [
  {
    phrase: "a plan with times in the past",
    words: (world) => campaign(world, "--at", "25s"),
    code: "USAGE",
    says: /past/,
  },
  {
    phrase: "a store that is a directory",
    words: ({ file }) => ["report", "--store", file("folder.db"), "-o", file("report.html")],
    code: "STORE",
    says: /folder\.db is a folder/,
  },
  {
    phrase: "a store that is read-only",
    file: "store/open.test.ts",
    test: "SQLITE_READONLY",
  },
  {
    phrase: "a store that is truncated",
    words: ({ file }) => ["report", "--store", file("truncated.db"), "-o", file("report.html")],
    code: "STORE",
    says: /truncated\.db/,
  },
  {
    phrase: "a store that is corrupted at a page",
    words: ({ file }) => ["report", "--store", file("corrupted.db"), "-o", file("report.html")],
    code: "STORE",
    says: /corrupted\.db/,
  },
  {
    phrase: "a store that is corrupted at a random page",
    file: "store/corruption.test.ts",
    test: "a store that is damaged anywhere is told in one line",
  },
  {
    phrase: "a region that does not exist",
    words: (world) => campaign(world, "--at", "2d", "--canary", "9:0..3:0..3"),
    code: "LIMIT",
    says: /array 9, rows 0\.\.3, columns 0\.\.3 is not on the chip/,
  },
  {
    phrase: "a campaign that ends, and nobody to agree to that",
    words: ({ file }) => ["campaign", "stop", "--store", file("run.db")],
    code: "USAGE",
    says: /ends for good/,
  },
  {
    phrase: "two campaigns for one chip",
    words: (world) => ["campaign", "new", ...onBoard(world, world.board), "--at", "3d"],
    code: "STORE_CONTENT",
    says: /campaign 1 of .* is .*one at a time/,
  },
  {
    phrase: "an export to a full disk",
    file: "system/store.test.ts",
    test: "to a full disk says so and leaves nothing",
  },
];

/** Inference. */
const inference: readonly Case[] = [
  {
    phrase: "shapes that do not fit the images",
    words: (world) => infer(world, "idle.db", ...images(world, "wide")),
    code: "BAD_DATA",
    says: /takes 1 x 4 x 4, the images are 1 x 5 x 5/,
  },
  {
    phrase: "wrong number of classes",
    words: (world) => infer(world, "idle.db", ...images(world, "many")),
    code: "BAD_DATA",
    says: /3 classes, the images have labels up to 6/,
  },
  {
    phrase: "labels missing",
    words: (world) => infer(world, "idle.db", ...images(world, "bare")),
    code: "BAD_DATA",
    says: /cannot read .*bare-labels-idx1-ubyte/,
  },
  {
    phrase: "NaN weights",
    words: ({ file }) => ["network", "show", file("nan.onnx")],
    code: "BAD_NETWORK",
    says: /weight of row 4, column 0 is NaN/,
  },
  {
    phrase: "an external-data file that is missing",
    words: (world) => program(world, "external.onnx"),
    code: "BAD_NETWORK",
    says: /outside the network file, in "weights\.bin"/,
  },
  {
    phrase: "an external-data file that points outside its folder",
    words: (world) => program(world, "escaping.onnx"),
    code: "BAD_NETWORK",
    says: /outside the network file, in "\.\.\/\.\.\/etc\/passwd"/,
  },
  {
    phrase: "an engine that the chip does not offer",
    words: (world) =>
      infer(
        world,
        "idle.db",
        ...[...images(world, "good"), "--layers", "fc=chip", "--chip", world.board],
        ...["--calibration", world.file("training-images-idx3-ubyte")],
      ),
    code: "LIMIT",
    says: /does no MVM in its array/,
  },
  {
    phrase: "a store in which some layer was never programmed",
    file: "cli/infer-refusals.test.ts",
    test: "of which a layer was never programmed",
  },
  {
    phrase: "a store in which some layer was never read at the asked time",
    words: (world) => infer(world, "idle.db", ...images(world, "good"), "--at", "7d"),
    code: "STORE_CONTENT",
    says: /7 d/,
  },
];

/** By what the issues are about that have the sections. */
export const sections: Readonly<Record<string, readonly Case[]>> = {
  "first light": firstLight,
  wire,
  silicon,
  programming,
  campaigns,
  inference,
};
