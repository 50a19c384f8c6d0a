import type { Episode } from './episode.ts';

/** Open alerts by rule and key. */
export interface OpenAlerts {
  readonly size: number;
  get(rule: string, key: readonly string[]): Episode | undefined;
  has(episode: Episode): boolean;
  add(episode: Episode): void;
  /** Takes an alert out, if it is there. */
  delete(episode: Episode): void;
  /** Oldest first. */
  values(): Iterable<Episode>;
}

/** What begins with the same values: the alert of exactly those, and longer ones by their next value. */
interface Branch {
  episode: Episode | undefined;
  next: Map<string, Branch> | undefined;
}

/**
 * None is open. A tree instead of one text for rule and key: every raise looks its alert up, and to make the
 * text takes ten times as long as to walk.
 */
export function createOpenAlerts(): OpenAlerts {
  const all = new Set<Episode>();
  const root: Branch = { episode: undefined, next: undefined };

  const find = (rule: string, key: readonly string[]): Branch | undefined => {
    let branch = root.next?.get(rule);
    for (let index = 0; index < key.length && branch !== undefined; index += 1) {
      branch = branch.next?.get(key[index] ?? '');
    }
    return branch;
  };

  return {
    get size() {
      return all.size;
    },
    get: (rule, key) => find(rule, key)?.episode,
    has: (episode) => all.has(episode),
    add(episode) {
      const { rule, key } = episode.alert;
      const branch = [rule, ...key].reduce(grow, root);
      if (branch.episode !== undefined) all.delete(branch.episode);
      branch.episode = episode;
      all.add(episode);
    },
    delete(episode) {
      if (!all.delete(episode)) return;
      const { rule, key } = episode.alert;
      prune(root, [rule, ...key], 0);
    },
    values: () => all.values(),
  };
}

function grow(branch: Branch, value: string): Branch {
  branch.next ??= new Map();
  const known = branch.next.get(value);
  if (known !== undefined) return known;
  const made: Branch = { episode: undefined, next: undefined };
  branch.next.set(value, made);
  return made;
}

/** Empties the place that a path leads to, and takes away what leads nowhere then. */
function prune(branch: Branch, path: readonly string[], depth: number): void {
  const value = path[depth];
  if (value === undefined) {
    branch.episode = undefined;
    return;
  }
  const next = branch.next?.get(value);
  if (next === undefined) return;
  prune(next, path, depth + 1);
  if (next.episode === undefined && next.next === undefined) branch.next?.delete(value);
  if (branch.next?.size === 0) branch.next = undefined;
}
