import { formatDuration } from '../kit/duration.ts';
import { truncate } from '../kit/text.ts';
import { compilePattern } from '../match/matcher.ts';
import type { Event } from '../model/event.ts';
import type { Pattern, Rule } from '../model/program.ts';
import { millis } from '../model/time.ts';
import type { Stage } from './contract.ts';
import type { Played } from './play.ts';

/** Most lines that are spoken of. */
const fewLines = 3;
const longestShown = 100;

/**
 * Why a rule told nobody of anything more: what it waits for, what was told already, or how near the lines
 * came to its patterns.
 */
export function whySilent(rule: Rule, { events, counters, told }: Played, stage: Stage): readonly string[] {
  const counts = counters.find((counter) => counter.rule === rule.id);
  if (counts !== undefined && counts.matched > 0) {
    const absorbed = Object.entries(counts.absorbed).map(([why, count]) => `${count} ${reasons[why] ?? why}`);
    const raised = counts.raised === 0 ? [] : [raisedWords(rule, counts.raised, told)];
    const outcome = [...raised, ...absorbed].join(', ');
    return [`${rule.id} matched ${counts.matched} of ${events.length} lines: ${outcome}${condition(rule)}`];
  }
  const near = events.map((event, index) => ({ index, ...nearnessOf(rule.pattern, event, stage) }));
  const nearest = near.toSorted((a, b) => b.share - a.share || a.index - b.index).slice(0, fewLines);
  return nearest.map(({ index, why }) => `line ${index + 1} is no match of ${rule.id}: ${why}`);
}

/** What was raised and not told came while an alert was quiet: nothing else mutes in a test. */
function raisedWords({ id, actions }: Rule, raised: number, told: Played['told']): string {
  const muted = raised - told.filter((alert) => alert.rule === id).length;
  const quiet = actions[0]?.quiet;
  return actions.length === 1 && quiet !== undefined && muted > 0
    ? `${raised} raised (${muted} of them muted by quiet: ${formatDuration(quiet)})`
    : `${raised} raised`;
}

const reasons: { readonly [reason: string]: string } = {
  window: 'too few in the window yet',
  excepted: 'excepted',
  late: 'too late',
  unkeyed: 'without a value for the key',
  unless: 'while `unless` was on',
  when: 'while `when` was off',
  step: 'were a step of it',
  waiting: 'were waited with',
  expected: 'were what was expected',
  alive: 'showed that all is well',
  learning: 'while it learns',
  known: 'known already',
  usual: 'not more than usual',
};

function condition({ kind, options }: Rule): string {
  const { reach, within, least } = options;
  if (typeof reach === 'number' && typeof within === 'number')
    return `; ${kind} wants ${reach} within ${formatDuration(millis(within))}`;
  return typeof least === 'number' ? `; ${kind} wants at least ${least}` : '';
}

interface Nearness {
  /** From 0 to 1. */
  readonly share: number;
  readonly why: string;
}

const fits: Nearness = { share: 1, why: 'it fits' };

/** How much of a pattern an event is like. */
function nearnessOf(pattern: Pattern, event: Event, stage: Stage): Nearness {
  if (isMatch(pattern, event, stage)) return fits;
  switch (pattern.type) {
    case 'all': {
      const parts = pattern.of.map((part) => nearnessOf(part, event, stage));
      const worst = parts.find(({ share }) => share < 1) ?? fits;
      return { share: parts.reduce((sum, { share }) => sum + share, 0) / parts.length, why: worst.why };
    }
    case 'any':
      return pattern.of
        .map((part) => nearnessOf(part, event, stage))
        .reduce((best, part) => (part.share > best.share ? part : best));
    case 'regex':
      return nearnessOfText(pattern, event, stage);
    case 'literal':
      return { share: 0, why: `it does not hold ${JSON.stringify(shown(pattern.text))}` };
    case 'field':
      return { share: 0, why: `its ${pattern.field} is ${valueOf(event, pattern.field)}` };
    case 'not':
      return { share: 0, why: 'it is what it must not be' };
  }
}

function valueOf(event: Event, field: string): string {
  const own = { host: event.host, program: event.program, pid: event.pid, severity: event.severity };
  const value = Object.hasOwn(own, field) ? own[field as keyof typeof own] : event.fields[field];
  return value === undefined ? 'not there' : shown(JSON.stringify(value));
}

/** The longest beginning of the expression that fits, found by leaving off more and more of its end. */
function nearnessOfText(pattern: Extract<Pattern, { type: 'regex' }>, event: Event, stage: Stage): Nearness {
  const { source } = pattern;
  for (let end = source.length - 1; end > 1; end -= 1) {
    const beginning = source.slice(0, end);
    if (/(?:^|[^\\])(?:\\\\)*\\$/.test(beginning)) continue;
    if (!isMatch({ ...pattern, source: beginning }, event, stage)) continue;
    return {
      share: end / source.length,
      why: `it fits as far as «${shown(beginning)}» and then not «${shown(source.slice(end))}»`,
    };
  }
  return { share: 0, why: `it does not begin like «${shown(source)}»` };
}

function isMatch(pattern: Pattern, event: Event, { match }: Stage): boolean {
  const compiled = compilePattern(pattern, match);
  const found = compiled.ok ? compiled.value.matcher.match(event) : undefined;
  return found !== undefined && found !== 'timedOut';
}

const shown = (text: string): string => truncate(text, longestShown);
