/** Counts texts, and knows the commonest of them within a bounded memory. */
export interface Commonest {
  add(text: string): void;
  /** How many different texts there were, as far as they were told apart. */
  different(): { readonly count: number; readonly isExact: boolean };
  /** The commonest, each with at least how often it came. */
  top(most: number): readonly (readonly [text: string, times: number])[];
}

const mostTexts = 20_000;
const longestText = 200;

/**
 * The summary of Misra and Gries (Finding repeated elements, 1982), thinned out by halves: a text that makes
 * up more than a ten thousandth of all is never missing.
 */
export function countCommonest(): Commonest {
  const counts = new Map<string, number>();
  let isExact = true;
  const thinOut = (): void => {
    isExact = false;
    const ordered = [...counts.values()].sort((a, b) => b - a);
    const taken = ordered[mostTexts >> 1] ?? 0;
    for (const [text, times] of counts) {
      if (times <= taken) counts.delete(text);
      else counts.set(text, times - taken);
    }
  };
  return {
    add(text) {
      const isLong = text.length > longestText;
      // What differs only further on is one text from here on.
      if (isLong) isExact = false;
      const short = isLong ? `${text.slice(0, longestText - 1)}…` : text;
      counts.set(short, (counts.get(short) ?? 0) + 1);
      if (counts.size > mostTexts) thinOut();
    },
    different: () => ({ count: counts.size, isExact }),
    top: (most) => [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, most),
  };
}
