import type { SecPattern, SecProgram, SecRule } from '../../../engine/sec/program.ts';
import type { MatchPorts } from '../../../match/contract.ts';
import { compileRegex } from '../../../match/perl/compile.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { setsVariables } from '../patterns.ts';
import { actionVariables, holdsVariables, matchVariables } from '../variables.ts';
import { placedRules, type Placed } from '../walk.ts';
import { takesAll } from './flow.ts';
import { warning } from './warning.ts';

type Single = Extract<SecRule, { type: 'Single' }>;

/** What a rule makes at once: a text that is known, or the very line it matched. */
type Made = { readonly text: string } | 'same' | 'unknown';

/**
 * Warns of synthetic events that certainly bring themselves about again: only Single rules without a context,
 * and events without delay whose text is known when the file is read.
 */
export function adviseLoops(program: SecProgram, ports: MatchPorts): readonly Diagnostic[] {
  const rules = placedRules(program);
  return rules.flatMap((placed) => {
    const { rule } = placed;
    if (rule.type !== 'Single' || rule.context !== undefined) return [];
    const loops = madeBy(rule).some((made) => {
      if (made === 'same') return true;
      return made === 'unknown' ? takesAll(rule.pattern) : comesBack(made.text, placed, rules, ports);
    });
    if (!loops) return [];
    const message = 'this rule makes an event that leads to itself, without end';
    return [
      warning('loop', placed, message, 'give the rule a context, or make an event that it does not match'),
    ];
  });
}

/** Follows a text from rule to rule; more steps than rules would be a loop that another rule is told of. */
function comesBack(text: string, start: Placed, rules: readonly Placed[], ports: MatchPorts): boolean {
  let texts: readonly string[] = [text];
  for (let step = 0; step < Math.min(rules.length, 20) && texts.length > 0; step += 1) {
    const fired = texts.flatMap((each) =>
      firedBy(each, rules, ports).map((placed) => ({ placed, text: each })),
    );
    if (fired.some(({ placed }) => placed === start)) return true;
    texts = fired.flatMap(({ placed: { rule }, text: seen }) =>
      (rule.type === 'Single' ? madeBy(rule) : []).flatMap((made) =>
        made === 'same' ? [seen] : made === 'unknown' ? [] : [made.text],
      ),
    );
    texts = [...new Set(texts)].slice(0, 20);
  }
  return false;
}

/** The Single rules that surely act on a line, in order, up to the first of which that is not sure. */
function firedBy(text: string, rules: readonly Placed[], ports: MatchPorts): readonly Placed[] {
  const fired: Placed[] = [];
  let endedFile: string | undefined;
  for (const placed of rules) {
    const { rule, file } = placed;
    if (rule.type === 'Calendar' || file === endedFile) continue;
    if (rule.type === 'EventGroup' || rule.type === 'Jump' || 'second' in rule) return fired;
    const matched = matches(rule.pattern, text, ports);
    if (matched === false) continue;
    if (matched === undefined || rule.context !== undefined) return fired;
    fired.push(placed);
    if (rule.continues.to === 'endOfFile') endedFile = file;
    else if (rule.continues.to !== 'next') return fired;
  }
  return fired;
}

/** Undefined: not known. */
function matches(pattern: SecPattern, text: string, ports: MatchPorts): boolean | undefined {
  if (pattern.type === 'tvalue') return pattern.value;
  if (pattern.type === 'cached' || pattern.type === 'perl' || pattern.lines > 1) return undefined;
  if (pattern.type === 'substr') return text.includes(pattern.text) !== pattern.negated;
  const origin = { dialect: 'sec', file: pattern.file, line: pattern.line, column: 1 } as const;
  const compiled = compileRegex(pattern.source, origin, ports);
  const found = compiled.ok ? compiled.value.exec(text) : 'timedOut';
  return found === 'timedOut' ? undefined : (found !== undefined) !== pattern.negated;
}

function madeBy(rule: Single): readonly Made[] {
  const events = rule.action.filter((action) => action.type === 'event');
  return events.flatMap((action): readonly Made[] => {
    if (action.delay > 0) return [];
    const filled = action.text.replaceAll(/(?<!%)%(?:s(?!\w)|\{s\})/g, () => rule.desc);
    if (setsVariables(rule.pattern) && (filled === '$0' || filled === '${0}' || filled === '$+{0}'))
      return ['same'];
    return [isFixed(filled, rule) ? { text: filled } : 'unknown'];
  });
}

const isFixed = (text: string, rule: Single): boolean =>
  !text.includes('%') &&
  actionVariables(text).length === 0 &&
  (!setsVariables(rule.pattern) || (matchVariables(text).length === 0 && !holdsVariables(text)));
