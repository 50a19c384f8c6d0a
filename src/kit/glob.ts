/**
 * Whether a name fits a glob: `*` is any run of characters (also none, also `/`), `?` is exactly one,
 * everything else is itself. The whole name must fit. Time is at most pattern length times name length.
 */
export function matchesGlob(glob: string, name: string): boolean {
  const pattern = [...glob];
  const text = [...name];
  let star = -1;
  let resume = 0;
  let p = 0;
  let t = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p;
      resume = t;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      // Only the newest star needs to give way: an earlier one has matched as little as it can.
      p = star + 1;
      resume += 1;
      t = resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

/** Whether a text has characters that `matchesGlob` does not take literally. */
export const isGlob = (text: string): boolean => /[*?]/.test(text);
