/** Code blocks of a Markdown text, fenced or indented by four spaces. */

export interface Block {
  /** What stands behind the fence: sh, text, toml, ...; "indented" where there is none to stand behind. */
  readonly language: string;
  /** Of the first line of code, from 1. */
  readonly line: number;
  readonly lines: readonly string[];
}

export function blocksOf(markdown: string): Block[] {
  const lines = markdown.split("\n");
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    const end = blockEnd(lines, at);
    if (end === undefined) continue;
    blocks.push(isFence(lines[at]) ? fenced(lines, at, end) : indented(lines, at, end));
    at = end;
  }
  return blocks;
}

/** The text without its blocks; every line keeps its number. */
export function proseOf(markdown: string): string {
  const lines = markdown.split("\n");
  for (const { language, line, lines: code } of blocksOf(markdown)) {
    const fences = language === "indented" ? 0 : 1;
    lines.fill("", line - 1 - fences, line - 1 + code.length + fences);
  }
  return lines.join("\n");
}

/** The part of a text under a heading, up to the next one of any section. @throws Error when there is no such heading. */
export function sectionOf(markdown: string, heading: string): string {
  const lines = markdown.split("\n");
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`no heading "${heading}"`);
  const end = lines.findIndex((line, n) => n > start && /^##+ /.test(line));
  // What stands before keeps its place, so that lines have the numbers that they have in the file.
  return lines.map((line, n) => (n < start || (end >= 0 && n >= end) ? "" : line)).join("\n");
}

const isFence = (line: string | undefined): boolean => line?.startsWith("```") === true;
const isCode = (line: string | undefined): boolean => line?.startsWith("    ") === true;

/** Index of the last line of the block that begins at `start`; undefined when none does. */
function blockEnd(lines: readonly string[], start: number): number | undefined {
  if (isFence(lines[start])) {
    const end = lines.findIndex((line, n) => n > start && line === "```");
    if (end < 0) throw new Error(`the fence in line ${start + 1} is not closed`);
    return end;
  }
  if (!isCode(lines[start]) || (start > 0 && lines[start - 1] !== "")) return undefined;
  let end = start;
  for (let n = start; isCode(lines[n]) || (lines[n] === "" && isCode(lines[n + 1])); n++) end = n;
  return end;
}

const fenced = (lines: readonly string[], start: number, end: number): Block => ({
  language: lines[start]?.slice(3).trim() ?? "",
  line: start + 2,
  lines: lines.slice(start + 1, end),
});

const indented = (lines: readonly string[], start: number, end: number): Block => ({
  language: "indented",
  line: start + 1,
  lines: lines.slice(start, end + 1).map((line) => line.slice(4)),
});
