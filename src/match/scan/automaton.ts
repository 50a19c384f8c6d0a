import { lower, type Needle } from './needle.ts';
import { rarestWindow, type Window } from './window.ts';

/** Longest part of a needle that gets states of its own; the rest is compared where the part was found. */
const MOST = 10;

/**
 * A deterministic automaton over bytes (A. Aho and M. Corasick, "Efficient string matching", 1975). States are
 * numbers times `classes`, so that a step is one addition and two reads; accepting ones come last, so that a
 * single comparison tells them.
 */
export interface Automaton {
  /** By byte: its class; bytes that no needle holds share one. */
  readonly classOf: Uint8Array;
  readonly classes: number;
  readonly next: Uint16Array | Int32Array;
  readonly firstAccepting: number;
  /** By number of an accepting state, counted from the first one: the windows that end there. */
  readonly ending: readonly (readonly Window[])[];
}

interface Trie {
  /** By state, its children by class. */
  readonly children: Map<number, number>[];
  readonly ending: Window[][];
}

/** Builds the automaton of the rarest parts of all needles; with one that ignores case, all its steps do. */
export function buildAutomaton(needles: readonly Needle[]): Automaton {
  const fold = needles.some(({ ignoreCase }) => ignoreCase);
  const windows = needles.map((needle, number) => rarestWindow(needle, number, MOST));
  const { classOf, classes } = classify(windows, fold);
  const trie = buildTrie(windows, classOf);
  const table = buildTable(trie, classes);
  return { classOf, classes, ...renumber(table, trie.ending, classes) };
}

function classify(windows: readonly Window[], fold: boolean): { classOf: Uint8Array; classes: number } {
  const classOf = new Uint8Array(256);
  let classes = 1;
  for (const { bytes } of windows) {
    for (const byte of bytes) {
      const key = fold ? lower(byte) : byte;
      if (classOf[key] === 0) classOf[key] = classes++;
    }
  }
  if (fold) for (let byte = 0x41; byte <= 0x5a; byte += 1) classOf[byte] = classOf[lower(byte)] ?? 0;
  return { classOf, classes };
}

function buildTrie(windows: readonly Window[], classOf: Uint8Array): Trie {
  const trie: Trie = { children: [new Map()], ending: [[]] };
  for (const window of windows) {
    let state = 0;
    for (const byte of window.bytes) state = child(trie, state, classOf[byte] ?? 0);
    trie.ending[state]?.push(window);
  }
  return trie;
}

function child({ children, ending }: Trie, state: number, of: number): number {
  const known = children[state]?.get(of);
  if (known !== undefined) return known;
  const made = children.length;
  children[state]?.set(of, made);
  children.push(new Map());
  ending.push([]);
  return made;
}

/** Fills the table breadth first: a state does what its longest proper suffix does, but for its own children. */
function buildTable({ children, ending }: Trie, classes: number): Int32Array {
  const table = new Int32Array(children.length * classes);
  const suffix = new Int32Array(children.length);
  const queue = [0];
  for (const state of queue) {
    const shorter = suffix[state] ?? 0;
    if (state !== 0) {
      table.copyWithin(state * classes, shorter * classes, (shorter + 1) * classes);
      ending[state]?.push(...(ending[shorter] ?? []));
    }
    for (const [of, made] of children[state] ?? []) {
      suffix[made] = state === 0 ? 0 : (table[shorter * classes + of] ?? 0);
      table[state * classes + of] = made;
      queue.push(made);
    }
  }
  return table;
}

function renumber(
  table: Int32Array,
  ending: readonly (readonly Window[])[],
  classes: number,
): Pick<Automaton, 'next' | 'firstAccepting' | 'ending'> {
  const accepting = ending.flatMap((windows, state) => (windows.length > 0 ? [state] : []));
  const plain = ending.flatMap((windows, state) => (windows.length > 0 ? [] : [state]));
  const number = new Int32Array(ending.length);
  for (const [place, state] of [...plain, ...accepting].entries()) number[state] = place * classes;
  const next = table.length < 65_536 ? new Uint16Array(table.length) : new Int32Array(table.length);
  for (let state = 0; state < ending.length; state += 1) {
    for (let of = 0; of < classes; of += 1) {
      next[(number[state] ?? 0) + of] = number[table[state * classes + of] ?? 0] ?? 0;
    }
  }
  const found = accepting.map((state) => ending[state] ?? []);
  return { next, firstAccepting: plain.length * classes, ending: found };
}
