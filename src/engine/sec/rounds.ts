import { isCachedName } from './bindings.ts';
import {
  ACTION,
  isReread,
  MATCH,
  matchName,
  partText,
  type Part,
  type Rounds,
  type Sign,
  type Values,
} from './template.ts';

/**
 * How much a log line may make of itself where values are read again: 32,000 times `%s` in one line would
 * otherwise become gigabytes. SEC has no such bound.
 */
export interface Growth {
  /** Most characters that all values of one round become that can stand where log text asked for them. */
  readonly most: number;
  readonly reached: () => void;
}

/** Runs the rounds one after another on text, as SEC does: for templates that are dynamic or reread values. */
export function renderInRounds(text: string, rounds: Rounds, values: Values, growth: Growth): string {
  let out = text;
  if (rounds.percent) {
    const mask = masking(rounds.action, rounds.dollar);
    out = substitute(out, 'percent', (name) => mask(name, values.match('percent', name) ?? ''));
  }
  if (rounds.dollar) {
    const mask = masking(rounds.action, false);
    const allowed = rounds.percent ? allowance(growth) : whole;
    out = substitute(out, 'dollar', (name) => mask(name, allowed(values.match('dollar', name) ?? '')));
  }
  if (!rounds.action) return out;
  const allowed = rounds.percent || rounds.dollar ? allowance(growth) : whole;
  return out.replace(ACTION, (_token, braced?: string, bare?: string) => {
    const name = braced ?? bare;
    return name === undefined ? '%' : allowed(values.action(name));
  });
}

/** The value of one variable alone, a cached one read again: for those who must know where it begins and ends. */
export function variableText(
  part: Exclude<Part, { type: 'text' }>,
  rounds: Rounds,
  values: Values,
  growth: Growth,
): string {
  const value = partText(part, values);
  if (part.type === 'action' || !isReread(part, rounds)) return value;
  // Its own round is over; as the first one left it reads log text all the same.
  const { action, dollar } = rounds;
  const allowed = allowance(growth);
  const bounded: Values = {
    match: (sign, name) => allowed(values.match(sign, name) ?? ''),
    action: (name) => allowed(values.action(name)),
  };
  return renderInRounds(
    value,
    { percent: false, dollar: dollar && part.sign === 'percent', action },
    bounded,
    growth,
  );
}

const whole = (value: string): string => value;

/** Gives values whole until together they are longer than `most`. */
function allowance({ most, reached }: Growth): (value: string) => string {
  let left = most;
  return (value) => {
    if (value.length <= left) {
      left -= value.length;
      return value;
    }
    reached();
    const cut = value.slice(0, left);
    left = 0;
    return cut;
  };
}

/** Doubles the signs that later rounds would take for variables, but in cached values, as SEC. */
function masking(percent: boolean, dollar: boolean): (name: string, value: string) => string {
  return (name, value) => {
    if (isCachedName(name)) return value;
    const once = percent ? value.replaceAll('%', '%%') : value;
    return dollar ? once.replaceAll('$', '$$$$') : once;
  };
}

function substitute(text: string, sign: Sign, value: (name: string) => string): string {
  return text.replace(MATCH[sign], (...found: (string | undefined)[]) =>
    found[6] === undefined ? value(matchName(found)) : found[6],
  );
}
