import type { Checked, Diagnostic } from '../../model/diagnostic.ts';
import type { JsonObject } from '../../model/json.ts';
import type { AlertAction, Pattern, Program, Rule } from '../../model/program.ts';
import type { Millis } from '../../model/time.ts';
import type { RuleChecks } from './checks.ts';
import { hashProgram, hashRule } from './hash.ts';
import { salvage, validate, type Subject } from './issues.ts';
import { checkNames } from './names.ts';
import { originAt, patternOf, programPattern, type PatternContext } from './patterns.ts';
import { under, type Locate } from './place.ts';
import { plainKind, ruleSchema, type RuleForm, type RuleKindSchema } from './rule-schema.ts';

/** Rules as they lie in a file (plain data, one item for each) with the places of a list of them. */
export interface RuleList {
  readonly items: readonly unknown[];
  readonly locate: Locate;
}

/**
 * Compiles a list of native rules to a program. All mistakes of all rules are reported; rules that are
 * switched off are checked too, and left out.
 */
export function compileRules(list: RuleList, checks: RuleChecks): Checked<Program> {
  const schema = ruleSchema(checks.kinds);
  const results = list.items.map((data, index): Checked<Rule | undefined> => {
    const locate = under(list.locate, [index]);
    const subject: Subject = { data, name: nameOf(data, index), locate };
    const form = validate(schema, subject);
    if (form.ok) return compileRule(form.value, subject, checks);
    const rest = salvage(schema, data);
    const further = rest === undefined ? [] : compileRule(rest, subject, checks).diagnostics;
    return { ok: false, diagnostics: [...form.diagnostics, ...further] };
  });
  const diagnostics = results.flatMap((result) => result.diagnostics);
  if (results.some((result) => !result.ok)) return { ok: false, diagnostics };
  const rules = results.flatMap((result) => (result.ok && result.value !== undefined ? [result.value] : []));
  return { ok: true, value: { rules, hash: hashProgram(rules) }, diagnostics };
}

/** What messages call a rule: by its id, which does not move when files are put together. */
function nameOf(data: unknown, index: number): string {
  const id = typeof data === 'object' && data !== null && 'id' in data ? data.id : undefined;
  return typeof id === 'string' ? `rules.${id}` : `rules[${index}]`;
}

function compileRule(form: RuleForm, subject: Subject, checks: RuleChecks): Checked<Rule | undefined> {
  const kind = kindOf(subject, checks.kinds);
  if (!kind.ok) return kind;
  const options = optionsOf(form, kind.value);
  const context: PatternContext = { locate: subject.locate, scope: form.in ?? 'either' };
  const matched = patternOf(form.match, ['match'], context);
  const pattern: Pattern =
    form.program === undefined ? matched : { type: 'all', of: [programPattern(form.program), matched] };
  const except = form.except.map((part, index) => patternOf(part, exceptPath(subject.data, index), context));
  const compiled = [pattern, ...except].map(checks.pattern);
  const groups = compiled[0]?.ok === true ? compiled[0].value.groups : undefined;
  const diagnostics = [
    ...compiled.flatMap((result) => result.diagnostics),
    ...checkNames({ form, options, groups }, subject, checks),
  ];
  if (diagnostics.some(({ severity }) => severity === 'error')) return { ok: false, diagnostics };
  const rule: Omit<Rule, 'hash'> = {
    id: form.id,
    kind: kind.value,
    ...(form.from === undefined ? {} : { from: form.from }),
    pattern,
    except,
    key: form.key,
    options,
    ...(form.time === 'received' ? { time: 'received' as const } : {}),
    actions: [actionOf(form, options)],
    origin: originAt(subject.locate, []),
  };
  return { ok: true, value: form.enabled ? { ...rule, hash: hashRule(rule) } : undefined, diagnostics };
}

/** A rule is of the kind whose key it has; one that has none is a plain one. */
function kindOf(subject: Subject, kinds: readonly RuleKindSchema[]): Checked<string> {
  const written = Object.keys(subject.data as object);
  const own = kinds.map((row) => row.kind).filter((kind) => kind !== plainKind && written.includes(kind));
  const [first = plainKind, ...others] = own;
  if (others.length === 0) return { ok: true, value: first, diagnostics: [] };
  const diagnostics = others.map((other): Diagnostic => ({
    code: 'rule.two-kinds',
    severity: 'error',
    message: `${subject.name} cannot be of two kinds: "${first}" and "${other}"`,
    ...subject.locate([other], 'key'),
    hint: 'write two rules',
  }));
  return { ok: false, diagnostics };
}

function optionsOf(form: RuleForm, kind: string): JsonObject {
  // Keys of kinds stand beside the common ones; the registry's schema made them JSON.
  const all = form as RuleForm & { readonly [kind: string]: JsonObject | undefined };
  return all[kind] ?? {};
}

/** `except` may be written as one form or as a list of them. */
const exceptPath = (data: unknown, index: number): readonly (string | number)[] =>
  Array.isArray((data as { readonly except?: unknown }).except) ? ['except', index] : ['except'];

function actionOf({ alert, quiet }: RuleForm, options: JsonObject): AlertAction {
  const silence = quiet ?? windowOf(options);
  return {
    type: 'alert',
    severity: alert.severity,
    ...(alert.title === undefined ? {} : { title: alert.title }),
    ...(alert.text === undefined ? {} : { text: alert.text }),
    ...(silence === undefined || silence === 0 ? {} : { quiet: silence }),
    ...(alert.clear === undefined ? {} : { clear: alert.clear }),
  };
}

/** A condition over a window stays true for many lines: it is told once per window unless `quiet` says otherwise. */
function windowOf(options: JsonObject): Millis | undefined {
  const { within } = options as { readonly within?: unknown };
  return typeof within === 'number' ? (within as Millis) : undefined;
}
