import { readlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** Where a path leads. */
export interface Way {
  readonly real: string;
  /** Every symbolic link on the way, where it really lies: switching one of them leads elsewhere. */
  readonly links: readonly string[];
}

/** Finds out where paths lead; what it found of a directory is kept for the next path. */
export interface Pathfinder {
  trace(path: string): Promise<Way>;
}

/** As in path_resolution(7). */
const linkLimit = 40;

/** For absolute paths. What does not exist leads to itself. */
export function createPathfinder(): Pathfinder {
  const known = new Map<string, Promise<Way>>();

  const follow = async (path: string, passed: number): Promise<Way> => {
    if (path === dirname(path)) return { real: path, links: [] };
    const parent = await directory(dirname(path), passed);
    const at = join(parent.real, basename(path));
    const leadsTo = passed < linkLimit ? await readlink(at).catch(() => undefined) : undefined;
    if (leadsTo === undefined) return { real: at, links: parent.links };
    const end = await follow(resolve(parent.real, leadsTo), passed + 1);
    return { real: end.real, links: [...parent.links, at, ...end.links] };
  };

  const directory = (path: string, passed: number): Promise<Way> => {
    const way = known.get(path) ?? follow(path, passed);
    known.set(path, way);
    return way;
  };

  return { trace: (path) => follow(path, 0) };
}
