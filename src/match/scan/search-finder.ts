import type { MatchPorts } from '../contract.ts';
import { present } from '../../kit/assert.ts';
import type { Finder, Needle, Report } from './needle.ts';

/** Most needles for which one search after another is faster than one pass for all. */
const MOST = 3;

/** Looks for each needle by itself with the machine's search; undefined when there are too many. */
export function createSearchFinder(needles: readonly Needle[], { indexOf }: MatchPorts): Finder | undefined {
  if (needles.length > MOST || needles.some(({ ignoreCase }) => ignoreCase)) return undefined;
  return (bytes, report) => {
    for (let number = 0; number < needles.length; number += 1) {
      searchOne(bytes, present(needles[number], 'needle').bytes, number, report, indexOf);
    }
    return 0;
  };
}

function searchOne(
  bytes: Uint8Array,
  text: Uint8Array,
  number: number,
  report: Report,
  indexOf: MatchPorts['indexOf'],
): void {
  for (let at = indexOf(bytes, text, 0); at >= 0; at = indexOf(bytes, text, at + 1)) report(number, at);
}
