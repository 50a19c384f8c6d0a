import { once } from '../../kit/once.ts';
import type { Checked, Diagnostic } from '../../model/diagnostic.ts';
import type { Origin } from '../../model/program.ts';
import type { MatchPorts } from '../contract.ts';
import { orderedBy } from '../literals/extract.ts';
import { analyse } from './analyse.ts';
import { lower } from './lower.ts';
import { parsePattern } from './parse.ts';
import type { Printed } from './print.ts';
import type { Problem, Syntax } from './syntax.ts';
import { createVariant, tellsWays, type Variant } from './variant.ts';

/** Named groups by name, all groups by number; those that took no part are left out. */
export type Captures = { readonly [name: string]: string };

/** A Perl pattern ready to run. */
export interface CompiledRegex {
  readonly source: string;
  /**
   * `linear`: V8's linear engine takes over when a match runs away; `guarded`: a time limit cuts it off.
   * Said of texts of one line; those of several may be guarded where one line is linear.
   */
  readonly regime: 'linear' | 'guarded';
  /** Named groups, in order of appearance. */
  readonly names: readonly string[];
  exec(text: string, wanted?: WantedGroups): Captures | undefined | 'timedOut';
}

/** Which groups are given: `all`, or those with names, if any of them took part. */
export type WantedGroups = 'all' | 'named';

/** Expressions that were found free of mistakes: checked first and run later, each is compiled once. */
const known = new WeakMap<MatchPorts, Map<string, CompiledRegex>>();
const mostKnown = 10_000;

/** Longest pattern, in UTF-16 code units. */
const MAX_LENGTH = 32_768;

/**
 * Compiles a pattern of Perl's dialect (5.36) in these passes: parse the text to a tree, analyse where
 * JavaScript would differ, lower the tree to what both take alike, print it. Whatever has no counterpart is a
 * Diagnostic at its column; nothing changes its meaning silently.
 */
export function compileRegex(source: string, origin: Origin, ports: MatchPorts): Checked<CompiledRegex> {
  const compiled = known.get(ports) ?? new Map<string, CompiledRegex>();
  const name = `${origin.dialect === 'sec' ? 'bytes' : 'text'} ${source}`;
  const before = compiled.get(name);
  if (before !== undefined) return { ok: true, value: before, diagnostics: [] };
  const checked = compileAnew(source, origin, ports);
  if (!checked.ok || checked.diagnostics.length > 0) return checked;
  if (compiled.size >= mostKnown) compiled.clear();
  known.set(ports, compiled.set(name, checked.value));
  return checked;
}

function compileAnew(source: string, origin: Origin, ports: MatchPorts): Checked<CompiledRegex> {
  if (source.length > MAX_LENGTH) {
    return refused(
      [{ code: 'limit', severity: 'error', message: 'the pattern is too long', at: MAX_LENGTH }],
      origin,
    );
  }
  const quoting = origin.dialect !== 'sec';
  const syntax = parsePattern(source, quoting);
  if (hasErrors(syntax.problems)) return refused(syntax.problems, origin);
  const { references, problems } = analyse(syntax);
  const oneLine = createVariant(syntax, references, false, ports);
  const several = lower(syntax.root, { newlines: true, references, exact: tellsWays(syntax) });
  const all = [...syntax.problems, ...problems, ...several.problems];
  if (hasErrors(all) || oneLine === undefined) return refused(orTooLarge(all), origin);
  // Parsed again when it is needed: texts of several lines are rare, and trees of thousands of rules large.
  const again = (): Variant | undefined => {
    const same = parsePattern(source, quoting);
    return createVariant(same, analyse(same).references, true, ports);
  };
  // So are these: a start checks every expression, and few of them ever see a line.
  const ordered = once(() => orderedBy(parsePattern(source, quoting).root));
  const value = assemble(source, syntax.names, ordered, oneLine, again);
  return { ok: true, value, diagnostics: all.map((problem) => toDiagnostic(problem, origin)) };
}

function assemble(
  source: string,
  names: Syntax['names'],
  ordered: () => readonly string[],
  oneLine: Variant,
  several: () => Variant | undefined,
): CompiledRegex {
  const ready = ({ run, slots }: Variant) => {
    const all = groupsOf(slots, names);
    return { run, all, named: names.size === 0 ? all : all.slice(slots.size) };
  };
  const one = ready(oneLine);
  let many: ReturnType<typeof ready> | undefined;
  const forLines = () => {
    const variant = many === undefined ? several() : undefined;
    if (variant !== undefined) many = ready(variant);
    return many;
  };
  const exec: CompiledRegex['exec'] = (text, wanted = 'all') => {
    const fitting = text.includes('\n') ? forLines() : one;
    if (!holdsInOrder(text, ordered())) return undefined;
    if (fitting === undefined) return 'timedOut';
    const found = fitting.run(text);
    if (found === null || found === 'timedOut') return found ?? undefined;
    return captures(found, fitting[wanted]) ?? captures(found, fitting.all) ?? {};
  };
  return { source, regime: oneLine.regime, names: [...names.keys()], exec };
}

/** A cheap look before the expression runs: the texts that any match holds, one after another. */
function holdsInOrder(text: string, ordered: readonly string[]): boolean {
  let from = 0;
  for (const part of ordered) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}

/** A group by one of its names: the numbers it can have, each with the places that may have set it. */
interface NamedGroup {
  readonly name: string;
  /** The place of a group that has one, as most do. */
  readonly only: number | undefined;
  readonly places: readonly (readonly number[])[];
}

/** All groups by number, then those with a name; laid out once, because every match asks. */
function groupsOf(slots: Printed['slots'], names: Syntax['names']): readonly NamedGroup[] {
  const group = (name: string, places: NamedGroup['places']): NamedGroup => {
    const [only, ...others] = places.flat();
    return { name, only: others.length > 0 ? undefined : only, places };
  };
  return [
    ...[...slots].map(([number, places]) => group(String(number), [places])),
    ...[...names].map(([name, numbers]) =>
      group(
        name,
        numbers.map((number) => slots.get(number) ?? []),
      ),
    ),
  ];
}

/** Undefined: none of the groups took part. */
function captures(found: RegExpExecArray, groups: readonly NamedGroup[]): Captures | undefined {
  let captured: { [name: string]: string } | undefined;
  for (const { name, only, places } of groups) {
    const value = only === undefined ? firstSet(found, places) : found[only];
    if (value === undefined) continue;
    captured ??= {};
    captured[name] = value;
  }
  return captured;
}

function firstSet(found: RegExpExecArray, places: NamedGroup['places']): string | undefined {
  for (const place of places) {
    const value = lastSet(found, place);
    if (value !== undefined) return value;
  }
  return undefined;
}

function lastSet(found: RegExpExecArray, indices: readonly number[]): string | undefined {
  for (let index = indices.length - 1; index >= 0; index -= 1) {
    const value = found[indices[index] ?? 0];
    if (value !== undefined) return value;
  }
  return undefined;
}

function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}

function orTooLarge(problems: readonly Problem[]): readonly Problem[] {
  if (hasErrors(problems)) return problems;
  return [{ code: 'limit', severity: 'error', message: 'the pattern is too large to be compiled', at: 0 }];
}

function refused(problems: readonly Problem[], origin: Origin): Checked<CompiledRegex> {
  return { ok: false, diagnostics: problems.map((problem) => toDiagnostic(problem, origin)) };
}

function toDiagnostic({ code, severity, message, at, hint }: Problem, origin: Origin): Diagnostic {
  const place = { file: origin.file, line: origin.line, column: origin.column + at };
  const diagnostic: Diagnostic = { code: `pattern.${code}`, severity, message, ...place };
  return hint === undefined ? diagnostic : { ...diagnostic, hint };
}
