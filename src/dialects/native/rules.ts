import { closest } from '../../kit/distance.ts';
import type { PartForm } from '../../engine/kind.ts';
import type { MatchForm } from '../../engine/match-form.ts';
import type { Checked, Diagnostic } from '../../model/diagnostic.ts';
import type { JsonObject } from '../../model/json.ts';
import type {
  AlertAction,
  ContextSwitch,
  Pattern,
  Program,
  Rule,
  RuleContexts,
  RulePart,
} from '../../model/program.ts';
import type { RuleChecks } from './checks.ts';
import { hashProgram, hashRule } from './hash.ts';
import { salvage, validate, type Subject } from './issues.ts';
import { checkLinks } from './links.ts';
import { checkNames } from './names.ts';
import { originAt, patternOf, programPattern, type PatternContext } from './patterns.ts';
import { formatPath, under, type Locate, type Path } from './place.ts';
import { plainKind, ruleSchema, type RuleForm, type RuleKindSchema } from './rule-schema.ts';

/** Rules as they lie in a file (plain data, one item for each) with the places of a list of them. */
export interface RuleList {
  readonly items: readonly unknown[];
  readonly locate: Locate;
}

/** Something a rule looks for, and where it was written. */
export type DraftPart =
  | {
      readonly type: 'lines';
      readonly path: Path;
      readonly form: MatchForm;
      readonly pattern: Pattern;
      /** Absent: the pattern has mistakes of its own. */
      readonly groups: readonly string[] | undefined;
    }
  | { readonly type: 'raises'; readonly path: Path; readonly rule: string };

/** A rule as far as it can be understood alone. */
export interface Draft {
  readonly form: RuleForm;
  readonly subject: Subject;
  readonly kind: string;
  /** Absent: they have mistakes of their own. */
  readonly options: JsonObject | undefined;
  readonly parts: readonly DraftPart[];
  readonly except: readonly Pattern[];
  /** False: something is wrong with it, which is told. */
  readonly ok: boolean;
}

/**
 * Compiles a list of native rules to a program. All mistakes of all rules are reported; rules that are
 * switched off are checked too, and left out.
 */
export function compileRules(list: RuleList, checks: RuleChecks): Checked<Program> {
  const schema = ruleSchema(checks.kinds);
  const diagnostics: Diagnostic[] = [];
  const ids = list.items.flatMap((data) => idOf(data) ?? []);
  const drafts = list.items.flatMap((data, index): Draft[] => {
    const subject: Subject = { data, name: nameOf(data, index), locate: under(list.locate, [index]) };
    const checked = validate(schema, subject);
    diagnostics.push(...checked.diagnostics);
    const form = checked.ok ? checked.value : salvage(schema, data);
    return form === undefined ? [] : [draftOf(form, checked.ok, subject, { ...checks, ids }, diagnostics)];
  });
  for (const draft of drafts) diagnostics.push(...checkNames(draft, drafts, checks));
  diagnostics.push(...checkLinks(drafts, checks));
  if (diagnostics.some(({ severity }) => severity === 'error')) return { ok: false, diagnostics };
  const rules = drafts.flatMap((draft) => (draft.form.enabled ? [ruleOf(draft, checks)] : []));
  return { ok: true, value: { rules, hash: hashProgram(rules) }, diagnostics };
}

/** What messages call a rule: by its id, which does not move when files are put together. */
function nameOf(data: unknown, index: number): string {
  const id = idOf(data);
  return id === undefined ? `rules[${index}]` : `rules.${id}`;
}

function idOf(data: unknown): string | undefined {
  const id = typeof data === 'object' && data !== null && 'id' in data ? data.id : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** What one rule is checked with: the ids of all of them, too. */
interface ListChecks extends RuleChecks {
  readonly ids: readonly string[];
}

function draftOf(
  form: RuleForm,
  valid: boolean,
  subject: Subject,
  checks: ListChecks,
  diagnostics: Diagnostic[],
): Draft {
  const kind = kindOf(subject, checks.kinds);
  const row = checks.kinds.find((known) => known.kind === kind.value);
  const options = optionsOf(form, row, checks);
  const context: PatternContext = { locate: subject.locate, scope: form.in ?? 'either' };
  const found = [...kind.diagnostics, ...besideOthers(subject, kind.value, checks.kinds)];
  const compile = (pattern: Pattern): readonly string[] | undefined => {
    const compiled = checks.pattern(pattern);
    found.push(...compiled.diagnostics);
    return compiled.ok ? compiled.value.groups : undefined;
  };
  const forms = options === undefined ? [] : (row?.parts?.(options) ?? [{ type: 'own' } as const]);
  if (valid) found.push(...checkKeys(form, forms, kind.value, subject, checks.ids));
  for (const { path, message, hint } of (options && row?.check?.(options, form.key)) ?? []) {
    found.push({
      code: 'rule.options',
      severity: 'error',
      message: `${subject.name}.${formatPath([kind.value, ...path])}: ${message}`,
      ...subject.locate([kind.value, ...path]),
      ...(hint === undefined ? {} : { hint }),
    });
  }
  const parts = forms.flatMap((part) => partOf(part, kind.value, form, context, compile));
  const except = form.except.map((part, index) => patternOf(part, exceptPath(subject.data, index), context));
  for (const pattern of except) compile(pattern);
  diagnostics.push(...found);
  const ok = valid && !found.some(({ severity }) => severity === 'error');
  return { form, subject, kind: kind.value, options, parts, except, ok };
}

/** A rule is of the kind whose key it has; one that has none is a plain one. */
function kindOf(
  subject: Subject,
  kinds: readonly RuleKindSchema[],
): { readonly value: string; readonly diagnostics: readonly Diagnostic[] } {
  const written = Object.keys(subject.data as object);
  const own = kinds.map((row) => row.kind).filter((kind) => kind !== plainKind && written.includes(kind));
  const [value = plainKind, ...others] = own;
  const diagnostics = others.map((other): Diagnostic => ({
    code: 'rule.two-kinds',
    severity: 'error',
    message: `${subject.name} cannot be of two kinds: "${value}" and "${other}"`,
    ...subject.locate([other], 'key'),
    hint: 'write two rules',
  }));
  return { value, diagnostics };
}

/** Keys that belong to another kind than the rule's. */
const besideOthers = (subject: Subject, kind: string, kinds: readonly RuleKindSchema[]): Diagnostic[] =>
  kinds.flatMap((row) =>
    Object.keys(row.kind === kind ? {} : (row.beside ?? {}))
      .filter((key) => Object.hasOwn(subject.data as object, key))
      .map((key) => ({
        code: 'rule.key-of-other-kind',
        severity: 'error',
        message: `${subject.name}: "${key}" belongs to rules with "${row.kind}"`,
        ...subject.locate([key], 'key'),
      })),
  );

/** What stands under the kind's name and beside it; undefined when it was wrong and is left out. */
function optionsOf(
  form: RuleForm,
  row: RuleKindSchema | undefined,
  { zone = 'UTC' }: RuleChecks,
): JsonObject | undefined {
  if (row === undefined || row.kind === plainKind) return {};
  // Keys of kinds stand beside the common ones; the registry's schema made them JSON.
  const all = form as RuleForm & { readonly [key: string]: JsonObject | undefined };
  const options = all[row.kind];
  if (options === undefined) return undefined;
  const beside = Object.keys(row.beside ?? {}).filter((key) => all[key] !== undefined);
  return {
    ...row.defaults?.({ zone }),
    ...options,
    ...Object.fromEntries(beside.map((key) => [key, all[key]])),
  };
}

/** What has no pattern is often meant to change a rule, of a pack for example, and its id is misspelt. */
function changeHint(id: string, ids: readonly string[]): string | undefined {
  const near = closest(
    id,
    ids.filter((other) => other !== id),
  );
  return near === undefined ? undefined : `to change another rule, give its id: did you mean "${near}"?`;
}

/** What a rule of this kind must have, or must not. */
function checkKeys(
  form: RuleForm,
  forms: readonly PartForm[],
  kind: string,
  { name, locate }: Subject,
  ids: readonly string[],
): Diagnostic[] {
  const missing = (key: string, hint?: string): Diagnostic => ({
    code: 'config.missing-key',
    severity: 'error',
    message: `missing key "${key}" in ${name}`,
    ...locate([]),
    ...(hint === undefined ? {} : { hint }),
  });
  const wanted = forms.some(({ type }) => type === 'own');
  const needed = forms.some((part) => part.type === 'own' && part.optional === undefined);
  if (needed && form.match === undefined) return [missing('match', changeHint(form.id, ids))];
  if (wanted || form.match === undefined) return [];
  return [
    {
      code: 'rule.match-of-kind',
      severity: 'error',
      message: `${name}: a rule with "${kind}" has no "match" of its own`,
      ...locate(['match'], 'key'),
      hint: `what it looks for stands under "${kind}"`,
    },
  ];
}

function partOf(
  part: PartForm,
  kind: string,
  rule: RuleForm,
  context: PatternContext,
  compile: (pattern: Pattern) => readonly string[] | undefined,
): DraftPart[] {
  if (part.type === 'raises') return [{ ...part, path: [kind, ...part.path] }];
  const path = part.type === 'own' ? ['match'] : [kind, ...part.path];
  const all: MatchForm | undefined = part.type === 'own' && part.optional ? { all: [] } : undefined;
  const form = part.type === 'own' ? (rule.match ?? all) : part.form;
  if (form === undefined) return [];
  const matched = patternOf(form, path, context);
  const pattern: Pattern =
    rule.program === undefined ? matched : { type: 'all', of: [programPattern(rule.program), matched] };
  return [{ type: 'lines', path, form, pattern, groups: compile(pattern) }];
}

function ruleOf(draft: Draft, { kinds }: RuleChecks): Rule {
  const { form, kind, options = {}, parts, except, subject } = draft;
  const row = kinds.find((known) => known.kind === kind);
  const contexts = contextsOf(form);
  const rule: Omit<Rule, 'hash'> = {
    id: form.id,
    kind,
    ...(form.from === undefined ? {} : { from: form.from }),
    ...lookedFor(parts),
    except,
    key: form.key,
    options,
    ...(form.time === 'received' ? { time: 'received' as const } : {}),
    ...(contexts === undefined ? {} : { contexts }),
    actions: form.alert === undefined ? [] : [actionOf(form, form.alert, row, options)],
    origin: originAt(subject.locate, []),
  };
  return { ...rule, hash: hashRule(rule) };
}

/** The scanner wants any line that one of the parts wants; the engine tells them apart. */
function lookedFor(parts: readonly DraftPart[]): Pick<Rule, 'pattern' | 'parts'> {
  const patterns = parts.flatMap((part) => (part.type === 'lines' ? [part.pattern] : []));
  const [only] = patterns;
  if (parts.length === 1 && only !== undefined) return { pattern: only };
  const pattern: Pattern = patterns.length === 1 && only !== undefined ? only : { type: 'any', of: patterns };
  return { pattern, parts: parts.map(rulePart) };
}

const rulePart = (part: DraftPart): RulePart =>
  part.type === 'raises' ? { type: 'raises', rule: part.rule } : { type: 'lines', pattern: part.pattern };

function contextsOf({ unless, when, set }: RuleForm): RuleContexts | undefined {
  if (unless === undefined && when === undefined && set === undefined) return undefined;
  return {
    unless: unless ?? [],
    when: when ?? [],
    ...(set === undefined ? {} : { set: switchOf(set) }),
  };
}

const switchOf = ({ context, for: life, key }: NonNullable<RuleForm['set']>): ContextSwitch =>
  key === undefined ? { context, life } : { context, life, key };

/** `except` may be written as one form or as a list of them. */
const exceptPath = (data: unknown, index: number): Path =>
  Array.isArray((data as { readonly except?: unknown }).except) ? ['except', index] : ['except'];

/** A condition over a window stays true for many lines: it is told once per window unless `quiet` says otherwise. */
function actionOf(
  form: RuleForm,
  alert: NonNullable<RuleForm['alert']>,
  kind: RuleKindSchema | undefined,
  options: JsonObject,
): AlertAction {
  const quiet = form.quiet ?? kind?.quiet?.(options);
  return {
    type: 'alert',
    severity: alert.severity ?? kind?.severity ?? 'warning',
    ...(alert.title === undefined ? {} : { title: alert.title }),
    ...(alert.text === undefined ? {} : { text: alert.text }),
    ...(quiet === undefined || quiet === 0 ? {} : { quiet }),
    ...(alert.clear === undefined ? {} : { clear: alert.clear }),
    ...(alert.link === undefined ? {} : { link: alert.link }),
  };
}
