import type { Matcher, MatchPorts } from '../match/contract.ts';
import { compilePattern } from '../match/matcher.ts';
import type { WantedGroups } from '../match/perl/compile.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Pattern, Program, Rule } from '../model/program.ts';
import type { RuleKind } from './kind.ts';
import { ruleKinds } from './registry.ts';
import { ruleSetKinds } from './rule-sets.ts';
import type { RuleSetKind } from './sec-rule.ts';

/** A rule that is a set of rule files of another dialect, or one whose patterns are ready to match. */
export type CompiledRule =
  | { readonly type: 'set'; readonly rule: Rule; readonly kind: RuleSetKind }
  | NativeRule;

/** A rule whose patterns are ready to match. */
export interface NativeRule {
  readonly type: 'native';
  readonly rule: Rule;
  readonly kind: RuleKind;
  /** One for each part that lines can be, `parts` being that alone; a rule that tells none apart has part 0. */
  readonly lines: readonly { readonly parts: readonly number[]; readonly matcher: Matcher }[];
  readonly except: readonly Matcher[];
}

/**
 * Compiles every rule, by its index in the program. A rule that cannot be compiled leaves a gap, and
 * its mistakes are among the diagnostics.
 */
export function compileRules(
  program: Program,
  ports: MatchPorts,
): { readonly rules: readonly (CompiledRule | undefined)[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const compile = (pattern: Pattern, wanted: WantedGroups): Matcher | undefined => {
    const compiled = compilePattern(pattern, ports, wanted);
    diagnostics.push(...compiled.diagnostics);
    return compiled.ok ? compiled.value.matcher : undefined;
  };
  const rules = program.rules.map((rule): CompiledRule | undefined => {
    const set = ruleSetKinds.find(({ kind }) => kind === rule.kind);
    if (set !== undefined) return { type: 'set', rule, kind: set };
    const kind = ruleKinds.find(({ kind }) => kind === rule.kind);
    if (kind === undefined) diagnostics.push(unknownKind(rule));
    const wanted = asksByNumber(rule) ? 'all' : 'named';
    const lines = linesOf(rule).flatMap(({ part, pattern }) => {
      const matcher = compile(pattern, wanted);
      return matcher === undefined ? [] : [{ parts: [part], matcher }];
    });
    const except = rule.except.flatMap((pattern) => compile(pattern, wanted) ?? []);
    const complete = lines.length === linesOf(rule).length && except.length === rule.except.length;
    return kind === undefined || !complete ? undefined : { type: 'native', rule, kind, lines, except };
  });
  return { rules, diagnostics };
}

const linesOf = ({ pattern, parts }: Rule): readonly { part: number; pattern: Pattern }[] =>
  parts?.flatMap((each, part) => (each.type === 'lines' ? [{ part, pattern: each.pattern }] : [])) ?? [
    { part: 0, pattern },
  ];

/**
 * Whether a rule may ask for a group by its number where others have names: some text that it is made of is a
 * number. Else numbers of expressions with named groups are not even looked at, for no raise carries them.
 */
const asksByNumber = ({ key, options, pattern, parts = [], except }: Rule): boolean =>
  [key, options, pattern, parts, except].some(holdsNumber);

const holdsNumber = (value: unknown): boolean =>
  typeof value === 'string'
    ? /^\d+$/.test(value)
    : typeof value === 'object' && value !== null && Object.values(value).some(holdsNumber);

const unknownKind = ({ id, kind, origin }: Rule): Diagnostic => ({
  code: 'rule.unknown-kind',
  severity: 'error',
  message: `rule ${id}: there is no kind "${kind}"`,
  file: origin.file,
  line: origin.line,
  column: origin.column,
  hint: `kinds are ${ruleKinds.map((known) => known.kind).join(', ')}`,
});
