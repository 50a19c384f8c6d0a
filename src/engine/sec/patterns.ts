import type { Bindings, MatchVariables } from './bindings.ts';
import type { Buffers } from './buffer.ts';
import type { Cache } from './cache.ts';
import type { PerlArgument, PerlValue, SecPlace } from './contract.ts';
import type { Outputs } from './outputs.ts';
import { isTrue, type Perl, type PerlResult } from './perl.ts';
import type { SecPattern, SecVarmap } from './program.ts';
import type { Regex } from './regexes.ts';

/** A match: the variables it set, or `bare`: it is of a kind that sets none. Undefined: no match. */
export type Found = MatchVariables | 'bare' | undefined;

/** A pattern ready to be tried on the event under way. */
export type TryPattern = () => Found;

/** What patterns look at. */
export interface PatternPorts {
  readonly buffers: Buffers;
  readonly cache: Cache;
  readonly outputs: Outputs;
  readonly perl: Perl;
  /** The internal context of the event under way. */
  readonly internalContext: () => string | undefined;
  /** Compiles an expression of a rule; a mistake is its text. */
  readonly compile: (source: string) => Regex | string;
}

type RegexPattern = Extract<SecPattern, { type: 'regexp' }>;
type PerlPattern = Extract<SecPattern, { type: 'perl' }>;

/** Whether a match of the pattern sets variables: only then texts have any. */
export function setsVariables(pattern: SecPattern): boolean {
  const { type } = pattern;
  return type === 'regexp' || type === 'perl' || (type === 'cached' && !pattern.negated);
}

/** What a match means for the texts of its rule. */
export const bindingsOf = (found: MatchVariables | 'bare'): Bindings =>
  found === 'bare' ? {} : { dollar: found };

/** Makes a pattern ready. One that cannot be compiled never matches, and that is said. */
export function createPattern(pattern: SecPattern, place: SecPlace, ports: PatternPorts): TryPattern {
  switch (pattern.type) {
    case 'substr':
      return () =>
        ports.buffers.text(pattern.lines).includes(pattern.text) === pattern.negated ? undefined : 'bare';
    case 'regexp':
      return createRegexPattern(pattern, place, ports);
    case 'perl':
      return () => tryPerl(pattern, place, ports);
    case 'cached':
      return () => tryCached(pattern, ports.cache);
    case 'tvalue':
      return () => (pattern.value ? 'bare' : undefined);
  }
}

function createRegexPattern(pattern: RegexPattern, place: SecPlace, ports: PatternPorts): TryPattern {
  const regex = ports.compile(pattern.source);
  if (typeof regex !== 'string') return () => tryRegex(pattern, regex, place, ports);
  ports.outputs.warn('pattern', `the pattern never matches: ${regex}`, place);
  return () => undefined;
}

/** Tries a compiled expression; a match that was cut off is none, also for a negated pattern. */
export function tryRegex(pattern: RegexPattern, regex: Regex, place: SecPlace, ports: PatternPorts): Found {
  const text = ports.buffers.text(pattern.lines);
  const captures = regex.exec(text);
  if (captures === 'timedOut') {
    ports.outputs.limit('match-timed-out', 'a match was cut off: it took too long', place);
    return undefined;
  }
  if (pattern.negated) return captures === undefined ? surroundings(pattern.lines, ports) : undefined;
  if (captures === undefined) return undefined;
  const variables = surroundings(pattern.lines, ports);
  if (regex.groups === 0) variables.set('1', '1');
  for (const name of Object.keys(captures)) variables.set(name, captures[name] ?? null);
  return mapped(variables, pattern.varmap, ports.cache);
}

/** `$0` and what is known of the source: all that a negated pattern sets. */
function surroundings(lines: number, { buffers, internalContext }: PatternPorts): Map<string, string | null> {
  return new Map([
    ['0', buffers.text(lines)],
    ['_inputsrc', buffers.sources(lines)],
    ['_intcontext', internalContext() ?? null],
  ]);
}

/** Adds the names of a variable map, and keeps the match under its entries. */
function mapped(variables: Map<string, string | null>, varmap: SecVarmap, cache: Cache): MatchVariables {
  const named = varmap.names.map(({ name, group }) => [name, variables.get(String(group)) ?? null] as const);
  for (const [name, value] of named) variables.set(name, value);
  for (const entry of varmap.entries) cache.set(entry, variables);
  return variables;
}

function tryCached({ negated, entry }: Extract<SecPattern, { type: 'cached' }>, cache: Cache): Found {
  const variables = cache.get(entry);
  if (negated) return variables === undefined ? 'bare' : undefined;
  return variables;
}

function tryPerl(pattern: PerlPattern, place: SecPlace, ports: PatternPorts): Found {
  const { lines, negated, code } = pattern;
  const args: PerlArgument[] = [...ports.buffers.lines(lines), ...ports.buffers.sourceList(lines)];
  const result = ports.perl.callCode(code, args, place);
  if (result === undefined) return undefined;
  const matched = isMatch(result);
  if (negated) return matched ? undefined : surroundings(lines, ports);
  if (!matched) return undefined;
  const variables = surroundings(lines, ports);
  for (const [name, value] of returned(result)) variables.set(name, value);
  return mapped(variables, pattern.varmap, ports.cache);
}

/** Several values, or one that is true. */
export function isMatch({ values, hash }: NonNullable<PerlResult>): boolean {
  return hash !== undefined || values.length > 1 || isTrue(values[0]);
}

function returned({ values, hash }: NonNullable<PerlResult>): Iterable<readonly [string, string | null]> {
  if (hash !== undefined) return Object.entries(hash);
  return values.map((value, index) => [String(index + 1), textOf(value)] as const);
}

const textOf = (value: PerlValue): string | null =>
  value === null || typeof value === 'string' ? value : 'CODE';
