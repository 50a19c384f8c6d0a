import type { Place } from '../dialects/native/place.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { itemsAt, textAt, withEntry, type Entry, type MapTree, type Tree } from './tree.ts';

/** One tree out of several, and what could not be put together. */
export interface Merged {
  readonly tree: MapTree;
  readonly diagnostics: readonly Diagnostic[];
}

/** Lists whose items stand for themselves: those of several files follow each other. */
const joinedLists = new Set(['rules', 'include', 'tests']);

/**
 * Puts files that stand beside each other together: maps merge by key, `rules`, `include` and `tests`
 * follow each other in file order, anything else given twice is a mistake.
 */
export function mergeBeside(files: readonly MapTree[], root: Place): Merged {
  const diagnostics: Diagnostic[] = [];
  const empty: MapTree = { type: 'map', place: root, entries: new Map() };
  const tree = files.reduce((merged, file) => join(merged, file, true, diagnostics), empty);
  diagnostics.push(...duplicateIds(itemsAt(tree, 'rules')));
  return { tree, diagnostics };
}

/**
 * Lays an overlay over a configuration: its rules change the keys they name of rules with the same id,
 * its routes come first, and the rest is put together as by `mergeBeside`.
 */
export function mergeOver(base: MapTree, overlay: MapTree): Merged {
  const diagnostics: Diagnostic[] = [];
  const rules = overlayRules(itemsAt(base, 'rules'), itemsAt(overlay, 'rules'));
  const routes = [...itemsAt(overlay, 'routes'), ...itemsAt(base, 'routes')];
  const apart = ['rules', 'routes'].filter(
    (key) => isListOrAbsent(overlay, key) && isListOrAbsent(base, key),
  );
  let tree = join(without(base, apart), without(overlay, apart), true, diagnostics);
  if (apart.includes('rules')) tree = withList(tree, 'rules', rules, [overlay, base]);
  if (apart.includes('routes')) tree = withList(tree, 'routes', routes, [overlay, base]);
  return { tree, diagnostics };
}

/** Rules of `over` change the keys they name of the rule with the same id; the others are added. */
export function overlayRules(base: readonly Tree[], over: readonly Tree[]): readonly Tree[] {
  const added: Tree[] = [];
  const changed = [...base];
  const positions = new Map(base.map((rule, index) => [textAt(rule, 'id'), index]));
  for (const rule of over) {
    const position = positions.get(textAt(rule, 'id') ?? '');
    const before = position === undefined ? undefined : changed[position];
    if (position === undefined || before?.type !== 'map' || rule.type !== 'map') added.push(rule);
    else changed[position] = changeRule(before, rule);
  }
  return [...changed, ...added];
}

/** Values that are one thing even when written as a map: half of one and half of another makes no sense. */
const wholeKeys = new Set(['match', 'except']);

function changeRule(rule: MapTree, change: MapTree): MapTree {
  let result = rule;
  for (const [key, entry] of change.entries) {
    const before = result.entries.get(key)?.value;
    const merges = before?.type === 'map' && entry.value.type === 'map' && !wholeKeys.has(key);
    const value = merges ? changeRule(before, entry.value) : entry.value;
    result = { ...result, entries: new Map([...result.entries, [key, { keyPlace: entry.keyPlace, value }]]) };
  }
  return result;
}

function join(a: MapTree, b: MapTree, top: boolean, diagnostics: Diagnostic[]): MapTree {
  const entries = new Map(a.entries);
  for (const [key, entry] of b.entries) {
    const before = entries.get(key);
    entries.set(key, before === undefined ? entry : joinEntry(key, before, entry, top, diagnostics));
  }
  return { ...a, entries };
}

function joinEntry(key: string, a: Entry, b: Entry, top: boolean, diagnostics: Diagnostic[]): Entry {
  if (a.value.type === 'map' && b.value.type === 'map') {
    return { ...a, value: join(a.value, b.value, false, diagnostics) };
  }
  if (top && joinedLists.has(key) && a.value.type === 'list' && b.value.type === 'list') {
    return { ...a, value: { ...a.value, items: [...a.value.items, ...b.value.items] } };
  }
  // Every file may say what it is for.
  if (top && key === 'summary') return a;
  diagnostics.push({
    code: 'config.given-twice',
    severity: 'error',
    message: `"${key}" is given twice, first at ${written(a.keyPlace)}`,
    ...b.keyPlace,
  });
  return a;
}

/** Rules of one layer that have the same id; each is told with the place of the first. */
function duplicateIds(rules: readonly Tree[]): Diagnostic[] {
  const first = new Map<string, Place>();
  return rules.flatMap((rule): Diagnostic[] => {
    const id = textAt(rule, 'id');
    const before = id === undefined ? undefined : first.get(id);
    if (id === undefined) return [];
    if (before === undefined) {
      first.set(id, rule.place);
      return [];
    }
    const message = `a rule with the id "${id}" is given twice, first at ${written(before)}`;
    return [{ code: 'config.duplicate-rule', severity: 'error', message, ...rule.place }];
  });
}

const written = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;

const isListOrAbsent = (map: MapTree, key: string): boolean => {
  const value = map.entries.get(key)?.value;
  return value === undefined || value.type === 'list';
};

const without = (map: MapTree, keys: readonly string[]): MapTree => ({
  ...map,
  entries: new Map([...map.entries].filter(([key]) => !keys.includes(key))),
});

function withList(map: MapTree, key: string, items: readonly Tree[], from: readonly MapTree[]): MapTree {
  const list = from.map((tree) => tree.entries.get(key)?.value).find((value) => value !== undefined);
  return list === undefined ? map : withEntry(map, key, { type: 'list', place: list.place, items });
}
