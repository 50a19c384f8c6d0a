import { compileRules } from '../../src/dialects/native/rules.ts';
import { createEngine, type Engine, type EngineOptions } from '../../src/engine/engine.ts';
import { ruleKinds } from '../../src/engine/registry.ts';
import { compilePattern } from '../../src/match/matcher.ts';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import type { Effect, EngineInput, SourceCondition } from '../../src/model/effect.ts';
import type { Row } from '../../src/model/machine.ts';
import type { Program } from '../../src/model/program.ts';
import { instant, millis } from '../../src/model/time.ts';
import { matchPorts } from './engine-samples.ts';

const place = { file: 'rules.yaml', line: 1, column: 1 };

/** Compiles rules as users write them; the sources `app` and `db` are there. */
export const compile = (rules: readonly object[], zone = 'UTC') =>
  compileRules(
    { items: rules, locate: (path) => ({ ...place, file: path.join('.') }) },
    {
      kinds: ruleKinds,
      pattern: (pattern) => compilePattern(pattern, matchPorts),
      template: () => ({ ok: true, value: undefined, diagnostics: [] }),
      source: (name) => (['app', 'db'].includes(name) ? 'fixed' : undefined),
      sourceNames: ['app', 'db'],
      zone,
      complete: true,
    },
  );

const programs = new Map<readonly object[], Program>();

/** The program of rules that must be free of mistakes; the same list gives the same program. */
export function programFrom(rules: readonly object[], zone?: string): Program {
  const known = programs.get(rules);
  if (known !== undefined && zone === undefined) return known;
  const compiled = compile(rules, zone);
  if (compiled.ok) programs.set(rules, compiled.value);
  if (compiled.ok) return compiled.value;
  throw new Error(compiled.diagnostics.map(({ message }) => message).join('\n'));
}

/** Where and what is wrong with rules, in one line each. */
export const complaintsOf = (...rules: readonly object[]): readonly string[] =>
  compile(rules).diagnostics.map(({ code, file, message }: Diagnostic) => `${file ?? ''} ${code} ${message}`);

export interface EngineSketch extends Partial<Omit<EngineOptions, 'late' | 'limits'>> {
  readonly late?: number;
  readonly keysPerRule?: number;
  readonly zone?: string;
}

/** An engine of rules as users write them; only the source `app` is there. */
export const engineFrom = (
  rules: readonly object[],
  { late = 0, keysPerRule = 100, zone, ...options }: EngineSketch = {},
): Engine =>
  createEngine(programFrom(rules, zone), {
    match: matchPorts,
    limits: { keysPerRule },
    late: millis(late),
    sources: ['app'],
    ...options,
  });

export const sourceAt = (now: number, condition: SourceCondition = 'atEnd', source = 'app'): EngineInput => ({
  type: 'sourceState',
  seq: now,
  now: instant(now),
  source,
  condition,
});

export type RaiseEffect = Extract<Effect, { type: 'raise' }>;

export const raisesOf = (effects: readonly Effect[]): readonly RaiseEffect[] =>
  effects.filter((effect) => effect.type === 'raise');

/** What a store does: newer rows replace older ones, rows without a value go, order is lost. */
export function stored(writes: readonly (readonly Row[])[]): Row[] {
  const rows = new Map<string, Row>();
  for (const row of writes.flat()) {
    const name = JSON.stringify([row.scope, row.key]);
    if (row.value === undefined) rows.delete(name);
    else rows.set(name, row);
  }
  return [...rows]
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([, row]) => JSON.parse(JSON.stringify(row)) as Row);
}
