/** Names longer than this are not compared: nobody mistypes one of ours at such length. */
const longest = 64;

/**
 * Edit distance with insertion, deletion, substitution and exchange of neighbours ("optimal string
 * alignment"), in UTF-16 code units.
 */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let least = Math.min(
        at(above, column) + 1,
        at(current, column - 1) + 1,
        at(above, column - 1) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) least = Math.min(least, at(before, column - 2) + 1);
      current.push(least);
    }
    before = above;
    above = current;
  }
  return at(above, b.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? 0;

/**
 * The name that was most likely meant by `name`: near enough (a third of the length, at least one
 * edit), or the only one that begins with it. The first of equals; undefined when nothing is near.
 */
export function closest(name: string, names: Iterable<string>): string | undefined {
  if (name.length === 0 || name.length > longest) return undefined;
  const written = name.toLowerCase();
  const known = [...names].filter((candidate) => candidate.length <= longest);
  let best: string | undefined;
  let least = Math.max(1, Math.floor(written.length / 3)) + 1;
  for (const candidate of known) {
    const edits = distance(written, candidate.toLowerCase());
    if (edits < least) {
      least = edits;
      best = candidate;
    }
  }
  if (best !== undefined || written.length < 2) return best;
  const longer = known.filter((candidate) => candidate.toLowerCase().startsWith(written));
  return longer.length === 1 ? longer[0] : undefined;
}
