import { present } from '../kit/assert.ts';
import type { Candidate, Chunk } from '../model/chunk.ts';
import type { MatchPorts, ScanFormat, Scanner, ScanRule } from './contract.ts';
import { records } from './records.ts';
import { createFinder } from './scan/finder.ts';
import { wantedBy, type Finder, type Needle, type Wanted } from './scan/needle.ts';
import { createRecordCursor } from './scan/record-cursor.ts';
import { eachWild, mayEscape } from './scan/wild.ts';

/** Stands for all rules among the numbers of needles. */
const EVERY = 2 ** 20 - 1;

/**
 * Makes the scanner of one set of rules. For any rules and any bytes, what matches among the candidates is
 * what matches among all records; which other records are candidates is a matter of speed.
 */
export function createScanner(rules: readonly ScanRule[], format: ScanFormat, ports: MatchPorts): Scanner {
  const wanted = wantedBy(rules, format);
  const every = rules.map((rule) => rule.index).toSorted((a, b) => a - b);
  const find = createFinder(wanted.needles, ports);
  return {
    scan(chunk) {
      const hits = findHits(chunk, find, format, ports);
      const candidates = candidatesOf(chunk, hits, wanted, every, format);
      return wanted.always.length === 0 ? candidates : withOthers(chunk, candidates, wanted.always);
    },
  };
}

/** Places where needles stand, ascending, each `place * NEEDLES + needle`. */
type Hits = Float64Array;

/** Numbers of needles fit into this many values, and places times it into a double's 53 bits. */
const NEEDLES = 2 ** 20;

function findHits(chunk: Chunk, find: Finder, format: ScanFormat, ports: MatchPorts): Hits {
  const coded: number[] = [];
  find(chunk.bytes, (needle, at) => coded.push(at * NEEDLES + needle));
  if (format !== 'text') eachWild(chunk, ports, (at) => coded.push(at * NEEDLES + EVERY));
  return Float64Array.from(coded).sort();
}

/** Records with hits, each with the rules of all its hits and those that want every record. */
function candidatesOf(
  chunk: Chunk,
  hits: Hits,
  wanted: Wanted,
  every: readonly number[],
  format: ScanFormat,
): Candidate[] {
  const candidates: Candidate[] = [];
  const recordAt = createRecordCursor(chunk);
  for (let next = 0; next < hits.length;) {
    const record = recordAt(placeOf(hits, next));
    const end = record?.end ?? 0;
    const needles: number[] = [];
    do {
      const needle = (hits[next] ?? 0) % NEEDLES;
      const stop = placeOf(hits, next) + lengthOf(needle, wanted.needles);
      if (stop <= end && !needles.includes(needle)) needles.push(needle);
      next += 1;
    } while (next < hits.length && placeOf(hits, next) < end);
    if (record === undefined) continue;
    const { start, end: stop } = record;
    if (format === 'guessed' && needles.includes(EVERY) && !mayEscape(chunk.bytes, start, stop)) {
      needles.splice(needles.indexOf(EVERY), 1);
    }
    if (needles.length > 0) candidates.push({ start, end: stop, rules: rulesOf(needles, wanted, every) });
  }
  return candidates;
}

function placeOf(hits: Hits, index: number): number {
  return Math.floor((hits[index] ?? 0) / NEEDLES);
}

function lengthOf(needle: number, needles: readonly Needle[]): number {
  return needle === EVERY ? 1 : present(needles[needle], 'needle').bytes.length;
}

function rulesOf(
  hit: readonly number[],
  { needles, always }: Wanted,
  every: readonly number[],
): readonly number[] {
  if (hit.includes(EVERY)) return every;
  return hit.reduce((rules, needle) => merge(rules, present(needles[needle], 'needle').rules), always);
}

/** Two ascending lists as one, without repetition. */
function merge(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a.length === 0) return b;
  const merged: number[] = [];
  let next = 0;
  for (const value of a) {
    for (; next < b.length && (b[next] ?? 0) < value; next += 1) merged.push(b[next] ?? 0);
    if (b[next] === value) next += 1;
    merged.push(value);
  }
  return next < b.length ? [...merged, ...b.slice(next)] : merged;
}

/** All records of the chunk: candidates as they are, the others with the rules that want every record. */
function* withOthers(
  chunk: Chunk,
  candidates: readonly Candidate[],
  always: readonly number[],
): Generator<Candidate> {
  let next = 0;
  for (const [start, end] of records(chunk)) {
    const candidate = candidates[next];
    if (candidate?.start === start) {
      next += 1;
      yield candidate;
    } else {
      yield { start, end, rules: always };
    }
  }
}
