/** Bad input: the silicon. */

import { type Case, images, infer } from "./case.ts";

export const silicon: readonly Case[] = [
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
        ...["--calibration-images", world.file("training-images-idx3-ubyte")],
      ),
    code: "LIMIT",
    says: /does no MVM in its array/,
  },
];
