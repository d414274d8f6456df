/** What the fence of a block says is done with it; a block of any other kind is one that no test looks at. */

import type { Block } from "./blocks.ts";

const alone = new Set([
  ...["sh", "console", "python"],
  // Run, rendered or compared elsewhere: see fences.test.ts.
  ...["sql", "udev", "formula", "toml", "text example"],
]);

/** Problems of a page's blocks, each with its line. */
export const fenceProblems = (blocks: readonly Block[]): string[] =>
  blocks.flatMap((block, n) => problemOf(block, blocks[n - 1]).map((problem) => `${block.line}: ${problem}`));

function problemOf({ language }: Block, before: Block | undefined): string[] {
  if (alone.has(language) || /^(toml|json) [\w.-]+$/.test(language)) return [];
  if (language !== "text" && language !== "text about")
    return [`no test looks at a block of the kind "${language}"`];
  const isBehind = /^(sh|python)$/.test(before?.language ?? "");
  return isBehind ? [] : ["what is printed stands behind the block that prints it"];
}

/** Lines with a command of pcmlab that are neither text nor in a block: fences within lists, other fences, indented lines. */
export const strayCommands = (prose: string): string[] =>
  prose
    .split("\n")
    .flatMap((line, n) =>
      /^\s*(>|[-*]|\d+\.)?\s*(```|~~~)/.test(line) || /^\s+(\$ )?(sudo )?(npx )?pcmlab [a-z-]+ /.test(line)
        ? [`${n + 1}: ${line}`]
        : [],
    );
