/** Bad input: programming. */

import { type Case, program } from "./case.ts";
import { onBoard } from "./world.ts";

export const programming: readonly Case[] = [
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
    words: (world) => [
      "read",
      ...onBoard(world, world.stranger),
      "--at",
      "2d",
      "--converter-calibration",
      "nominal",
    ],
    code: "STORE_CONTENT",
    says: /TINY-00000[56]/,
  },
  {
    phrase: "a chip that is programmed already, and nobody to agree that it is lost",
    words: (world) => [
      ...[
        "program",
        world.file("two.onnx"),
        ...onBoard(world, world.board),
        "--converter-calibration",
        "nominal",
      ],
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
