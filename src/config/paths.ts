import { dirname, isAbsolute, join } from 'node:path';
import type { Locate, Path } from '../dialects/native/place.ts';

/** Keys whose values are paths: a source's `file`, and every option whose name ends in `-file`. */
const isPathKey = (key: string): boolean => key === 'file' || key.endsWith('-file');

/** A path as the program will open it: relative ones start at the folder of the file that names them. */
export const resolvePath = (path: string, namedIn: string): string =>
  isAbsolute(path) ? path : join(dirname(namedIn), path);

/** Options of a kind with the paths in them resolved. */
export function resolvePaths(data: unknown, locate: Locate, at: Path = []): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]: [string, unknown]) => {
      const path = [...at, key];
      return [key, isPathKey(key) ? resolved(value, locate, path) : resolvePaths(value, locate, path)];
    }),
  );
}

function resolved(value: unknown, locate: Locate, path: Path): unknown {
  if (typeof value === 'string' && value !== '') return resolvePath(value, locate(path).file);
  if (Array.isArray(value))
    return value.map((item: unknown, index) => resolved(item, locate, [...path, index]));
  return value;
}
