import type { SecContinue, SecHalf, SecProgram, SecRule } from '../../engine/sec/program.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import {
  distinctNames,
  ruleName,
  writeRules,
  type Imported,
  type Written,
  type WrittenRule,
} from '../native/write.ts';
import { importPattern } from './import-pattern.ts';
import { importRule, type ImportedRule } from './import-rule.ts';

/** What rules above a rule take away from it. */
interface Taken {
  /** Lines like these never reach it. */
  readonly always: Written[];
  /** The places of rules that take what they match only now and then. */
  readonly sometimes: string[];
}

/** A native rule with the contexts it needs and makes. */
interface Placed extends WrittenRule {
  readonly left: number;
}

/**
 * SEC's rules as native ones, in YAML. What is carried over without "nearly" in its comment raises where SEC
 * acts, for lines that are read one after another; everything else is a comment with the reason. `diagnostics`
 * are those of reading the files.
 */
export function importSec({ files }: SecProgram, diagnostics: readonly Diagnostic[]): Imported {
  const named = distinctNames();
  const placed: Placed[] = [];
  const beyond: Taken = { always: [], sometimes: [] };
  for (const { name, rules } of files) {
    const taken: Taken = { always: [...beyond.always], sometimes: [...beyond.sometimes] };
    const base = name.replace(/^.*\//, '').replace(/\.[^.]*$/, '');
    for (const rule of rules) {
      placed.push(
        ...placeRule(
          rule,
          `${name}:${rule.line} ${rule.type}`,
          `${ruleName(base)}-${rule.line}`,
          taken,
          named,
        ),
      );
      take(rule, `${name}:${rule.line}`, (half) =>
        half.continues.to === 'endOfAll' ? [taken, beyond] : [taken],
      );
    }
  }
  const broken = diagnostics.filter(({ severity }) => severity === 'error');
  const rules = withoutLostContexts(withoutNeverSet(placed, contextsSet(files)));
  const comments = [
    "Imported from SEC's rules. A line is looked at as UTF-8 text, not as bytes; its own time counts, where it has one.",
    ...broken.map(
      ({ file, line, message }) => `left out as SEC does: ${file ?? ''}:${line ?? 0}: ${message}`,
    ),
  ];
  return {
    text: writeRules(comments, rules),
    rules: rules.filter(({ rule }) => rule !== undefined).length,
    left: rules.reduce((sum, each) => sum + each.left, 0) + broken.length,
  };
}

function placeRule(
  rule: SecRule,
  place: string,
  id: string,
  { always, sometimes }: Taken,
  named: (name: string) => string,
): readonly Placed[] {
  const made = importRule(rule);
  if (!made.ok) return [{ comments: [`${place}: not carried over: ${made.why}`], left: 1 }];
  if (made.value.length === 0) return [{ comments: [`${place}: in "except" of the rules below`], left: 0 }];
  const blurred = sometimes.length === 0 || rule.type === 'Calendar' ? [] : [blurredBy(sometimes)];
  return made.value.map(({ keys, notes }: ImportedRule) => {
    const comments = [place, ...blurred, ...notes];
    const lost = notes.filter((note) => note.startsWith('not carried over')).length;
    const { match, ...rest } = keys;
    const takes = rule.type !== 'Calendar';
    const except = takes && always.length > 0 ? always.slice() : undefined;
    const head = {
      id: named(id),
      ...(takes ? { in: 'line' } : {}),
      ...(match === undefined ? {} : { match }),
    };
    return { comments, rule: { ...head, except, ...rest }, left: lost };
  });
}

const blurredBy = (places: readonly string[]): string =>
  `SEC does not try it on what these take, which they do only now and then: ${places.join(' ')}`;

/** Where to note what a half does not leave to the rules below. */
type Notebooks = (half: SecHalf) => readonly Taken[];

function take(rule: SecRule, place: string, notebooks: Notebooks): void {
  if (rule.type === 'Calendar') return;
  const halves: readonly SecHalf[] = rule.type === 'EventGroup' ? rule.members : [rule];
  for (const half of halves) {
    const form = rule.type === 'Jump' ? undefined : formTaken(half);
    for (const taken of notebooks(half)) noteTaken(half, form, place, taken);
  }
  if (!('second' in rule)) return;
  for (const taken of notebooks(rule.second)) noteTaken(rule.second, undefined, place, taken);
}

/** What a half takes whatever happened before; undefined: that depends. */
function formTaken({ pattern, context, continues }: SecHalf): Written | undefined {
  const made = context === undefined && ends(continues) ? importPattern(pattern, false) : undefined;
  return made?.ok === true ? made.value.form : undefined;
}

function noteTaken(
  half: SecHalf,
  form: Written | undefined,
  place: string,
  { always, sometimes }: Taken,
): void {
  if (half.continues.to === 'next' || (half.pattern.type === 'tvalue' && !half.pattern.value)) return;
  if (form !== undefined) always.push(form);
  else if (!sometimes.includes(place)) sometimes.push(place);
}

const ends = ({ to }: SecContinue): boolean => to === 'endOfFile' || to === 'endOfAll';

/** The names that actions give to contexts, up to what is filled in. */
function contextsSet(value: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (each: unknown, key: string): void => {
    if (typeof each === 'string' && (key === 'context' || key === 'alias')) names.add(each);
    if (typeof each === 'object' && each !== null)
      for (const [inner, part] of Object.entries(each)) visit(part, inner);
  };
  visit(value, '');
  return names;
}

const canBe = (name: string, written: string): boolean => {
  const [fixed = ''] = written.split(/[$%]/);
  return fixed === written ? name === written : name.startsWith(fixed);
};

/** A context that no action sets is never on: that it must be off goes without saying. */
function withoutNeverSet(placed: readonly Placed[], set: ReadonlySet<string>): readonly Placed[] {
  return placed.map((each) => {
    const { rule, comments } = each;
    const asked = namesIn(rule?.['unless']);
    const kept = asked.filter((name) => [...set].some((written) => canBe(name, written)));
    if (rule === undefined || kept.length === asked.length) return each;
    const gone = asked.filter((name) => !kept.includes(name)).join(', ');
    const why = `left out: that the context ${gone} must be off, which nothing here sets`;
    const unless = kept.length === 0 ? undefined : kept;
    return { ...each, comments: [...comments, why], rule: { ...rule, unless } };
  });
}

/** A rule that waits for a context which nothing sets any more would never do anything, or always. */
function withoutLostContexts(placed: readonly Placed[]): readonly Placed[] {
  const made = new Set(placed.flatMap(({ rule }) => namesIn(rule?.['set'])));
  let changed = false;
  const next = placed.map((each): Placed => {
    const { rule, comments } = each;
    if (rule === undefined) return each;
    const lost = [...namesIn(rule['when']), ...namesIn(rule['unless'])].filter((name) => !made.has(name));
    if (lost.length === 0) return each;
    changed = true;
    const why = `not carried over: no rule here sets the context ${lost.join(', ')}`;
    return { comments: [...comments, why], left: each.left + 1 };
  });
  return changed ? withoutLostContexts(next) : next;
}

function namesIn(value: Written | undefined): readonly string[] {
  if (typeof value !== 'object') return [];
  if ('context' in value) return [String(value['context'])];
  return Array.isArray(value) ? value.map(String) : [];
}
