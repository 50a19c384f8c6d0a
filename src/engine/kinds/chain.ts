import type { Json, JsonObject } from '../../model/json.ts';

/** A match of some steps, by its own time. */
export interface Mark {
  readonly at: number;
  /** Steps it can be, ascending. */
  readonly steps: readonly number[];
  readonly groups: JsonObject;
  /** It was the last of a complete chain, and that was told. */
  done: boolean;
}

/**
 * The beginning of a chain, or all of it: when it began, what its last match found, and what is before that.
 * Few become whole, so what all matches found is put together for those alone.
 */
interface Chain {
  readonly start: number;
  readonly groups: JsonObject;
  readonly shorter: Chain | undefined;
}

/**
 * How far chains are: the one of each length that began last. Of all chains that end with a certain match
 * the one that began last is the shortest in time, so no other needs to be kept.
 */
type Reached = readonly (Chain | undefined)[];

/** Matches of one key in the order of their own time. */
export interface Trail {
  /** The newest matches, which others that come late may still precede. */
  readonly marks: Mark[];
  /** How far chains were before those, and the time of the newest match that is in there. */
  base: Reached;
  settled: number;
  /** How far they are after those. */
  tip: Reached;
}

export interface TrailShape {
  /** The step of each match of a whole chain: `times: 3` of the first gives 0, 0, 0. */
  readonly letters: readonly number[];
  readonly within: number;
  readonly late: number;
}

/** Most matches that are held for others that come late; beyond, disorder is only put right among these. */
const MOST_MARKS = 64;

export const emptyTrail = (): Trail => ({ marks: [], base: [], settled: -Infinity, tip: [] });

/** Whether a match comes too late to be put in its place. */
export const isTooLate = ({ marks, settled }: Trail, at: number, { late }: TrailShape): boolean =>
  at < Math.max(settled, (marks.at(-1)?.at ?? at) - late);

/** A chain that a match completed: its time, and what all of its matches found. */
export interface Completed {
  readonly start: number;
  readonly end: number;
  readonly groups: JsonObject;
}

/**
 * Puts a match in its place. Gives the newest chain that is complete by it and was not before: one that
 * ends with it, or, when it came late, with a match that was there already.
 */
export function addMark(trail: Trail, mark: Mark, shape: TrailShape): Completed | undefined {
  const { marks } = trail;
  const isNewest = mark.at >= (marks.at(-1)?.at ?? mark.at);
  if (isNewest) marks.push(mark);
  else
    marks.splice(
      marks.findIndex(({ at }) => at > mark.at),
      0,
      mark,
    );
  const completed = isNewest ? pass(trail, mark, shape) : passAll(trail, shape);
  settle(trail, shape);
  return completed;
}

/** A trail as state keeps it. */
export const writeTrail = ({ marks, base, settled }: Trail): Json => [
  marks.map(({ at, steps, groups, done }) => [at, [...steps], groups, done ? 1 : 0]),
  base.map((chain) => (chain === undefined ? null : [chain.start, foundBy(chain)])),
  Number.isFinite(settled) ? settled : null,
];

export function readTrail(value: Json, shape: TrailShape): Trail {
  const [marks, base, settled] = value as WrittenTrail;
  const trail: Trail = {
    marks: marks.map(([at, steps, groups, done]) => ({ at, steps, groups, done: done === 1 })),
    base: base.map((chain) =>
      chain === null ? undefined : { start: chain[0], groups: chain[1], shorter: undefined },
    ),
    settled: settled ?? -Infinity,
    tip: [],
  };
  passAll(trail, shape);
  return trail;
}

type WrittenTrail = readonly [
  marks: readonly (readonly [number, readonly number[], JsonObject, number])[],
  base: readonly (readonly [number, JsonObject] | null)[],
  settled: number | null,
];

/** Takes the newest match into account. */
function pass(trail: Trail, mark: Mark, shape: TrailShape): Completed | undefined {
  const { reached, whole } = extend(trail.tip, mark, shape.letters);
  trail.tip = reached;
  if (whole === undefined || mark.done || mark.at - whole.start > shape.within) return undefined;
  mark.done = true;
  return { start: whole.start, end: mark.at, groups: foundBy(whole) };
}

function passAll(trail: Trail, shape: TrailShape): Completed | undefined {
  trail.tip = trail.base;
  let newest: Completed | undefined;
  for (const mark of trail.marks) newest = pass(trail, mark, shape) ?? newest;
  return newest;
}

/** Every chain whose next step the match can be becomes longer by it; `whole` is the complete one that it ends. */
function extend(
  before: Reached,
  { at, steps, groups }: Mark,
  letters: readonly number[],
): { readonly reached: Reached; readonly whole: Chain | undefined } {
  const reached = before.slice();
  let whole: Chain | undefined;
  for (let place = 0; place < letters.length; place += 1) {
    if (!steps.includes(letters[place] as number)) continue;
    // Not `reached`: one match is one step.
    const shorter = place === 0 ? undefined : before[place - 1];
    if (place > 0 && shorter === undefined) continue;
    const longer = { start: shorter?.start ?? at, groups, shorter };
    if (place === letters.length - 1) whole = longer;
    else if (longer.start >= (reached[place]?.start ?? -Infinity)) reached[place] = longer;
  }
  return { reached, whole };
}

/** What its matches found, the later ones over the earlier. */
const foundBy = ({ shorter, groups }: Chain): JsonObject =>
  shorter === undefined ? groups : { ...foundBy(shorter), ...groups };

/** What nothing can precede any more goes into the base, and what began too long ago is forgotten. */
function settle(trail: Trail, { letters, within, late }: TrailShape): void {
  const { marks } = trail;
  const newest = marks.at(-1)?.at ?? 0;
  let count = 0;
  for (const mark of marks) {
    if (mark.at >= newest - late && marks.length - count <= MOST_MARKS) break;
    trail.base = extend(trail.base, mark, letters).reached;
    trail.settled = mark.at;
    count += 1;
  }
  if (count === 0) return;
  marks.splice(0, count);
  const horizon = newest - within - late;
  trail.base = trail.base.map((chain) => (chain !== undefined && chain.start >= horizon ? chain : undefined));
}
