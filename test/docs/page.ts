/** Reads a page as its reader would: types the commands, saves the files, compares what is printed with what the page shows. */

import { python } from "../system/python.ts";
import { type Block, blocksOf } from "./blocks.ts";
import type { DocumentShell } from "./document-shell.ts";
import { commandsOf, isAboutPrinted, isOnlyShown, isPrinted, isShell } from "./shell-lines.ts";

export interface PageRun {
  /** Commands of pcmlab that were run. */
  readonly ran: number;
  /** Those that are only shown. */
  readonly shown: number;
}

/** @param interpreter of Python with NumPy; its blocks are left out without one. @throws Error naming the line of what failed. */
export async function readPage(
  name: string,
  markdown: string,
  shell: DocumentShell,
  interpreter?: string,
): Promise<PageRun> {
  let printed: string | undefined;
  let [ran, shown] = [0, 0];
  for (const block of blocksOf(markdown)) {
    try {
      if (isOnlyShown(block)) shown += pcmlabIn(block);
      if (isShell(block)) ran += pcmlabIn(block);
      printed = await readBlock(block, printed, shell, interpreter);
    } catch (cause) {
      throw new Error(`${name}:${block.line}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
  }
  return { ran, shown };
}

const pcmlabIn = (block: Block): number =>
  commandsOf(block).filter(({ text }) => /^(sudo )?(npx )?pcmlab /.test(text)).length;

/** What the block makes the machine print; undefined for one that prints nothing that is known. */
async function readBlock(
  block: Block,
  printed: string | undefined,
  shell: DocumentShell,
  interpreter: string | undefined,
): Promise<string | undefined> {
  const [language, word] = block.language.split(" ");
  if (isShell(block)) return typed(block, shell);
  if (language === "python" && interpreter !== undefined)
    return python(interpreter, ["-c", block.lines.join("\n")], await shell.folder());
  if (language === "text") {
    const isThere = word === "about" ? isAboutPrinted : isPrinted;
    if (printed !== undefined && !isThere(block.lines, printed))
      throw new Error(`this is not what is printed:\n${printed}`);
  } else if (word !== undefined) {
    await shell.save(word, block.lines);
  }
  return undefined;
}

async function typed(block: Block, shell: DocumentShell): Promise<string> {
  let printed = "";
  for (const command of commandsOf(block)) printed += await shell.run(command);
  return printed;
}
