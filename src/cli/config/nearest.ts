/** The known word that a mistyped one was probably meant to be. */

/** Undefined when none is within a third of the letters, by insertions, deletions, replacements and exchanged neighbours. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const largest = Math.max(1, Math.round(word.length / 3));
  const ranked = [...known]
    .map((candidate) => ({ candidate, edits: editsBetween(word, candidate) }))
    .filter(({ edits }) => edits <= largest)
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.candidate;
}

/** The optimal string alignment distance: Damerau and Levenshtein's, where no part is edited twice. */
function editsBetween(from: string, to: string): number {
  let [before, last]: number[][] = [[], Array.from({ length: to.length + 1 }, (_, n) => n)];
  for (let row = 1; row <= from.length; row++) {
    const next = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      next[column] = Math.min(
        next[column - 1]! + 1,
        last![column]! + 1,
        last![column - 1]! + (same ? 0 : 1),
        swapped ? before![column - 2]! + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, last] = [last, next];
  }
  return last![to.length]!;
}
