import type { Checked, Diagnostic } from '../model/diagnostic.ts';
import type { Event } from '../model/event.ts';
import type { Fields, Pattern, Scope } from '../model/program.ts';
import type { Matcher, MatchPorts, RequiredLiterals } from './contract.ts';
import { compileValueTest, fieldText, lookUp } from './field-test.ts';
import { requiredLiterals } from './literals/required.ts';
import { compileRegex, type CompiledRegex, type WantedGroups } from './perl/compile.ts';

/** How one regular expression of a pattern runs; `column` is where it stands in its file. */
export interface PatternRegime {
  readonly source: string;
  readonly regime: 'linear' | 'guarded';
  readonly column?: number;
}

/** A pattern ready to match events. */
export interface CompiledPattern {
  readonly matcher: Matcher;
  /** Undefined: nothing is known, every record is a candidate. */
  readonly literals: RequiredLiterals | undefined;
  readonly regimes: readonly PatternRegime[];
  /** Named groups it can give, each once. */
  readonly groups: readonly string[];
}

type Outcome = Fields | undefined | 'timedOut';

/** One node of a compiled pattern; `captured` are the groups found before it in an `all`. */
type Step = (event: Event, captured: Fields) => Outcome;

interface Build {
  readonly ports: MatchPorts;
  readonly wanted: WantedGroups;
  readonly diagnostics: Diagnostic[];
  readonly regimes: PatternRegime[];
  readonly groups: Set<string>;
}

const NOTHING: Fields = {};

/** Compiles a pattern of any type; all mistakes of all its expressions are reported at once. */
export function compilePattern(
  pattern: Pattern,
  ports: MatchPorts,
  wanted: WantedGroups = 'all',
): Checked<CompiledPattern> {
  const build: Build = { ports, wanted, diagnostics: [], regimes: [], groups: new Set() };
  const step = compileStep(pattern, build);
  const { diagnostics, regimes } = build;
  if (diagnostics.some((diagnostic) => diagnostic.severity === 'error')) return { ok: false, diagnostics };
  const matcher: Matcher = { match: (event, captured = NOTHING) => step(event, captured) };
  const value: CompiledPattern = {
    matcher,
    // Scanners find theirs by the format of their source: few ask here.
    get literals() {
      return literalsOf(pattern);
    },
    regimes,
    groups: [...build.groups],
  };
  return { ok: true, value, diagnostics };
}

function literalsOf(pattern: Pattern): RequiredLiterals | undefined {
  const literals = requiredLiterals(pattern, 'text');
  return literals === undefined ? undefined : { literals };
}

function compileStep(pattern: Pattern, build: Build): Step {
  switch (pattern.type) {
    case 'regex':
      return regexStep(pattern, build);
    case 'literal':
      return scoped(pattern.scope, (text) => (text.includes(pattern.text) ? NOTHING : undefined));
    case 'field':
      return fieldStep(pattern, build);
    case 'all':
      return allStep(pattern.of.map((part) => compileStep(part, build)));
    case 'any':
      return anyStep(pattern.of.map((part) => compileStep(part, build)));
    case 'not':
      return notStep(compileStep(pattern.of, build));
  }
}

function regexStep(pattern: Extract<Pattern, { type: 'regex' }>, build: Build): Step {
  const regex = regexIn(pattern, build);
  return regex === undefined ? never : scoped(pattern.scope, (text) => regex.exec(text, build.wanted));
}

function fieldStep(pattern: Extract<Pattern, { type: 'field' }>, build: Build): Step {
  const { field, test } = pattern;
  if (test.op !== 'matches') {
    const holds = compileValueTest(test);
    return (event, captured) => (holds(lookUp(event, field, captured)) ? NOTHING : undefined);
  }
  const regex = regexIn(test, build);
  if (regex === undefined) return never;
  return (event, captured) => {
    const text = fieldText(lookUp(event, field, captured));
    return text === undefined ? undefined : regex.exec(text, build.wanted);
  };
}

function regexIn(
  { source, origin }: Pick<Extract<Pattern, { type: 'regex' }>, 'source' | 'origin'>,
  build: Build,
): CompiledRegex | undefined {
  const compiled = compileRegex(source, origin, build.ports);
  build.diagnostics.push(...compiled.diagnostics);
  if (!compiled.ok) return undefined;
  build.regimes.push({ source, regime: compiled.value.regime, column: origin.column });
  for (const name of compiled.value.names) build.groups.add(name);
  return compiled.value;
}

/** Stands for an expression that was refused: the pattern as a whole is not handed out. */
const never: Step = () => undefined;

/** `either` tries the message text first; a time-out there is the answer only if the line has none. */
function scoped(scope: Scope, test: (text: string) => Outcome): Step {
  if (scope === 'message') return (event) => test(event.text);
  if (scope === 'line') return (event) => test(event.line);
  return (event) => {
    const first = test(event.text);
    if ((first !== undefined && first !== 'timedOut') || event.text === event.line) return first;
    return test(event.line) ?? first;
  };
}

function allStep(steps: readonly Step[]): Step {
  return (event, captured) => {
    let found = captured;
    for (const step of steps) {
      const outcome = step(event, found);
      if (outcome === undefined || outcome === 'timedOut') return outcome;
      if (outcome !== NOTHING) found = found === NOTHING ? outcome : { ...found, ...outcome };
    }
    return found;
  };
}

function anyStep(steps: readonly Step[]): Step {
  return (event, captured) => {
    let cutOff: Outcome;
    for (const step of steps) {
      const outcome = step(event, captured);
      if (outcome === 'timedOut') cutOff = outcome;
      else if (outcome !== undefined) return outcome;
    }
    return cutOff;
  };
}

function notStep(step: Step): Step {
  return (event, captured) => {
    const outcome = step(event, captured);
    return outcome === 'timedOut' ? outcome : outcome === undefined ? NOTHING : undefined;
  };
}
