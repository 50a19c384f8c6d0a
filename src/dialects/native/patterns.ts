import type { FieldTest, Origin, Pattern, Scope } from '../../model/program.ts';
import type { Locate, Path } from './place.ts';
import { fieldOperators, type FieldForm, type MatchForm } from '../../engine/match-form.ts';

/** How a rule's texts are to be read: where they stand, and which part of a line they are tried on. */
export interface PatternContext {
  readonly locate: Locate;
  readonly scope: Scope;
}

/** The pattern that a form of `match`, written at `path`, stands for. */
export function patternOf(form: MatchForm, path: Path, context: PatternContext): Pattern {
  if (typeof form === 'string') return regex(form, path, context.scope, context);
  if (isList(form)) return several('any', form, path, context);
  if ('pattern' in form) return regex(form.pattern, [...path, 'pattern'], form.in ?? context.scope, context);
  if ('literal' in form) return { type: 'literal', text: form.literal, scope: form.in ?? context.scope };
  if ('field' in form) return { type: 'field', field: form.field, test: fieldTest(form, path, context) };
  if ('all' in form) return several('all', form.all, [...path, 'all'], context);
  if ('any' in form) return several('any', form.any, [...path, 'any'], context);
  return { type: 'not', of: patternOf(form.not, [...path, 'not'], context) };
}

/** The test that `program: sshd` is short for. */
export function programPattern(programs: readonly string[]): Pattern {
  const [only] = programs;
  const test: FieldTest =
    programs.length === 1 && only !== undefined ? { op: 'is', value: only } : { op: 'in', values: programs };
  return { type: 'field', field: 'program', test };
}

/** Each field test in a form, with the path where it stands. */
export function fieldTests(
  form: MatchForm,
  path: Path,
): readonly { readonly form: FieldForm; readonly path: Path }[] {
  if (typeof form === 'string') return [];
  if (isList(form)) return form.flatMap((part, index) => fieldTests(part, [...path, index]));
  if ('field' in form) return [{ form, path }];
  if ('all' in form) return fieldTests(form.all, [...path, 'all']);
  if ('any' in form) return fieldTests(form.any, [...path, 'any']);
  return 'not' in form ? fieldTests(form.not, [...path, 'not']) : [];
}

const isList = (form: MatchForm): form is readonly MatchForm[] => Array.isArray(form);

function several(
  type: 'all' | 'any',
  forms: readonly MatchForm[],
  path: Path,
  context: PatternContext,
): Pattern {
  const of = forms.map((form, index) => patternOf(form, [...path, index], context));
  const [only] = of;
  return of.length === 1 && only !== undefined ? only : { type, of };
}

const regex = (source: string, path: Path, scope: Scope, { locate }: PatternContext): Pattern => ({
  type: 'regex',
  source,
  scope,
  origin: originAt(locate, path),
});

/** Where something of a native rule file was written. */
export const originAt = (locate: Locate, path: Path): Origin => ({
  dialect: 'native',
  ...locate(path, 'text'),
});

function fieldTest(form: FieldForm, path: Path, { locate }: PatternContext): FieldTest {
  const operator = fieldOperators.find((name) => form[name] !== undefined) ?? 'exists';
  switch (operator) {
    case 'is':
      return { op: 'is', value: form.is ?? '' };
    case 'in':
      return { op: 'in', values: form.in ?? [] };
    case 'matches':
      return { op: 'matches', source: form.matches ?? '', origin: originAt(locate, [...path, 'matches']) };
    case 'above':
    case 'below':
      return { op: operator, value: form[operator] ?? 0 };
    case 'exists':
      return { op: 'exists', value: form.exists ?? true };
  }
}
