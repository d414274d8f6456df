/** Examples below the help of a command, as they can be copied into a shell. */

/** A command line, `$0` for pcmlab in it, and what it is for. */
export type Example = readonly [words: string, purpose: string];

/** @param columns that a line may have; longer ones go on behind a backslash, in front of an option. */
export const exampleText = (examples: readonly Example[], columns: number): string =>
  ["Examples:", ...examples.flatMap((example) => linesOf(example, columns))].join("\n");

const indent = "  ";

const linesOf = ([words, purpose]: Example, columns: number): readonly string[] => [
  `${indent}# ${purpose}`,
  `${indent}${continued(words.replaceAll("$0", "pcmlab"), columns)}`,
];

function continued(words: string, columns: number): string {
  const lines: string[] = [];
  for (const part of words.split(/ (?=-)/)) {
    const last = lines.at(-1);
    const joined = `${last} ${part}`;
    // Room for both indents and the backslash.
    if (last === undefined || joined.length > columns - 8) lines.push(part);
    else lines[lines.length - 1] = joined;
  }
  return lines.join(` \\\n${indent}${indent}${indent}`);
}
