import type { SecCalendarTime, SecHalf, SecRule } from '../../engine/sec/program.ts';
import { throughText, type Written } from '../native/write.ts';
import { carried, decoded, importContext, importPattern, left, type Carried } from './import-pattern.ts';
import { importActions, keyOfDescription, type ImportedActions } from './import-text.ts';

/** A native rule without its id, with what there is to say about it. */
export interface ImportedRule {
  readonly keys: { readonly [key: string]: Written | undefined };
  readonly notes: readonly string[];
}

type OfType<Type extends SecRule['type']> = Extract<SecRule, { type: Type }>;

/** The native rules that one of SEC's comes to, or why there is none. */
export function importRule(rule: SecRule): Carried<readonly ImportedRule[]> {
  switch (rule.type) {
    case 'Single':
      return importPlain(rule, {});
    case 'SingleWithSuppress':
      return importPlain(rule, { quiet: throughText(rule.window) });
    case 'SingleWithThreshold': {
      const { thresh: reach, window } = rule;
      const second = rule.action2.some(({ type }) => type !== 'none')
        ? ['what is done at the end of the window']
        : [];
      return importPlain(rule, { count: { reach, within: throughText(window), once: true } }, second);
    }
    case 'PairWithWindow':
      return importWait(rule);
    case 'Pair':
      return importPair(rule);
    case 'EventGroup':
      return importGroup(rule);
    case 'Calendar':
      return importCalendar(rule);
    case 'Suppress':
      return carried([]);
    case 'SingleWithScript':
      return left('the alert would depend on the exit code of a script');
    case 'SingleWith2Thresholds':
      return left('a second threshold has no counterpart: see "clear" in an alert');
    case 'Jump':
      return left('rules have no sets to jump to');
  }
}

function importPlain(
  rule: OfType<'Single' | 'SingleWithSuppress' | 'SingleWithThreshold'>,
  kind: ImportedRule['keys'],
  lost: readonly string[] = [],
): Carried<readonly ImportedRule[]> {
  const pattern = importPattern(rule.pattern);
  if (!pattern.ok) return pattern;
  const context = importContext(rule.context);
  if (!context.ok) return context;
  const { form, names } = pattern.value;
  const key = keyOfDescription(rule.desc, names);
  // What every match raises needs no key.
  if (!key.ok && rule.type !== 'Single') return key;
  const actions = importActions(rule.action, { names, desc: rule.desc });
  if (rule.type === 'SingleWithSuppress' && actions.set !== undefined)
    return left('a context that is created once in a window');
  const { quiet, ...rest } = kind;
  const head = { match: form, key: listed(key.ok ? key.value : []), ...rest, ...context.value };
  return withActions(
    { ...head, when: listed(context.value.when), unless: listed(context.value.unless), quiet },
    actions,
    lost,
  );
}

/** A rule that neither tells nor sets anything is none. */
function withActions(
  keys: ImportedRule['keys'],
  { title, set, lost, notes }: ImportedActions,
  alsoLost: readonly string[] = [],
): Carried<readonly ImportedRule[]> {
  const gone = [...lost, ...alsoLost];
  if (title === undefined && set === undefined)
    return left(gone.length === 0 ? 'it does nothing' : `its actions: ${gone.join('; ')}`);
  const made = set === undefined ? {} : { set: { context: set.context, for: throughText(set.for) } };
  const alert = title === undefined ? {} : { alert: { title } };
  const told = gone.length === 0 ? [] : [`not carried over: ${gone.join('; ')}`];
  return carried([{ keys: { ...keys, ...made, ...alert }, notes: [...notes, ...told] }]);
}

const listed = (names: readonly string[]): Written | undefined => (names.length === 0 ? undefined : names);

/** The two patterns of a Pair: the second one gives what the first one's groups hold, under the same names. */
function importHalves(rule: OfType<'Pair' | 'PairWithWindow'>): Carried<{
  readonly first: Written;
  readonly second: Written;
  readonly names: ReadonlyMap<string, string>;
  readonly key: readonly string[];
}> {
  if (rule.second.context !== undefined) return left('its second pattern has a context of its own');
  const first = importPattern(rule.pattern);
  if (!first.ok) return first;
  const { names, sources, form } = first.value;
  const key = keyOfDescription(rule.desc, names);
  if (!key.ok) return key;
  const second = filledSecond(rule.second, names, sources);
  if (!second.ok) return second;
  const { used } = second.value;
  if (used.length !== key.value.length || !key.value.every((name) => used.includes(name)))
    return left('its second pattern does not ask for the same values as its description');
  return carried({ first: form, second: second.value.form, names, key: key.value });
}

/** `$1` in a second pattern is what the first one's group held: a group of that name whose value is in the key. */
function filledSecond(
  { pattern }: SecHalf,
  names: ReadonlyMap<string, string>,
  sources: ReadonlyMap<string, string>,
): Carried<{ readonly form: Written; readonly used: readonly string[] }> {
  if (pattern.type !== 'regexp' || pattern.negated || pattern.varmap.entries.length > 0 || names.size === 0) {
    const plain = importPattern(pattern, false);
    return plain.ok ? carried({ form: plain.value.form, used: [] }) : plain;
  }
  const used: string[] = [];
  let wrong = false;
  const source = decoded(pattern.source).replace(/\$(?:(\d+)|\{(\d+)\}|\+\{(\w+)\})/g, (_, a, b, c) => {
    const name = names.get(String(a ?? b ?? c));
    const text = name === undefined ? undefined : sources.get(name);
    wrong ||= name === undefined || text === undefined || used.includes(name);
    used.push(name ?? '');
    return `(?<${name ?? ''}>${text ?? ''})`;
  });
  if (wrong || pattern.lines > 1) return left('what its second pattern repeats of the first match');
  const plain = importPattern({ ...pattern, source: '' }, false);
  return plain.ok ? carried({ form: source, used }) : plain;
}

function importWait(rule: OfType<'PairWithWindow'>): Carried<readonly ImportedRule[]> {
  const halves = importHalves(rule);
  if (!halves.ok) return halves;
  const context = importContext(rule.context);
  if (!context.ok) return context;
  if (rule.context !== undefined)
    return left('its context is asked when the wait begins, and not when it ends');
  const { first, second, names, key } = halves.value;
  const actions = importActions(rule.action, { names, desc: rule.desc });
  const quiet = throughText(rule.window);
  const said = rule.action2.some(({ type }) => type !== 'none');
  const note = 'action2 is not told by an alert of its own: the alert, if there was one, is over then';
  const made = withActions(
    { match: first, key: listed(key), expect: { match: second, within: quiet }, quiet },
    actions,
  );
  if (!made.ok || !said) return made;
  return carried(made.value.map(({ keys, notes }) => ({ keys, notes: [...notes, note] })));
}

function importPair(rule: OfType<'Pair'>): Carried<readonly ImportedRule[]> {
  const halves = importHalves(rule);
  if (!halves.ok) return halves;
  if (rule.window === 0) return left('it waits for its second pattern for ever');
  if (rule.context !== undefined) return left('its context is asked for the first pattern only');
  const { first, second, names, key } = halves.value;
  const within = throughText(rule.window);
  const begins = importActions(rule.action, { names, desc: rule.desc });
  const ends = importActions(rule.action2, { names, desc: rule.desc2, second: true });
  if (begins.set !== undefined || ends.set !== undefined)
    return left('a context that is created once in a window');
  const opening = withActions({ match: first, key: listed(key), quiet: within }, begins);
  const closing = withActions(
    { key: listed(key), sequence: { within, steps: [{ match: first }, { match: second }] }, quiet: within },
    ends,
  );
  const near =
    'nearly the same: SEC tells the first pattern anew once the second one came, and the second one once';
  const rules = [opening, closing].flatMap((made) => (made.ok ? made.value : []));
  if (rules.length === 0) return opening;
  return carried(
    rules.map(({ keys, notes }, index) => ({ keys, notes: index === 0 ? [near, ...notes] : notes })),
  );
}

function importGroup(rule: OfType<'EventGroup'>): Carried<readonly ImportedRule[]> {
  const { members, window } = rule;
  const lists = [rule.init, rule.slide, rule.end, ...members.map(({ count }) => count)];
  if (lists.flat().some(({ type }) => type !== 'none')) return left('its count, init, slide or end actions');
  if (rule.egpattern !== undefined) return left('the order of its events (egpattern)');
  if (members.some(({ thresh }) => thresh > 1)) return left('a threshold above 1');
  if (members.length < 2 || members.length > 10) return left('the number of its patterns');
  const of: Written[] = [];
  let names: ReadonlyMap<string, string> = new Map();
  for (const member of members) {
    if (member.context !== undefined) return left('a context of one of its patterns');
    const pattern = importPattern(member.pattern);
    if (!pattern.ok) return pattern;
    const key = keyOfDescription(rule.desc, pattern.value.names);
    if (!key.ok) return key;
    names = pattern.value.names;
    of.push({ match: pattern.value.form });
  }
  const key = keyOfDescription(rule.desc, names);
  const within = throughText(window);
  const made = withActions(
    { key: listed(key.ok ? key.value : []), together: { within, of }, quiet: within },
    importActions(rule.action, { names, desc: rule.desc }),
  );
  const near = 'nearly the same: SEC counts from the first event on, and begins anew when its window is over';
  return made.ok ? carried(made.value.map(({ keys, notes }) => ({ keys, notes: [near, ...notes] }))) : made;
}

function importCalendar(rule: OfType<'Calendar'>): Carried<readonly ImportedRule[]> {
  const schedule = cronOf(rule.time);
  if (!schedule.ok) return schedule;
  const context = importContext(rule.context);
  if (!context.ok) return context;
  const when = listed(context.value.when);
  const unless = listed(context.value.unless);
  return withActions(
    { schedule: schedule.value, when, unless },
    importActions(rule.action, { names: new Map(), desc: rule.desc }),
  );
}

function cronOf({
  minutes,
  hours,
  days,
  lastDay,
  months,
  weekdays,
  years,
}: SecCalendarTime): Carried<string> {
  if (lastDay && days.length < 31) return left('the last day of the month');
  if (years.length < 100) return left('a year');
  const field = (chosen: readonly number[], all: number): string =>
    chosen.length === all ? '*' : chosen.join(',');
  const [day, weekday] = [field(days, 31), field(weekdays, 7)];
  // Cron takes either, SEC both.
  if (day !== '*' && weekday !== '*') return left('a day of the month that must be a day of the week too');
  return carried([field(minutes, 60), field(hours, 24), day, field(months, 12), weekday].join(' '));
}
