/** The words that a shell would give to pcmlab, in a text as a page shows it; nothing is expanded. */

/** In this order: space, remark, operator, word with its quotes. */
const tokens = /(?:\s|\\\n)+|(#[^\n]*)|(\|\||&&|>>|[|;&<>])|((?:'[^']*'|"[^"]*"|\\.|[^\s'"|;&<>\\])+)/g;

/** Of each pcmlab in it, those after its name, without quotes. What follows `>` is a file and no word. */
export function pcmlabWords(text: string): string[][] {
  let words: string[] = [];
  const commands = [words];
  let isFile = false;
  for (const [, , operator, word] of text.matchAll(tokens)) {
    if (word !== undefined && !isFile) words.push(unquoted(word));
    if (word !== undefined) isFile = false;
    if (operator === undefined) continue;
    isFile = /[<>]/.test(operator);
    if (isFile) continue;
    words = [];
    commands.push(words);
  }
  return commands.map(afterPrefixes).flatMap(([name, ...rest]) => (name === "pcmlab" ? [rest] : []));
}

const unquoted = (word: string): string =>
  word.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, (_, single, double, plain) => single ?? double ?? plain);

/** What stands before the program that is run. */
function afterPrefixes(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => !/^(sudo|npx|\w+=.*)$/.test(word));
  return first < 0 ? [] : words.slice(first);
}
