/** The real commands' options, and a context in which nothing is printed. */

import { declaredCommands } from "../../src/cli/commands/commands.ts";
import type { Context } from "../../src/cli/context.ts";
import { OpenBoards } from "../../src/cli/open-boards.ts";
import { Output } from "../../src/cli/output.ts";
import { seededPrng } from "../../src/core/prng.ts";

const clock = { monotonicSeconds: () => 0, wallSeconds: () => 0 };
const timer = { after: () => () => {} };
const nowhere = { write: () => true };

export const quietContext: Context = {
  clock,
  timer,
  prng: seededPrng(1),
  output: new Output({ stdout: nowhere, stderr: nowhere }, clock, { json: false, quiet: true }),
  stop: new AbortController().signal,
  boards: new OpenBoards(timer),
  commandLine: [],
};

export const commands = await declaredCommands(quietContext);
