import type { Bindings } from '../bindings.ts';
import { joined } from '../bindings.ts';
import type { SecPlace } from '../contract.ts';
import type { Operation } from '../operations.ts';
import { createPattern, setsVariables, tryRegex, type Found, type TryPattern } from '../patterns.ts';
import type { SecPattern } from '../program.ts';
import { holdsInOrder, neededTexts } from '../regexes.ts';
import { createCapture } from './capture.ts';
import type { RuleOf, RulePorts } from './contract.ts';

/** The second half of a Pair rule: its pattern and texts can hold variables of the first match. */
export interface Second {
  /** Whether the pattern compiles with the values of this first match. */
  compiles(first: Bindings): boolean;
  /** Tries the event under way; what the texts of the second half are filled in with. */
  match(operation: Operation): Bindings | undefined;
}

type PairRule = RuleOf<'Pair' | 'PairWithWindow'>;
type RegexPattern = Extract<SecPattern, { type: 'regexp' }>;

export function createSecond(rule: PairRule, place: SecPlace, ports: RulePorts): Second {
  const { pattern, context } = rule.second;
  const secondSets = setsVariables(pattern);
  const capture = createCapture(rule, ports.cache);
  const { compiles, prepare } = createPreparing(rule, place, ports);
  // Operations are numbered anew in each run of the program, but live as long as this.
  const prepared = new WeakMap<Operation, TryPattern>();

  const patternOf = (operation: Operation): TryPattern => {
    const known = prepared.get(operation);
    if (known !== undefined) return known;
    const made = prepare(operation.bindings);
    prepared.set(operation, made);
    return made;
  };

  /** With a second match that sets variables, `%` means the first. */
  const bindingsFor = (operation: Operation, found: NonNullable<Found>): Bindings =>
    secondSets ? joined(capture(found).dollar, operation.bindings.dollar) : operation.bindings;

  const before = ({ bindings }: Operation): Bindings =>
    secondSets ? joined(undefined, bindings.dollar) : bindings;

  return {
    compiles,
    match(operation) {
      if (context?.bracketed === true && !ports.evaluate(context.expression, before(operation), place)) {
        return undefined;
      }
      const found = patternOf(operation)();
      if (found === undefined) return undefined;
      const bindings = bindingsFor(operation, found);
      if (context?.bracketed === false && !ports.evaluate(context.expression, bindings, place))
        return undefined;
      return bindings;
    },
  };
}

/** How the pattern of an operation is made of the rule's. */
interface Preparing {
  readonly compiles: (first: Bindings) => boolean;
  readonly prepare: (first: Bindings) => TryPattern;
}

function createPreparing(rule: PairRule, place: SecPlace, ports: RulePorts): Preparing {
  const { pattern } = rule.second;
  if (setsVariables(rule.pattern) && pattern.type === 'regexp') return regexPreparing(pattern, place, ports);
  if (setsVariables(rule.pattern) && pattern.type === 'substr') {
    return {
      compiles: () => true,
      prepare: (first) =>
        createPattern({ ...pattern, text: ports.texts.plain(pattern.text, first) }, place, ports.patterns),
    };
  }
  const fixed = createPattern(pattern, place, ports.patterns);
  return { compiles: () => true, prepare: () => fixed };
}

function regexPreparing(pattern: RegexPattern, place: SecPlace, ports: RulePorts): Preparing {
  const { regexes, texts, patterns } = ports;
  const sourceWith = (first: Bindings): string => texts.plain(pattern.source, first, literally);

  const prepare = (first: Bindings): TryPattern => {
    const source = sourceWith(first);
    const needed = pattern.negated ? [] : neededTexts(source);
    return () => {
      if (!holdsInOrder(patterns.buffers.text(pattern.lines), needed)) return undefined;
      const regex = regexes.get(source);
      return regex === undefined ? undefined : tryRegex(pattern, regex, place, patterns);
    };
  };

  const compiles = (first: Bindings): boolean => {
    if (regexes.get(sourceWith(first)) !== undefined) return true;
    ports.outputs.limit(
      'pattern',
      'the second pattern does not compile with the values of a first match',
      place,
    );
    return false;
  };

  return { compiles, prepare };
}

/** A text as an expression that matches just it. */
const literally = (text: string): string => text.replace(/[^A-Za-z0-9_]/g, '\\$&');
