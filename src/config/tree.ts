import type { Locate, Path, Place } from '../dialects/native/place.ts';

/** What a YAML file says, each piece with the place where it says it. */
export type Tree =
  | {
      readonly type: 'scalar';
      readonly place: Place;
      /** Where a text begins when that is not `place`: after a quote, below the head of a block. */
      readonly textPlace?: Place;
      readonly value: string | number | boolean | null;
    }
  | { readonly type: 'list'; readonly place: Place; readonly items: readonly Tree[] }
  | { readonly type: 'map'; readonly place: Place; readonly entries: ReadonlyMap<string, Entry> };

/** One key of a map with its value; the key has a place of its own. */
export interface Entry {
  readonly keyPlace: Place;
  readonly value: Tree;
}

export type MapTree = Extract<Tree, { type: 'map' }>;

/** The tree as plain data, for schemas. */
export function plain(tree: Tree): unknown {
  if (tree.type === 'scalar') return tree.value;
  if (tree.type === 'list') return tree.items.map(plain);
  return Object.fromEntries([...tree.entries].map(([key, entry]) => [key, plain(entry.value)]));
}

/** Plain data as a tree, all of it at one place: for what was not written in a file. */
function treeOf(data: unknown, place: Place): Tree {
  if (Array.isArray(data)) return { type: 'list', place, items: data.map((item) => treeOf(item, place)) };
  if (typeof data === 'object' && data !== null) return mapOf(data, place);
  const isScalar = typeof data === 'string' || typeof data === 'number' || typeof data === 'boolean';
  return { type: 'scalar', place, value: isScalar ? data : null };
}

/** A map of plain data as a tree. */
export const mapOf = (data: object, place: Place): MapTree => ({
  type: 'map',
  place,
  entries: new Map(
    Object.entries(data).map(([key, value]) => [key, { keyPlace: place, value: treeOf(value, place) }]),
  ),
});

/** Looks places up in a tree. */
export const locateIn =
  (tree: Tree): Locate =>
  (path, which = 'value') => {
    let at = tree;
    let place = tree.place;
    for (const [index, segment] of path.entries()) {
      const entry = childOf(at, segment);
      if (entry === undefined) return place;
      at = entry.value;
      place = which === 'key' && index === path.length - 1 ? entry.keyPlace : at.place;
    }
    if (which === 'text' && at.type === 'scalar') return at.textPlace ?? place;
    return place;
  };

function childOf(tree: Tree, segment: string | number): Entry | undefined {
  if (tree.type === 'map') return tree.entries.get(String(segment));
  if (tree.type !== 'list') return undefined;
  const item = tree.items[Number(segment)];
  return item === undefined ? undefined : { keyPlace: item.place, value: item };
}

/** The subtree at a path, if there is one. */
function subtree(tree: Tree, path: Path): Tree | undefined {
  let at: Tree | undefined = tree;
  for (const segment of path) at = at === undefined ? undefined : childOf(at, segment)?.value;
  return at;
}

/** The items of a list below a map's key; empty when there is no such list. */
export function itemsAt(tree: Tree, key: string): readonly Tree[] {
  const list = subtree(tree, [key]);
  return list?.type === 'list' ? list.items : [];
}

/** The keys of a map below a map's key. */
export function namesAt(tree: Tree, key: string): readonly string[] {
  const map = subtree(tree, [key]);
  return map?.type === 'map' ? [...map.entries.keys()] : [];
}

/** A map with one key set or replaced; the place of a new key is that of its value. */
export function withEntry(map: MapTree, key: string, value: Tree): MapTree {
  const keyPlace = map.entries.get(key)?.keyPlace ?? value.place;
  return { ...map, entries: new Map([...map.entries, [key, { keyPlace, value }]]) };
}

/** The text of a map's key when it is a text. */
export function textAt(tree: Tree, key: string): string | undefined {
  const value = subtree(tree, [key]);
  return value?.type === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}
