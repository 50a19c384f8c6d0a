import { present } from '../kit/assert.ts';
import type { Candidate, Chunk } from '../model/chunk.ts';
import type { MatchPorts, ScanFormat, Scanner, ScanRule } from './contract.ts';
import { records } from './records.ts';
import { createAutomatonFinder } from './scan/automaton-finder.ts';
import { wantedBy, type Finder, type Needle, type Wanted } from './scan/needle.ts';
import { createRecordCursor } from './scan/record-cursor.ts';
import { createSearchFinder } from './scan/search-finder.ts';
import { createSkipFinder } from './scan/skip-finder.ts';
import { eachWild } from './scan/wild.ts';

/** Bytes for one stop of the skipping finder, below which the automaton is faster. */
const LEAST_STRIDE = 24;

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
      const hits = findHits(chunk.bytes, find, format, ports);
      const candidates = candidatesOf(chunk, hits, wanted, every);
      return wanted.always.length === 0 ? candidates : withOthers(chunk, candidates, wanted.always);
    },
  };
}

/** A few needles are searched one by one, more by skipping, and where that does not pay by an automaton. */
function createFinder(needles: readonly Needle[], ports: MatchPorts): Finder {
  if (needles.length === 0) return () => 0;
  const search = createSearchFinder(needles, ports);
  if (search !== undefined) return search;
  const skip = createSkipFinder(needles);
  if (skip === undefined) return createAutomatonFinder(needles);
  let current = skip;
  return (bytes, report) => {
    const stops = current(bytes, report);
    if (stops * LEAST_STRIDE > bytes.length && bytes.length > 4096) current = createAutomatonFinder(needles);
    return stops;
  };
}

/** Places where needles stand, ascending, each `place * NEEDLES + needle`. */
type Hits = Float64Array;

/** Numbers of needles fit into this many values, and places times it into a double's 53 bits. */
const NEEDLES = 2 ** 20;

function findHits(bytes: Uint8Array, find: Finder, format: ScanFormat, ports: MatchPorts): Hits {
  const coded: number[] = [];
  find(bytes, (needle, at) => coded.push(at * NEEDLES + needle));
  if (format === 'escaped') eachWild(bytes, ports, (at) => coded.push(at * NEEDLES + EVERY));
  return Float64Array.from(coded).sort();
}

/** Records with hits, each with the rules of all its hits and those that want every record. */
function candidatesOf(chunk: Chunk, hits: Hits, wanted: Wanted, every: readonly number[]): Candidate[] {
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
    if (record === undefined || needles.length === 0) continue;
    candidates.push({ start: record.start, end: record.end, rules: rulesOf(needles, wanted, every) });
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
