import { dirname } from 'node:path';
import { nearestDirectory } from './glob.ts';
import { createPathfinder } from './links.ts';

/** Where changes matter to the paths that are read, and to which. */
export interface Surroundings {
  /** Looks around anew; returns the directories to be watched. `looked`: those that globs look into. */
  survey(paths: Iterable<string>, looked: Iterable<string>): Promise<ReadonlySet<string>>;
  /** The paths read that lead to or through `path` by symbolic links. */
  leadingTo(path: string): readonly string[];
  /** Whether `path` itself is watched, or is a link on the way to what is. */
  holds(path: string): boolean;
}

interface View {
  readonly watched: Set<string>;
  readonly links: Set<string>;
  readonly leading: Map<string, string[]>;
}

const emptyView = (): View => ({ watched: new Set(), links: new Set(), leading: new Map() });

export function createSurroundings(): Surroundings {
  let view = emptyView();
  return {
    async survey(paths, looked) {
      // Changes are told while this goes on: they are judged by what was seen last.
      const next = await look(paths, looked);
      view = next;
      return next.watched;
    },
    leadingTo: (path) => view.leading.get(path) ?? [],
    holds: (path) => view.watched.has(path) || view.links.has(path),
  };
}

async function look(paths: Iterable<string>, looked: Iterable<string>): Promise<View> {
  const { watched, links, leading } = emptyView();
  const pathfinder = createPathfinder();
  const homes = new Map<string, string>();

  const home = async (directory: string): Promise<string> => {
    const nearest = homes.get(directory) ?? (await nearestDirectory(directory));
    homes.set(directory, nearest);
    return nearest;
  };

  const watchLinks = (onTheWay: readonly string[]): void => {
    for (const link of onTheWay) {
      links.add(link);
      watched.add(dirname(link));
    }
  };

  for (const directory of looked) {
    watched.add(await home(directory));
    watchLinks((await pathfinder.trace(directory)).links);
  }
  for (const path of paths) {
    watched.add(await home(dirname(path)));
    const way = await pathfinder.trace(path);
    if (way.links.length === 0) continue;
    watchLinks(way.links);
    watched.add(await home(dirname(way.real)));
    for (const place of [way.real, ...way.links]) leading.set(place, [...(leading.get(place) ?? []), path]);
  }
  return { watched, links, leading };
}
