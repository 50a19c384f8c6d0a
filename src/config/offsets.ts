import type { Place } from '../dialects/native/place.ts';

/** Offsets into a text (UTF-16 code units) as places; what lies beyond the end is put at the end. */
export function placesIn(text: string, file: string): (offset: number) => Place {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    const within = Math.min(Math.max(offset, 0), text.length);
    const line = lastAtMost(starts, within);
    return { file, line: line + 1, column: within - (starts[line] ?? 0) + 1 };
  };
}

/** Index of the last of ascending numbers that is not above `limit`. */
function lastAtMost(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) <= limit) low = middle;
    else high = middle;
  }
  return low;
}
