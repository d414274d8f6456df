/** One command line, from its words to its exit code. Of the process it knows what it is given, so that many can run in one. */

import type { Clock, Timer } from "../core/clock.ts";
import { errorCatalogue } from "../core/errors.ts";
import type { Prng } from "../core/prng.ts";
import { paintFor, wantsColour } from "./colour.ts";
import { asFlags, type Configuration, noConfiguration } from "./config/configuration.ts";
import type { Context } from "./context.ts";
import { shownFailure } from "./failure.ts";
import type { OpenBoards } from "./open-boards.ts";
import { Output, type Streams } from "./output.ts";
import { toolVersion } from "./package-files.ts";
import { topHelp, wantsTopHelp, wantsVersion } from "./top-help.ts";

export interface Surroundings {
  /** Where a config file is looked for. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly streams: Streams;
  /** Of the terminal, where there is one. */
  readonly columns?: number | undefined;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly prng: Prng;
  readonly stop: AbortSignal;
  readonly boards: OpenBoards;
  /** As in Context. */
  readonly ask?: ((question: string) => Promise<boolean>) | undefined;
  /** Called once it is known how to speak to the user, before the command begins. */
  readonly began?: (output: Output, verbose: boolean) => void;
}

/** Runs it and prints what it says, failures included. Returns the exit code. */
export async function runCommandLine(words: readonly string[], around: Surroundings): Promise<number> {
  const { streams, environment, boards, columns = usualColumns } = around;
  let isVerbose = isSet("verbose", words, noConfiguration);
  try {
    const quick = quickAnswer(words, columns);
    if (quick !== undefined) {
      streams.stdout.write(`${quick}\n`);
      return 0;
    }
    const { parsed, readConfiguration } = await import("./parsed-line.ts");
    const configuration = await readConfiguration(
      words,
      contextWith(words, noConfiguration, around),
      around.folder,
    );
    isVerbose = isSet("verbose", words, configuration);
    const context = contextWith(words, configuration, around);
    remarkOn(configuration, context.output);
    around.began?.(context.output, isVerbose);
    const printed = await parsed(words, configuration, context, columns);
    if (printed !== "") streams.stdout.write(`${printed}\n`);
    return context.output.exitCode;
  } catch (failure) {
    // A board that was left in a hurry fails whatever used it.
    if (boards.areLeft) return errorCatalogue.INTERRUPTED.exitCode;
    const paint = paintFor(wantsColour(streams.stderr, environment));
    const shown = shownFailure(failure, { isVerbose, paint });
    streams.stderr.write(shown.text);
    return shown.exitCode;
  }
}

/** Where nobody says how wide the terminal is, or there is none. */
const usualColumns = 100;

/** What needs neither the parser nor a command. */
function quickAnswer(words: readonly string[], columns: number): string | undefined {
  if (wantsTopHelp(words)) return topHelp(columns);
  return wantsVersion(words) ? toolVersion() : undefined;
}

/** Known before the parser runs, since its own failures are printed too. */
const isSet = (
  name: "json" | "quiet" | "verbose",
  words: readonly string[],
  { settings }: Configuration,
): boolean =>
  words.includes(`--${name}`) ||
  words.includes(`--${name}=true`) ||
  settings.some(({ option, value }) => option === name && value === true);

function contextWith(words: readonly string[], given: Configuration, around: Surroundings): Context {
  const { streams, clock, timer, prng, stop, boards, ask, environment } = around;
  const options = {
    json: isSet("json", words, given),
    quiet: isSet("quiet", words, given),
    paint: paintFor(wantsColour(streams.stderr, environment)),
  };
  const output = new Output(streams, clock, options);
  const commandLine = [...words, ...asFlags(given.settings)];
  return { clock, timer, prng, output, stop, boards, ask, commandLine };
}

/** What a file does unseen, it should at least not do unsaid. */
function remarkOn({ file, settings }: Configuration, output: Output): void {
  if (settings.length > 0) output.note(`${file} sets ${settings.map(({ option }) => option).join(", ")}`);
}
