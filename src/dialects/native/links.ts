import { closest } from '../../kit/distance.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { RuleChecks } from './checks.ts';
import type { Path } from './place.ts';
import type { Draft, DraftPart } from './rules.ts';

type Ear = Extract<DraftPart, { type: 'raises' }>;

/** What ties rules together: the rules they listen to, and the contexts they set and ask for. */
export function checkLinks(drafts: readonly Draft[], checks: RuleChecks): Diagnostic[] {
  const contexts = [...drafts.flatMap(({ form }) => form.set?.context ?? []), ...(checks.contexts ?? [])];
  const heard = new Set(drafts.flatMap(earsOf).map(({ rule }) => rule));
  return [
    ...drafts.flatMap((draft) => earsOf(draft).flatMap((ear) => deafEar(draft, ear, drafts, checks))),
    ...drafts.flatMap((draft) => earsOf(draft).flatMap((ear) => cycleBy(draft, ear, drafts))),
    ...(checks.complete ? drafts.flatMap((draft) => unknownContexts(draft, contexts)) : []),
    ...drafts.flatMap((draft) => withoutEffect(draft, heard)),
  ];
}

const earsOf = ({ parts }: Draft): readonly Ear[] => parts.filter((part) => part.type === 'raises');

const draftNamed = (id: string, drafts: readonly Draft[]): Draft | undefined =>
  drafts.find(({ form }) => form.id === id);

/** An ear for a rule that is not there, or that is switched off. */
function deafEar(draft: Draft, ear: Ear, drafts: readonly Draft[], checks: RuleChecks): Diagnostic[] {
  const { subject } = draft;
  const heard = draftNamed(ear.rule, drafts);
  const place = subject.locate([...ear.path, 'rule']);
  if (heard === undefined) {
    if (!checks.complete) return [];
    const near = closest(
      ear.rule,
      drafts.map(({ form }) => form.id),
    );
    const message = `${subject.name}: there is no rule "${ear.rule}"`;
    const hint = near === undefined ? {} : { hint: `did you mean "${near}"?` };
    return [{ code: 'rule.unknown-rule', severity: 'error', message, ...place, ...hint }];
  }
  if (heard.form.enabled) return [];
  const message = `${subject.name}: the rule "${ear.rule}" is switched off and never raises`;
  return [{ code: 'rule.silent-rule', severity: 'warning', message, ...place }];
}

/** The way by which a rule hears of itself, told at the first of its rules. */
function cycleBy(draft: Draft, ear: Ear, drafts: readonly Draft[]): Diagnostic[] {
  const way = wayBack(draft, ear.rule, drafts, [draft.form.id]);
  if (way === undefined) return [];
  const first = Math.min(...way.map((id) => drafts.findIndex(({ form }) => form.id === id)));
  if (drafts[first] !== draft) return [];
  return [
    {
      code: 'rule.cycle',
      severity: 'error',
      message: `${draft.subject.name} listens to itself: ${way.join(' hears ')}`,
      ...draft.subject.locate([...ear.path, 'rule']),
      hint: 'one of these rules must not listen to the other',
    },
  ];
}

function wayBack(
  to: Draft,
  id: string,
  drafts: readonly Draft[],
  way: readonly string[],
): readonly string[] | undefined {
  if (id === to.form.id) return [...way, id];
  const draft = draftNamed(id, drafts);
  if (draft === undefined || way.includes(id)) return undefined;
  for (const ear of earsOf(draft)) {
    const found = wayBack(to, ear.rule, drafts, [...way, id]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function unknownContexts({ form, subject }: Draft, known: readonly string[]): Diagnostic[] {
  const unknownAt = (name: string, path: Path): Diagnostic[] => {
    if (known.includes(name)) return [];
    const near = closest(name, known);
    const all = known.length === 0 ? 'no rule has a "set"' : `set by rules: ${known.join(', ')}`;
    return [
      {
        code: 'rule.unknown-context',
        severity: 'error',
        message: `${subject.name}: no rule sets the context "${name}"`,
        ...subject.locate(path),
        hint: near === undefined ? all : `did you mean "${near}"?`,
      },
    ];
  };
  return (['unless', 'when'] as const).flatMap((key) =>
    (form[key] ?? []).flatMap((name, index) => unknownAt(name, [key, index])),
  );
}

/** A rule must be good for something: an alert, a context, or another rule that listens to it. */
function withoutEffect({ form, subject, ok }: Draft, heard: ReadonlySet<string>): Diagnostic[] {
  if (!ok || form.alert !== undefined || form.set !== undefined || heard.has(form.id)) return [];
  return [
    {
      code: 'config.missing-key',
      severity: 'error',
      message: `missing key "alert" in ${subject.name}`,
      ...subject.locate([]),
      hint: '{} for all defaults; a rule that sets a context, or that another rule listens to, needs none',
    },
  ];
}
