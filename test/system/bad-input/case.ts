/** What one phrase of a "Bad input" section is tried with, and the words of command lines that several have. */

import type { ErrorCode } from "../../../src/core/errors.ts";
import type { AtEnd } from "../command.ts";
import type { World } from "./world.ts";

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

export const identify = (chip: string, ...more: readonly string[]): readonly string[] => [
  ...["identify", "--chip", chip, "--reconnect", "0", ...more],
];

export const infer = ({ file }: World, store: string, ...more: readonly string[]): readonly string[] => [
  ...["infer", "--store", file(store), "--normalise", "none", "--compensation", "none", ...more],
];

export const images = ({ file }: World, name: string): readonly string[] => [
  ...["--images", file(`${name}-images-idx3-ubyte`)],
];

export const program = (world: World, network: string, ...more: readonly string[]): readonly string[] => [
  ...["program", world.file(network), "--chip", world.board, "--store", world.file("none.db")],
  ...["--ledger", world.file("ledger"), "--converter-calibration", "nominal", ...more],
];

export const campaign = (world: World, ...more: readonly string[]): readonly string[] => [
  ...["campaign", "new", "--chip", world.board, "--store", world.file("idle.db"), ...more],
  ...["--converter-calibration", "nominal"],
];
