import type { SecContext, SecHalf, SecPattern, SecProgram } from '../../engine/sec/program.ts';
import { requiredLiterals } from '../../match/literals/required.ts';
import type { Origin, Pattern } from '../../model/program.ts';
import { fixedParts, widen } from './filled-in.ts';
import { setsVariables } from './patterns.ts';
import { operandsOf } from './precedence.ts';
import { allActions, halvesOf, listsOf, placedRules, type Placed } from './walk.ts';

/** Why no record can be passed over, and where that stands. */
export interface EveryRecord {
  readonly file: string;
  readonly line: number;
  readonly why: string;
}

/** What the byte scanner may pass over. */
export interface ScanPattern {
  /** Matches every record on which a rule could do anything. */
  readonly pattern: Pattern;
  /** Not empty: the pattern takes every record. */
  readonly everyRecord: readonly EveryRecord[];
  /** The program's regular expressions, for what `check` prints of them. */
  readonly expressions: readonly Pattern[];
}

/** Takes every record: nothing is asked of it. */
const EVERY: Pattern = { type: 'all', of: [] };

/** What a record must look like for a program to need it. A record that is needed goes to the whole program. */
export function scanPattern(program: SecProgram): ScanPattern {
  const found = placedRules(program).flatMap(scanRule);
  const everyRecord = found.flatMap((item) => ('why' in item ? [item] : []));
  const patterns = found.flatMap((item) => ('why' in item ? [] : [item]));
  const expressions = patterns.filter(({ type }) => type === 'regex');
  return {
    pattern: everyRecord.length > 0 ? EVERY : { type: 'any', of: patterns },
    everyRecord,
    expressions,
  };
}

type Found = Pattern | EveryRecord;

function scanRule(placed: Placed): readonly Found[] {
  const { file, rule } = placed;
  const place = { file, line: rule.line };
  const halves = halvesOf(rule);
  const filledIn = halves.some(({ half, second }) => !second && setsVariables(half.pattern));
  const actions = listsOf(rule).flatMap((list) => allActions(list.actions));
  const rewrites = actions.some(({ type }) => type === 'rewrite');
  return [
    ...halves.flatMap(({ half, second }) => scanHalf(half, second && filledIn, placed)),
    ...(rewrites ? [{ ...place, why: 'it rewrites the lines kept for others' }] : []),
  ];
}

function scanHalf(
  { pattern, context }: SecHalf,
  filledIn: boolean,
  { file, rule }: Placed,
): readonly Found[] {
  const place = { file, line: rule.line };
  const found = scanOne(pattern, filledIn, { dialect: 'sec', ...place, column: 1 });
  const every = (why: string): EveryRecord => ({ ...place, why });
  const first = typeof found === 'string' ? [every(found)] : found === undefined ? [] : [found];
  const unknown = first.some((item) => 'type' in item && requiredLiterals(item, 'text') === undefined);
  return [
    ...first,
    ...(unknown ? [every('its pattern has no fixed part that is long enough to look for')] : []),
    ...(context !== undefined && expires(context)
      ? [every('its context in brackets is asked for each line')]
      : []),
  ];
}

/** Asking for a context can end it, and Perl code can do anything; asking for a cache entry does nothing. */
const expires = ({ bracketed, expression }: SecContext): boolean =>
  bracketed && operandsOf(expression).some(({ type }) => type !== 'varset');

/** A text says why every record is needed; undefined: the pattern matches only where another did. */
function scanOne(pattern: SecPattern, filledIn: boolean, origin: Origin): Pattern | string | undefined {
  if (pattern.type === 'tvalue') return pattern.value ? 'its pattern is TRUE' : undefined;
  if (pattern.negated) return 'its pattern is negated';
  if (pattern.type === 'cached') return undefined;
  if (pattern.lines > 1) return 'its pattern looks at several lines';
  if (pattern.type === 'perl') return 'its pattern is run by Perl';
  if (pattern.type === 'substr') return scanSubstr(pattern.text, filledIn);
  const source = filledIn ? widen(pattern.source) : pattern.source;
  if (source === undefined) return 'what the first match gives can change what its second pattern means';
  return { type: 'regex', source, scope: 'line', origin };
}

function scanSubstr(text: string, filledIn: boolean): Pattern {
  const literal = (part: string): Pattern => ({ type: 'literal', text: part, scope: 'line' });
  if (!filledIn) return literal(text);
  return { type: 'all', of: fixedParts(text).map(literal) };
}
