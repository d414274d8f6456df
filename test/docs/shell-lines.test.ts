/** What a page is taken for: which of its blocks are typed, and what counts as printed. */

import { expect, test } from "vitest";
import { blocksOf, sectionOf } from "./blocks.ts";
import { commandsOf, isAboutPrinted, isForShell, isPrinted, isServer, isShell } from "./shell-lines.ts";

const page = `# Page

Words, then

\`\`\`sh
npx pcmlab read --at 25s \\
                --chip x
\`\`\`

\`\`\`sh
# a remark
D=examples
pcmlab emulator --pty ./x      # in its own terminal
\`\`\`
\`\`\`text
done
\`\`\`

## Next

    chip = "x"
`;

test("blocks are found with their lines, fenced and indented", () => {
  expect(blocksOf(page).map(({ language, line }) => [language, line])).toEqual([
    ["sh", 6],
    ["sh", 11],
    ["text", 16],
    ["indented", 21],
  ]);
  expect(() => blocksOf("```sh\npcmlab")).toThrow("line 1 is not closed");
});

test("a section ends where the next one of its height begins, and keeps the numbers of its lines", () => {
  const section = sectionOf(page, "## Next");
  expect(section.split("\n")).toHaveLength(page.split("\n").length);
  expect(blocksOf(section).map(({ line }) => line)).toEqual([21]);
  expect(() => sectionOf(page, "## Nowhere")).toThrow();
});

test("commands are typed where a block is for a shell, lines joined and remarks left away", () => {
  const [read, shell, , settings] = blocksOf(page);
  expect(read && isShell(read) && commandsOf(read)).toEqual([
    { text: "npx pcmlab read --at 25s \\\n                --chip x", line: 6 },
  ]);
  expect(settings && isShell(settings)).toBe(false);
  const [assignment, server] = shell === undefined ? [] : commandsOf(shell);
  expect(assignment && isForShell(assignment)).toBe(true);
  expect(server && isServer(server)).toBe(true);
});

test.each([
  [["a 1 b", "c"], "x\na 1 b  \nc\n", true],
  [["a ... b", "c"], "a 22 b\nc", true],
  [["a", "...", "d"], "a\nb\nc\nd\n", true],
  [["a", "c"], "a\nb\nc\n", false],
  [["a.b"], "axb\n", false],
  [["b"], "a b\n", false],
])("%j is printed in %j: %s", (shown, output, expected) => {
  expect(isPrinted(shown, output)).toBe(expected);
});

test.each([
  [["1 d  79.65 (77.83-81.36)"], "x\n1 d   80.10 (78.30-81.80)\n", true],
  [["1 d  79.65"], "1 d  82.10", false],
  [["1 d  79.65", "end"], "1 d  79.65\nx\nend", false],
])("%j is about what is printed in %j: %s", (shown, output, expected) => {
  expect(isAboutPrinted(shown, output)).toBe(expected);
});
