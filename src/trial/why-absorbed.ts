import { formatDuration } from '../kit/duration.ts';
import type { Rule } from '../model/program.ts';
import { millis } from '../model/time.ts';

/** Why a line that matches a rule raises nothing, as a sentence; `more` such lines would (Infinity: none). */
export function whyAbsorbed(reason: string, rule: Rule, more: number | undefined): string {
  if (reason === 'window') return windowWords(rule, more);
  if (reason === 'step') return stepWords(rule);
  const { contexts } = rule;
  if (reason === 'unless') return `held back by unless: ${contexts?.unless.join(', ') ?? ''} is on`;
  if (reason === 'when') return `held back by when: ${contexts?.when.join(', ') ?? ''} is not on`;
  return reasons[reason] ?? reason;
}

const reasons: { readonly [reason: string]: string } = {
  excepted: 'it is one of the exceptions (except)',
  late: 'it is too late to count: newer lines of its key were seen (late)',
  unkeyed: 'the field that is counted by `distinct` is not in it',
  waiting: 'a wait begins with it, or is under way',
  expected: 'it is what was waited for: all is well',
  alive: 'it is the sign of life that is looked for: all is well',
  learning: 'the rule still learns, and says nothing yet',
  known: 'it was seen before',
  usual: 'it is no more than usual',
  timedOut: 'its match took too long and was cut off: that counts as no match',
  skipped: 'the rule is set aside for a while, because its matches were cut off again and again',
};

function stepWords({ options: { steps, within } }: Rule): string {
  const window = typeof within === 'number' ? ` within ${formatDuration(millis(within))}` : '';
  if (!Array.isArray(steps))
    return `it is one of those that must come together${window}, and not all have come`;
  return `it is one of ${steps.length} steps that must come in their order${window}, and not all have come`;
}

function windowWords({ kind, options }: Rule, more: number | undefined): string {
  const { reach, within, distinct, once } = options;
  const window = typeof within === 'number' ? ` within ${formatDuration(millis(within))}` : '';
  if (typeof reach !== 'number') return `${kind}: it is counted, and its condition is not met yet`;
  if (typeof distinct === 'string') {
    return `it is counted: ${reach} different values of ${distinct} are wanted${window}, and there are not so many yet`;
  }
  const isKnown = more !== undefined && more !== Infinity;
  if (once === true && more === Infinity)
    return 'it raised already: nothing counts until the window of that raise is over (once)';
  const so = isKnown ? `${reach - more} of ` : '';
  const rest = !isKnown ? '' : `; ${more} more such ${more === 1 ? 'line raises' : 'lines raise'}`;
  return `it is counted: ${so}${reach} wanted${window}${rest}`;
}
