import type { MatchPorts } from '../match/contract.ts';
import { fieldText, lookUp } from '../match/field-test.ts';
import { compilePattern } from '../match/matcher.ts';
import type { Event } from '../model/event.ts';
import type { Fields, Pattern } from '../model/program.ts';

/** What a pattern finds in an event; undefined: it does not match, or was cut off. */
export function capturesOf(pattern: Pattern, event: Event, ports: MatchPorts): Fields | undefined {
  const compiled = compilePattern(pattern, ports);
  const found = compiled.ok ? compiled.value.matcher.match(event) : undefined;
  return found === 'timedOut' ? undefined : found;
}

/** Whether a pattern matches an event. */
export const isMatch = (pattern: Pattern, event: Event, ports: MatchPorts): boolean =>
  capturesOf(pattern, event, ports) !== undefined;

/** A field of an event as text. */
export const valueOf = (event: Event, field: string): string | undefined =>
  fieldText(lookUp(event, field, {}));
