import { compilePattern } from '../match/matcher.ts';
import type { Matcher } from '../match/contract.ts';
import type { Event } from '../model/event.ts';
import type { Pattern, Rule } from '../model/program.ts';
import type { RuleCoverage, RuleTest, Stage } from './contract.ts';
import type { Played } from './play.ts';

/** Gathers what tests try of rules. */
export interface Coverage {
  note(test: RuleTest, played: Played): void;
  rules(): readonly RuleCoverage[];
}

/** Only rules whose patterns are of this language: sets of rule files keep their own count. */
export function createCoverage({ program, match }: Pick<Stage, 'program' | 'match'>): Coverage {
  const rows = program.rules
    .filter(({ origin }) => origin.dialect === 'native')
    .map((rule) => ({
      rule,
      fired: 0,
      silent: 0,
      patterns: patternsOf(rule).map((pattern) => ({
        ...pattern,
        matcher: matcherOf(pattern.pattern, match),
        isMatched: false,
      })),
    }));
  return {
    note(test, { told, events, counters }) {
      for (const row of rows) {
        if (test.rule !== undefined && test.rule !== row.rule.id) continue;
        const { id, actions } = row.rule;
        // A rule that only sets a context, or is only listened to, tells nobody: that it raises is all it does.
        const fires =
          actions.length === 0
            ? counters.some(({ rule, raised }) => rule === id && raised > 0)
            : told.some(({ rule }) => rule === id);
        if (fires) row.fired += 1;
        else if (test.rule !== undefined) row.silent += 1;
        for (const pattern of row.patterns) {
          pattern.isMatched ||= events.some((event) => isLike(pattern.matcher, event));
        }
      }
    },
    rules: () =>
      rows.map(({ rule, fired, silent, patterns }) => ({
        rule: rule.id,
        fired,
        silent,
        patterns: patterns.map(({ source, line, isMatched }) => ({ source, line, isMatched })),
      })),
  };
}

interface Alternative {
  readonly source: string;
  readonly line: number;
  readonly pattern: Pattern;
}

/** Each text that a rule looks for, where it is one of several. */
function patternsOf({ pattern, parts, origin }: Rule): readonly Alternative[] {
  const roots = parts?.flatMap((part) => (part.type === 'lines' ? [part.pattern] : [])) ?? [pattern];
  return roots.flatMap((root) => alternatives(root, origin.line));
}

function alternatives(pattern: Pattern, line: number): readonly Alternative[] {
  switch (pattern.type) {
    case 'regex':
      return [{ source: pattern.source, line: pattern.origin.line, pattern }];
    case 'literal':
      return [{ source: pattern.text, line, pattern }];
    case 'all':
    case 'any':
      return pattern.of.flatMap((part) => alternatives(part, line));
    case 'field':
    case 'not':
      return [];
  }
}

function matcherOf(pattern: Pattern, match: Stage['match']): Matcher | undefined {
  const compiled = compilePattern(pattern, match);
  return compiled.ok ? compiled.value.matcher : undefined;
}

function isLike(matcher: Matcher | undefined, event: Event): boolean {
  const found = matcher?.match(event);
  return found !== undefined && found !== 'timedOut';
}
