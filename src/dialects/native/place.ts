/** A position in a file that a user wrote. Line and column from 1, the column in UTF-16 code units. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The way to a value in plain data: keys of maps and indices of lists. */
export type Path = readonly (string | number)[];

/**
 * Where the value at `path` was written; with `'key'` the key that holds it, with `'text'` the first
 * character of a text, after its quote. A path that leads
 * nowhere gives the place of the last thing on the way that exists.
 */
export type Locate = (path: Path, which?: 'value' | 'key' | 'text') => Place;

/** The places of what lies under `prefix`. */
export const under =
  (locate: Locate, prefix: Path): Locate =>
  (path, which) =>
    locate([...prefix, ...path], which);

/** Writes a path as a human would point at it: `rules[2].count.within`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else text += text === '' ? segment : `.${segment}`;
  }
  return text;
}
