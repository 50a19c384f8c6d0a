import { present } from '../../kit/assert.ts';
import { buildAutomaton, type Automaton } from './automaton.ts';
import { standsAt, type Finder, type Needle } from './needle.ts';

/** Looks for all needles at once with one automaton, whatever their length. */
export function createAutomatonFinder(needles: readonly Needle[]): Finder {
  const automaton = buildAutomaton(needles);
  const spans = Math.max(...needles.map(({ bytes }) => bytes.length), 1);
  return (bytes, report) => {
    const accept = (state: number, at: number): void => {
      for (const { needle, offset, bytes: window } of automaton.ending[
        (state - automaton.firstAccepting) / automaton.classes
      ] ?? []) {
        const start = at + 1 - window.length - offset;
        if (standsAt(present(needles[needle], 'needle'), bytes, start)) report(needle, start);
      }
    };
    runQuarters(automaton, bytes, spans, accept);
    return 0;
  };
}

type Accept = (state: number, at: number) => void;

/**
 * Four places of the bytes in turn, so that the machine waits for four memory reads at once. A quarter
 * begins so far before its own bytes that a needle across the border is found: some are found twice.
 */
function runQuarters(automaton: Automaton, bytes: Uint8Array, spans: number, accept: Accept): void {
  const quarter = bytes.length >> 2;
  if (quarter < 4 * spans) {
    runRest(automaton, bytes, 0, bytes.length, 0, accept);
    return;
  }
  const { classOf, next, firstAccepting } = automaton;
  const [from1, from2, from3] = [quarter - spans, 2 * quarter - spans, 3 * quarter - spans];
  let [state0, state1, state2, state3] = [0, 0, 0, 0];
  const steps = quarter;
  for (let step = 0; step < steps; step += 1) {
    state0 = next[state0 + (classOf[bytes[step] as number] as number)] as number;
    state1 = next[state1 + (classOf[bytes[from1 + step] as number] as number)] as number;
    state2 = next[state2 + (classOf[bytes[from2 + step] as number] as number)] as number;
    state3 = next[state3 + (classOf[bytes[from3 + step] as number] as number)] as number;
    if (state0 >= firstAccepting) accept(state0, step);
    if (state1 >= firstAccepting) accept(state1, from1 + step);
    if (state2 >= firstAccepting) accept(state2, from2 + step);
    if (state3 >= firstAccepting) accept(state3, from3 + step);
  }
  runRest(automaton, bytes, from1 + steps, 2 * quarter, state1, accept);
  runRest(automaton, bytes, from2 + steps, 3 * quarter, state2, accept);
  runRest(automaton, bytes, from3 + steps, bytes.length, state3, accept);
}

function runRest(
  { classOf, next, firstAccepting }: Automaton,
  bytes: Uint8Array,
  from: number,
  to: number,
  begin: number,
  accept: Accept,
): void {
  let state = begin;
  for (let at = from; at < to; at += 1) {
    state = next[state + (classOf[bytes[at] as number] as number)] as number;
    if (state >= firstAccepting) accept(state, at);
  }
}
