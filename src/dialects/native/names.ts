import { closest } from '../../kit/distance.ts';
import { parseNetwork } from '../../match/address.ts';
import { lookUp } from '../../match/field-test.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Event } from '../../model/event.ts';
import type { JsonObject } from '../../model/json.ts';
import { instant } from '../../model/time.ts';
import { BUILT_IN_NAMES } from '../../render/words.ts';
import type { FieldKnowledge, RuleChecks } from './checks.ts';
import type { Subject } from './issues.ts';
import { fieldTests } from './patterns.ts';
import type { Path } from './place.ts';
import type { RuleForm } from './rule-schema.ts';

/** Names that templates have by themselves; they win over fields. */
const builtInNames: readonly string[] = [...BUILT_IN_NAMES, 'fields'];

const anyEvent: Event = {
  at: instant(0),
  receivedAt: instant(0),
  source: 'source',
  stream: 'stream',
  offset: 0,
  line: 'line',
  text: 'text',
  host: 'host',
  program: 'program',
  pid: '1',
  severity: 'info',
  fields: {},
};

/** Fields that an event of any format may have: those that matching finds on an event that has everything. */
const eventFields: readonly string[] = Object.keys(anyEvent)
  .concat('time')
  .filter((name) => name !== 'fields' && lookUp(anyEvent, name, {}) !== undefined);

/** A rule as far as names matter; `groups` absent: its pattern has mistakes of its own. */
export interface NamedRule {
  readonly form: RuleForm;
  readonly options: JsonObject;
  readonly groups: readonly string[] | undefined;
}

/** Checks every name a rule uses: sources, fields of `key` and field tests, names in templates. */
export function checkNames(rule: NamedRule, subject: Subject, checks: RuleChecks): Diagnostic[] {
  const diagnostics = [...unknownSources(rule.form, subject, checks), ...wrongNetworks(rule.form, subject)];
  // Names cannot be judged, but a template that cannot be read is wrong whatever the pattern gives.
  if (rule.groups === undefined) {
    return [...diagnostics, ...checkTemplates(rule.form, [], 'open', subject, checks)];
  }
  const groups = rule.groups;
  const knowledge = knowledgeOf(rule.form, checks);
  diagnostics.push(...shadowedNames(groups, subject));
  if (knowledge !== 'open') diagnostics.push(...unknownFields(rule, groups, subject));
  diagnostics.push(...checkTemplates(rule.form, groups, knowledge, subject, checks));
  return diagnostics;
}

function unknownSources(form: RuleForm, subject: Subject, checks: RuleChecks): Diagnostic[] {
  if (!checks.complete) return [];
  return (form.from ?? []).flatMap((name, index): Diagnostic[] => {
    if (checks.source(name) !== undefined) return [];
    const near = closest(name, checks.sourceNames);
    const known =
      checks.sourceNames.length === 0
        ? 'no sources are configured'
        : `sources: ${checks.sourceNames.join(', ')}`;
    return [
      {
        code: 'rule.unknown-source',
        severity: 'error',
        message: `${subject.name}: there is no source "${name}"`,
        ...subject.locate(['from', index]),
        hint: near === undefined ? known : `did you mean "${near}"?`,
      },
    ];
  });
}

/** The loosest of what is known of the sources that a rule is bound to. */
function knowledgeOf(form: RuleForm, checks: RuleChecks): FieldKnowledge {
  const bound = (form.from ?? checks.sourceNames).map((name) => checks.source(name) ?? 'perhaps');
  if (bound.includes('open')) return 'open';
  return bound.length === 0 || bound.includes('perhaps') ? 'perhaps' : 'fixed';
}

const shadowedNames = (groups: readonly string[], subject: Subject): Diagnostic[] =>
  groups
    .filter((name) => builtInNames.includes(name))
    .map((name) => ({
      code: 'rule.shadowed-group',
      severity: 'warning',
      message: `${subject.name}: in templates "${name}" is the built-in value, not the named group`,
      ...subject.locate(['match']),
      hint: `write {{ fields.${name} }}, or give the group another name`,
    }));

function unknownFields(
  { form, options }: NamedRule,
  groups: readonly string[],
  subject: Subject,
): Diagnostic[] {
  const known = [...groups, ...eventFields];
  return usedFields(form, options, subject.data)
    .filter(({ field }) => !known.includes(field))
    .map(({ field, path }): Diagnostic => {
      const near = closest(field, known);
      return {
        code: 'rule.unknown-field',
        severity: 'warning',
        message: `${subject.name}: "${field}" is neither a named group of the pattern nor a field of every line`,
        ...subject.locate(path),
        hint: near === undefined ? `known here: ${known.join(', ')}` : `did you mean "${near}"?`,
      };
    });
}

function usedFields(
  form: RuleForm,
  options: JsonObject,
  data: unknown,
): readonly { readonly field: string; readonly path: Path }[] {
  const keys = form.key.map((field, index) => ({ field, path: ['key', index] }));
  const tested = testsOf(form, data).map(({ form: { field }, path }) => ({
    field,
    path: [...path, 'field'],
  }));
  const { distinct } = options as { readonly distinct?: unknown };
  const counted = Object.entries(form).flatMap(([key, value]) =>
    value === options && typeof distinct === 'string' ? [{ field: distinct, path: [key, 'distinct'] }] : [],
  );
  return [...keys, ...tested, ...counted];
}

function testsOf(form: RuleForm, data: unknown): ReturnType<typeof fieldTests> {
  const { except } = data as { readonly except?: unknown };
  // A single form was made a list of one: its path has no index.
  const written = (path: Path): Path => (Array.isArray(except) ? path : ['except', ...path.slice(2)]);
  return [
    ...fieldTests(form.match, ['match']),
    ...fieldTests(form.except, ['except']).map((test) => ({ ...test, path: written(test.path) })),
  ];
}

/** What has the form of a network but is none would be compared as text, and never be equal. */
const wrongNetworks = (form: RuleForm, subject: Subject): Diagnostic[] =>
  testsOf(form, subject.data).flatMap(({ form: { in: values = [] }, path }) =>
    values.flatMap((value, index): Diagnostic[] => {
      if (!/^[0-9a-fA-F:.]+\/\d+$/.test(value) || parseNetwork(value) !== undefined) return [];
      const message = `${subject.name}: "${value}" is not a network`;
      const place = subject.locate([...path, 'in', index]);
      return [
        {
          code: 'rule.network',
          severity: 'error',
          message,
          ...place,
          hint: 'such as 10.0.0.0/8 or 2001:db8::/32',
        },
      ];
    }),
  );

function checkTemplates(
  { alert }: RuleForm,
  groups: readonly string[],
  knowledge: FieldKnowledge,
  subject: Subject,
  checks: RuleChecks,
): Diagnostic[] {
  const known = knowledge === 'open' ? undefined : new Set([...builtInNames, ...groups]);
  return (['title', 'text'] as const).flatMap((part) => {
    const source = alert[part];
    if (source === undefined) return [];
    const place = subject.locate(['alert', part], 'text');
    const strict = checks.template(source, known, place);
    if (strict.ok || knowledge !== 'perhaps') return strict.diagnostics;
    const loose = checks.template(source, undefined, place);
    return loose.ok ? strict.diagnostics.map(asWarning) : loose.diagnostics;
  });
}

/** The name may be a member of a JSON line: only reading the line will tell. */
const asWarning = (diagnostic: Diagnostic): Diagnostic => ({ ...diagnostic, severity: 'warning' });
