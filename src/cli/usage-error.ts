/** What the parser complains of, on one line, with the word that was probably meant or the command's own help as the next step. */

import { LabError } from "../core/errors.ts";
import { type DeclaredOption, longNamesOf } from "./config/declared.ts";
import { nearest } from "./config/nearest.ts";

export interface Named {
  /** As given; undefined when no word is a command. */
  readonly command: string | undefined;
  readonly subcommand: string | undefined;
  /** Whether there is such a command. */
  readonly isKnown: boolean;
  /** Of that command, or of every command. */
  readonly options: readonly DeclaredOption[];
}

/** @param message of yargs, in English. */
export function usageError(message: string, named: Named): LabError {
  const { command, subcommand, isKnown } = named;
  if (command === "completion") return completionError();
  const help = `see \`pcmlab ${isKnown ? `${command} ` : ""}--help\``;
  const other = /^Did you mean (\w[\w-]*)\?$/.exec(message)?.[1];
  if (other !== undefined) {
    const text = `there is no command ${isKnown ? `${command} ${subcommand}` : command}`;
    return new LabError("USAGE", text, { next: `did you mean ${other}? ${help}` });
  }
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)?.[1]?.split(", ");
  if (unknown === undefined)
    return new LabError("USAGE", message.trim().replace(/\s*\n\s*/g, " "), { next: help });
  return unknownWords(unknown, named, help);
}

const completionError = (): LabError =>
  new LabError(
    "USAGE",
    "completion takes no argument: its script is for bash, or for zsh where $SHELL is that",
    {
      next: "pcmlab completion >> ~/.bashrc, or SHELL=zsh pcmlab completion >> ~/.zshrc; other shells have none",
    },
  );

/** An unknown option stands there as it was written and once more as one word in camel case. */
function unknownWords(
  words: readonly string[],
  { command, isKnown, options }: Named,
  help: string,
): LabError {
  const own = words.filter((word) => !words.some((other) => other !== word && inCamelCase(other) === word));
  if (!isKnown && command !== undefined && own.includes(command))
    return new LabError("USAGE", `there is no command ${command}`, { next: help });
  const known = options.flatMap(longNamesOf);
  const [first = ""] = own;
  const meant = own.length === 1 ? nearest(first, known) : undefined;
  const what = own.length === 1 ? "there is no option or argument" : "there are no options or arguments";
  return new LabError("USAGE", `${what} ${own.join(", ")}`, {
    next: meant === undefined ? help : `did you mean --${meant}? ${help}`,
  });
}

const inCamelCase = (name: string): string =>
  name.replace(/-+([a-z\d])/gi, (_, letter: string) => letter.toUpperCase());
