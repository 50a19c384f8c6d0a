import type { MatchPorts } from '../contract.ts';
import { createAutomatonFinder } from './automaton-finder.ts';
import { createCensus } from './census.ts';
import type { Finder, Needle } from './needle.ts';
import { createSearchFinder } from './search-finder.ts';
import { createSkipFinder } from './skip-finder.ts';

/** Bytes for one stop of the skipping finder, below which the automaton is faster. */
const LEAST_STRIDE = 24;
/** A chunk shorter than this tells nothing about how well skipping pays. */
const TELLING = 4096;
/** The bytes after which the skipping finder is first built anew from what was seen, and how much more each time. */
const FIRST_CENSUS = 64 * 1024;
const CENSUS_GROWTH = 32;
const LAST_CENSUS = 64 * 1024 * 1024;
/** Between two of these one chunk is counted in as many bytes. */
const CENSUS_STRIDE = 1024 * 1024;

/** A few needles are searched one by one, more by skipping, and where that does not pay by an automaton. */
export function createFinder(needles: readonly Needle[], ports: MatchPorts): Finder {
  if (needles.length === 0) return () => 0;
  const search = createSearchFinder(needles, ports);
  if (search !== undefined) return search;
  const skip = createSkipFinder(needles);
  return skip === undefined ? createAutomatonFinder(needles) : createLearningFinder(needles, skip);
}

/**
 * Skips by what the bytes so far were like: which parts of the needles are looked for is chosen anew a few
 * times, then stays. That changes how fast needles are found, never which.
 */
function createLearningFinder(needles: readonly Needle[], first: Finder): Finder {
  let current = first;
  let learning = true;
  const census = createCensus();
  let seen = 0;
  let nextCount = 0;
  let nextBuild = FIRST_CENSUS;

  const learn = (bytes: Uint8Array): void => {
    if (seen >= nextCount) {
      census.count(bytes);
      nextCount = seen + Math.min(CENSUS_STRIDE, nextBuild >> 2);
    }
    seen += bytes.length;
    if (seen < nextBuild) return;
    current = createSkipFinder(needles, census) ?? current;
    nextBuild *= CENSUS_GROWTH;
    learning = nextBuild <= LAST_CENSUS;
  };

  return (bytes, report) => {
    if (learning) learn(bytes);
    const stops = current(bytes, report);
    if (stops * LEAST_STRIDE > bytes.length && bytes.length > TELLING && !(learning && seen < FIRST_CENSUS)) {
      learning = false;
      current = createAutomatonFinder(needles);
    }
    return stops;
  };
}
