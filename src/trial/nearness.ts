import { isMatch, valueOf } from './match-event.ts';
import type { MatchPorts } from '../match/contract.ts';
import { parsePattern } from '../match/perl/parse.ts';
import type { Node } from '../match/perl/syntax.ts';
import type { Event } from '../model/event.ts';
import type { Pattern } from '../model/program.ts';

/** How near an event came to a pattern. */
export interface Nearness {
  /** From 0 to 1: how much of the text that a match holds was found in its place, or of the conditions. */
  readonly share: number;
  /** What is missing, in sentences; none: it fits. */
  readonly missing: readonly string[];
}

type Regex = Extract<Pattern, { type: 'regex' }>;

const fits: Nearness = { share: 1, missing: [] };
/** A text of this length or longer must stand in the line before the expression is taken apart. */
const tellingText = 4;
const longestShown = 80;

/** How near an event came to a pattern, and which part or condition is missing. */
export function nearnessOf(pattern: Pattern, event: Event, ports: MatchPorts): Nearness {
  if (isMatch(pattern, event, ports)) return fits;
  switch (pattern.type) {
    case 'all':
      return together(pattern.of, event, ports);
    case 'any':
      return pattern.of
        .map((part) => nearnessOf(part, event, ports))
        .reduce((best, part) => (part.share > best.share ? part : best), { share: 0, missing: [] });
    case 'regex':
      return nearnessOfText(pattern, event, ports);
    case 'literal':
      return { share: 0, missing: [`${quoted(pattern.text)} is missing`] };
    case 'field':
      return { share: 0, missing: [whyNotField(pattern, event)] };
    case 'not':
      return { share: 0, missing: ['it fits what the rule excludes'] };
  }
}

/** Texts decide: conditions that hold do not bring a text near that is not. One that fails beside the text does. */
function together(parts: readonly Pattern[], event: Event, ports: MatchPorts): Nearness {
  const judged = parts.map((part) => ({ part, ...nearnessOf(part, event, ports) }));
  const missing = judged.flatMap((one) => one.missing);
  const texts = judged.filter(({ part }) => part.type !== 'field' && part.type !== 'not');
  const others = judged.filter((one) => !texts.includes(one));
  const holding = others.filter(({ share }) => share === 1).length;
  if (texts.length === 0) return { share: holding / Math.max(1, others.length), missing };
  const least = Math.min(...texts.map(({ share }) => share));
  return { share: least * 0.9 ** (others.length - holding), missing };
}

function whyNotField({ field, test }: Extract<Pattern, { type: 'field' }>, event: Event): string {
  const value = valueOf(event, field);
  const is = value === undefined ? `there is no ${field}` : `${field} is ${quoted(value)}`;
  switch (test.op) {
    case 'is':
      return `${is}, not ${quoted(test.value)}`;
    case 'in':
      return `${is}, which is none of ${test.values.slice(0, 8).map(quoted).join(', ')}`;
    case 'matches':
      return `${is}, which does not match ${shown(test.source)}`;
    case 'above':
    case 'below':
      return `${is}, not ${test.op} ${test.value}`;
    case 'exists':
      return value === undefined ? is : `${is}, and it must not be there`;
  }
}

/** A beginning of an expression, up to `end` of its source. */
interface Cut {
  readonly end: number;
  /** Characters of fixed text in it. */
  readonly fixed: number;
}

/** The longest beginning of the expression that fits, of those that end between its parts. */
function nearnessOfText(pattern: Regex, event: Event, ports: MatchPorts): Nearness {
  const { source } = pattern;
  const { root, problems } = parsePattern(source, pattern.origin.dialect !== 'sec');
  if (problems.some(({ severity }) => severity === 'error')) return { share: 0, missing: [] };
  const nodes = root.type === 'sequence' ? root.of : [root];
  if (!holdsSome(nodes, event.line)) return { share: 0, missing: [`nothing of ${shown(source)} is there`] };
  const cuts = cutsOf(nodes, source);
  const whole = cuts.at(-1)?.fixed ?? 0;
  let low = 0;
  let high = cuts.length - 1;
  // If a beginning fits, so do shorter ones.
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    const beginning = source.slice(0, cuts[middle]?.end ?? 0);
    if (isMatch({ ...pattern, source: beginning }, event, ports)) low = middle;
    else high = middle;
  }
  const fitting = source.slice(0, cuts[low]?.end ?? 0);
  const next = source.slice(cuts[low]?.end ?? 0, pieceEnd(cuts, low, source));
  const share = whole === 0 ? 0 : (cuts[low]?.fixed ?? 0) / whole;
  const missing =
    fitting === ''
      ? `it does not begin with ${shown(next)}`
      : `it fits up to ${shownEnd(fitting)}, then ${shown(next)} is missing`;
  // What fits but for its very last condition is near, not there.
  return { share: Math.min(share, 0.99), missing: [missing] };
}

/** After each part of the expression, the empty beginning first and all of it last. */
function cutsOf(nodes: readonly Node[], source: string): readonly Cut[] {
  const cuts: Cut[] = [];
  let fixed = 0;
  for (const node of nodes) {
    const at = placeOf(node);
    if (at !== undefined && at >= (cuts.at(-1)?.end ?? 0)) cuts.push({ end: at, fixed });
    fixed += fixedText(node);
  }
  if (cuts[0]?.end !== 0) cuts.unshift({ end: 0, fixed: 0 });
  return [...cuts, { end: source.length, fixed }];
}

/** Up to where the next piece goes: a run of fixed text is one piece. */
function pieceEnd(cuts: readonly Cut[], low: number, source: string): number {
  let next = low + 1;
  while (next + 1 < cuts.length && isOneFixed(cuts, next) && isOneFixed(cuts, next - 1)) next += 1;
  return cuts[next]?.end ?? source.length;
}

const isOneFixed = (cuts: readonly Cut[], index: number): boolean =>
  (cuts[index + 1]?.fixed ?? 0) - (cuts[index]?.fixed ?? 0) === 1;

const placeOf = (node: Node): number | undefined => ('at' in node ? node.at : undefined);

const isFixed = (node: Node): boolean =>
  node.type === 'set' && node.set.length === 2 && node.set[0] === node.set[1];

/** How many characters of fixed text any match of a part holds. */
function fixedText(node: Node): number {
  switch (node.type) {
    case 'set':
      return isFixed(node) ? 1 : 0;
    case 'sequence':
      return node.of.reduce((sum, part) => sum + fixedText(part), 0);
    case 'alternation':
      return Math.min(...node.of.map(fixedText));
    case 'group':
    case 'atomic':
      return fixedText(node.of);
    case 'repeat':
      return node.min === 0 ? 0 : fixedText(node.of);
    case 'look':
    case 'backreference':
    case 'assertion':
      return 0;
  }
}

/** Whether some run of fixed text stands in the line: taking an expression apart costs too much for all others. */
function holdsSome(nodes: readonly Node[], line: string): boolean {
  const folded = line.toLowerCase();
  const runs: string[] = [''];
  for (const node of nodes) {
    if (node.type === 'set' && isFixed(node))
      runs.push((runs.pop() ?? '') + String.fromCodePoint(node.set[0] ?? 0));
    else if (runs.at(-1) !== '') runs.push('');
  }
  return runs.some((run) => run.length >= tellingText && folded.includes(run.toLowerCase()));
}

const quoted = (text: string): string => JSON.stringify(cut(text));
const shown = (source: string): string => `«${cut(source)}»`;
/** With its end, which is the place that is meant. */
const shownEnd = (source: string): string =>
  source.length <= longestShown ? shown(source) : `«…${source.slice(-longestShown)}»`;
const cut = (text: string): string =>
  text.length <= longestShown ? text : `${text.slice(0, longestShown)}…`;
