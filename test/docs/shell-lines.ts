/** What a reader would type: the commands of a block, and what the page says that they print. */

import type { Block } from "./blocks.ts";

export interface ShellCommand {
  readonly text: string;
  readonly line: number;
}

/** Whether a page means this block to be typed as it stands. */
export const isShell = ({ language }: Block): boolean => language === "sh";

/** Commands that are shown and not meant to be typed as they stand: they need a board, another machine, or data that nobody gives. */
export const isOnlyShown = ({ language }: Block): boolean => language === "console";

/** Lines that end with a backslash go on in the next one; lines of comment are left away. */
export function commandsOf({ lines, line }: Block): ShellCommand[] {
  const commands: ShellCommand[] = [];
  let begun: ShellCommand | undefined;
  lines.forEach((text, n) => {
    const joined: ShellCommand =
      begun === undefined ? { text, line: line + n } : { ...begun, text: `${begun.text}\n${text}` };
    begun = text.endsWith("\\") ? joined : undefined;
    if (begun === undefined && /^[^#\s]/.test(joined.text)) commands.push(joined);
  });
  return commands;
}

/** Whether it goes on until it is stopped, so that a reader needs another terminal. */
export const isServer = ({ text }: ShellCommand): boolean =>
  /^(npx )?pcmlab (emulator|dashboard|replay) /.test(text) || text.endsWith(" &");

/** What changes the shell for the commands after it. */
export const isForShell = ({ text }: ShellCommand): boolean => /^(cd |export |\w+=("[^"]*"|\S*)$)/.test(text);

/**
 * Whether lines of output are there as a page shows them, one after the other; `...` in a line stands for any characters, and
 * alone for any lines.
 */
export function isPrinted(shown: readonly string[], output: string): boolean {
  const pattern = shown
    .map((line) => (line === "..." ? "(?:.*\\n)*?" : `${line.split("...").map(literal).join(".*")} *\\n`))
    .join("");
  return new RegExp(`^${pattern}`, "m").test(`${output}\n`);
}

/** What results may differ by from processor to processor: a few images of two thousand. */
const tolerance = 2;

/** Whether these lines are there, with numbers that are off by no more than `tolerance`. */
export function isAboutPrinted(shown: readonly string[], output: string): boolean {
  const lines = output.split("\n");
  return lines.some((_, n) => shown.every((line, k) => isAbout(line, lines[n + k] ?? "")));
}

const number = /\d+(\.\d+)?/g;

function isAbout(shown: string, line: string): boolean {
  const shape = (text: string): string => text.replace(number, "0").replace(/ +/g, " ").trim();
  const [expected, found] = [shown, line].map((text) => (text.match(number) ?? []).map(Number));
  return (
    shape(shown) === shape(line) &&
    expected?.every((value, n) => Math.abs(value - (found?.[n] ?? Number.NaN)) <= tolerance) === true
  );
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
