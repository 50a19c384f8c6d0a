import { closest } from '../../kit/distance.ts';
import { parseNetwork } from '../../match/address.ts';
import { lookUp } from '../../match/field-test.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Event } from '../../model/event.ts';
import { instant } from '../../model/time.ts';
import { BUILT_IN_NAMES } from '../../render/words.ts';
import type { FieldKnowledge, RuleChecks } from './checks.ts';
import type { Subject } from './issues.ts';
import { fieldTests } from './patterns.ts';
import type { Path } from './place.ts';
import type { RuleForm } from './rule-schema.ts';
import type { Draft, DraftPart } from './rules.ts';

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

/** Checks every name a rule uses: sources, fields of `key` and field tests, names in templates. */
export function checkNames(draft: Draft, drafts: readonly Draft[], checks: RuleChecks): Diagnostic[] {
  const { form, subject, parts } = draft;
  const diagnostics = [...unknownSources(form, subject, checks), ...wrongNetworks(draft)];
  const groups = draft.options === undefined ? undefined : groupsOf(draft, drafts, checks.kinds);
  // Names cannot be judged, but a template that cannot be read is wrong whatever the pattern gives.
  if (groups === undefined) {
    return [...diagnostics, ...checkTemplates(form, [], 'open', subject, checks)];
  }
  const knowledge = knowledgeOf(form, checks);
  for (const part of parts) {
    if (part.type === 'lines') diagnostics.push(...shadowedNames(part, subject));
  }
  if (knowledge !== 'open') diagnostics.push(...unknownFields(draft, groups));
  diagnostics.push(...checkTemplates(form, groups, knowledge, subject, checks));
  return diagnostics;
}

/**
 * The groups of everything a rule looks for, also of the rules it listens to; undefined when a pattern has
 * mistakes. `path` are the rules on the way here: a cycle is told elsewhere.
 */
function groupsOf(
  draft: Draft,
  drafts: readonly Draft[],
  kinds: RuleChecks['kinds'],
  path: readonly Draft[] = [],
): readonly string[] | undefined {
  if (path.includes(draft)) return [];
  const groups = new Set<string>(kinds.find(({ kind }) => kind === draft.kind)?.gives);
  for (const part of draft.parts) {
    const heard = part.type === 'raises' ? drafts.find(({ form }) => form.id === part.rule) : undefined;
    const some =
      part.type === 'lines' ? part.groups : heard && groupsOf(heard, drafts, kinds, [...path, draft]);
    if (some === undefined) return undefined;
    for (const name of some) groups.add(name);
  }
  return [...groups];
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

type LinesPart = Extract<DraftPart, { type: 'lines' }>;

const shadowedNames = ({ groups = [], path }: LinesPart, subject: Subject): Diagnostic[] =>
  groups
    .filter((name) => builtInNames.includes(name))
    .map((name) => ({
      code: 'rule.shadowed-group',
      severity: 'warning',
      message: `${subject.name}: in templates "${name}" is the built-in value, not the named group`,
      ...subject.locate(path),
      hint: `write {{ fields.${name} }}, or give the group another name`,
    }));

function unknownFields(draft: Draft, groups: readonly string[]): Diagnostic[] {
  const { subject, parts, form } = draft;
  const apart = parts.length > 1 ? parts.filter((part) => part.type === 'lines') : [];
  const known = [...groups, ...eventFields];
  return [
    ...usedFields(draft).flatMap(({ field, path }) =>
      known.includes(field) ? [] : [unknownField(field, known, 'the pattern', subject, path)],
    ),
    // What is correlated by key must have it in every one of its lines.
    ...apart.flatMap(({ groups: own = [], path }) =>
      form.key
        .filter((field) => known.includes(field) && ![...own, ...eventFields].includes(field))
        .map((field) => unknownField(field, [...own, ...eventFields], 'this pattern', subject, path)),
    ),
  ];
}

function unknownField(
  field: string,
  known: readonly string[],
  of: string,
  subject: Subject,
  path: Path,
): Diagnostic {
  const near = closest(field, known);
  return {
    code: 'rule.unknown-field',
    severity: 'warning',
    message: `${subject.name}: "${field}" is neither a named group of ${of} nor a field of every line`,
    ...subject.locate(path),
    hint: near === undefined ? `known here: ${known.join(', ')}` : `did you mean "${near}"?`,
  };
}

function usedFields(draft: Draft): readonly { readonly field: string; readonly path: Path }[] {
  const { form, kind, options = {} } = draft;
  const keys = form.key.map((field, index) => ({ field, path: ['key', index] }));
  const tested = testsOf(draft).map(({ form: { field }, path }) => ({ field, path: [...path, 'field'] }));
  const { distinct, by } = options as { readonly distinct?: unknown; readonly by?: unknown };
  const counted = typeof distinct === 'string' ? [{ field: distinct, path: [kind, 'distinct'] }] : [];
  const apart = Array.isArray(by) ? by.map((field, index) => ({ field, path: [kind, 'by', index] })) : [];
  const told = (form.set?.key ?? []).map((field, index) => ({ field, path: ['set', 'key', index] }));
  return [...keys, ...tested, ...counted, ...apart, ...told];
}

function testsOf({ form, parts, subject }: Draft): ReturnType<typeof fieldTests> {
  const { except } = subject.data as { readonly except?: unknown };
  // A single form was made a list of one: its path has no index.
  const written = (path: Path): Path => (Array.isArray(except) ? path : ['except', ...path.slice(2)]);
  return [
    ...parts.flatMap((part) => (part.type === 'lines' ? fieldTests(part.form, part.path) : [])),
    ...fieldTests(form.except, ['except']).map((test) => ({ ...test, path: written(test.path) })),
  ];
}

/** What has the form of a network but is none would be compared as text, and never be equal. */
const wrongNetworks = (draft: Draft): Diagnostic[] =>
  testsOf(draft).flatMap(({ form: { in: values = [] }, path }) =>
    values.flatMap((value, index): Diagnostic[] => {
      if (!/^[0-9a-fA-F:.]+\/\d+$/.test(value) || parseNetwork(value) !== undefined) return [];
      const message = `${draft.subject.name}: "${value}" is not a network`;
      const place = draft.subject.locate([...path, 'in', index]);
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
    const source = alert?.[part];
    if (source === undefined) return [];
    const place = subject.locate(['alert', part], 'text');
    const { diagnostics } = checks.template(source, known, place);
    return knowledge === 'perhaps' ? diagnostics.map(asDoubt) : diagnostics;
  });
}

/** The name may be a member of a JSON line: only reading the line will tell. */
const asDoubt = (diagnostic: Diagnostic): Diagnostic =>
  diagnostic.code === 'template.unknown-name' ? { ...diagnostic, severity: 'warning' } : diagnostic;
