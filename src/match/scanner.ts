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
const EVERY = -1;

interface Hit {
  readonly at: number;
  readonly needle: number;
}

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

function findHits(bytes: Uint8Array, find: Finder, format: ScanFormat, ports: MatchPorts): Hit[] {
  const hits: Hit[] = [];
  find(bytes, (needle, at) => hits.push({ at, needle }));
  if (format === 'escaped') eachWild(bytes, ports, (at) => hits.push({ at, needle: EVERY }));
  return hits.sort((a, b) => a.at - b.at);
}

/** Records with hits, each with the rules of all its hits and those that want every record. */
function candidatesOf(
  chunk: Chunk,
  hits: readonly Hit[],
  wanted: Wanted,
  every: readonly number[],
): Candidate[] {
  const candidates: Candidate[] = [];
  const recordAt = createRecordCursor(chunk);
  for (let next = 0; next < hits.length;) {
    const first = present(hits[next], 'hit').at;
    const record = recordAt(first);
    const end = record?.end ?? first;
    const needles = new Set<number>();
    do {
      const { at, needle } = present(hits[next], 'hit');
      if (at + lengthOf(needle, wanted.needles) <= end) needles.add(needle);
      next += 1;
    } while (next < hits.length && present(hits[next], 'hit').at < end);
    if (record !== undefined && needles.size > 0)
      candidates.push({ ...record, rules: rulesOf(needles, wanted, every) });
  }
  return candidates;
}

function lengthOf(needle: number, needles: readonly Needle[]): number {
  return needle === EVERY ? 1 : present(needles[needle], 'needle').bytes.length;
}

function rulesOf(
  hit: ReadonlySet<number>,
  { needles, always }: Wanted,
  every: readonly number[],
): readonly number[] {
  if (hit.has(EVERY)) return every;
  const lists = Array.from(hit, (needle) => present(needles[needle], 'needle').rules);
  const [only, ...others] = lists;
  if (only !== undefined && others.length === 0 && always.length === 0) return only;
  return [...new Set([...always, ...lists.flat()])].sort((a, b) => a - b);
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
