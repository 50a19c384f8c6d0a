import type { Alerting } from '../alerting/alerting.ts';
import type { AlertingRules } from '../alerting/contract.ts';
import type { Engine, EngineOptions } from '../engine/engine.ts';
import { createEngine } from '../engine/engine.ts';
import { lineTemplate } from '../engine/kinds/novel-template.ts';
import { fieldText, lookUp } from '../match/field-test.ts';
import type { Effect } from '../model/effect.ts';
import type { Event } from '../model/event.ts';
import type { Row } from '../model/machine.ts';
import type { Fields, Pattern, Program, Rule } from '../model/program.ts';
import { latest, type Instant } from '../model/time.ts';
import { createParser } from '../parse/event.ts';
import { explainAlert, sendAll, type MessageOf } from './explain-alert.ts';
import type { AlertExplanation, Explanation, MatchedRule, NearRule, ParsedLine } from './explanation.ts';
import { capturesOf } from './match-event.ts';
import { nearnessOf } from './nearness.ts';
import { wakeAlerting } from './play.ts';
import { recognise } from './recognise.ts';
import { whyAbsorbed } from './why-absorbed.ts';

/** What lines are explained with. */
export interface ExplainParts {
  readonly program: Program;
  readonly engineOptions: EngineOptions;
  /** As it stands: it is stepped. */
  readonly engine: Engine;
  /** The engine's state so far. */
  readonly rows: readonly Row[];
  readonly alerting: Alerting;
  readonly alertingRules: AlertingRules;
  /** Absent: lines are of any source, and rules bound to one are tried too. */
  readonly source?: { readonly name: string; readonly format: string };
  readonly zone: string;
  /** The present, by which stamps are dated. */
  readonly now: Instant;
  /** What the clock of the machines shows: the present, or the time of the lines. */
  readonly clock: 'present' | 'line';
  readonly nextSeq: number;
  readonly messageOf: MessageOf;
}

/** Explains one line after the other; what one changes counts for the next. Nothing is kept or sent. */
export interface Explainer {
  explain(line: string): Explanation;
}

/** A line as an event, with what is known of its time. */
interface ReadLine {
  readonly event: Event;
  /** The name of the line format. */
  readonly format: string;
  /** It names a time. */
  readonly isStamped: boolean;
  /** It names a time that can be true. */
  readonly isDated: boolean;
}

const mostNear = 5;
const leastNear = 0.3;
/** A rule is tried with so many of the same lines to see how many it takes. */
const mostTries = 1000;
/** Most alerts of timers that are told before one line. */
const mostTimed = 20;

/** Explains lines to a person: pure, on machines that nobody else uses. */
export function createExplainer(parts: ExplainParts): Explainer {
  const { engine, alerting, program, zone } = parts;
  const { match } = parts.engineOptions;
  const format = parts.source?.format ?? 'auto';
  const parser = createParser({ format, zone });
  const rows = new Map(parts.rows.map((row) => [rowName(row), row]));
  const rules = program.rules.flatMap((rule, index) => (isBound(rule, parts) ? [{ rule, index }] : []));
  let seq = parts.nextSeq;
  let offset = 0;
  let clock = latest(engine.now(), parts.clock === 'present' ? parts.now : engine.now());
  let isStarted = false;
  /** When the line before was written. */
  let lastAt: Instant | undefined;

  const readLine = (line: string, source: string): ReadLine => {
    const head = {
      source,
      receivedAt: parts.now,
      reference: parts.now,
      position: { stream: 'explain' },
    };
    const { event, implausible } = parser.parse(line, head, offset);
    offset += line.length + 1;
    const { format: name, isStamped } = recognise(line, format, { reference: parts.now, zone });
    const isDated = isStamped && !implausible;
    // As in a log: it was written when the one before it was.
    const at = isDated || parts.clock === 'present' ? event.at : (lastAt ?? event.at);
    lastAt = at;
    return { event: { ...event, at }, format: name, isStamped, isDated };
  };

  /** The clock shows a time for the first time: without a ledger, every source is read to its end. */
  const start = (): void => {
    sendAll(alerting.step({ type: 'started', now: clock }), alerting, clock);
    if (parts.clock === 'present') return;
    for (const source of parts.engineOptions.sources ?? [])
      engine.step({ type: 'sourceState', seq: seq++, now: clock, source, condition: 'atEnd' });
  };

  const wake = (to: Instant): void =>
    wakeAlerting(alerting, to, (outputs, at) => sendAll(outputs, alerting, at));

  const heed = (effect: Effect): readonly AlertExplanation[] => {
    if (effect.type === 'raise')
      return [explainAlert(effect, alerting, parts.alertingRules, parts.messageOf)];
    if (effect.type === 'clear')
      sendAll(alerting.step({ type: 'effect', now: effect.now, effect }), alerting, effect.now);
    return [];
  };

  /** Lets everything come that is due before the line, so that nothing of it seems to be the line's doing. */
  const passTime = () => {
    const effects = engine.step({ type: 'tick', seq: seq++, now: clock });
    const timed = effects.flatMap((effect) => {
      if (effect.type === 'raise' || effect.type === 'clear') wake(effect.now);
      return heed(effect);
    });
    wake(clock);
    const more = timed.length - mostTimed;
    const rest = more > 0 ? [`timers raised ${more} times more before this line`] : [];
    return { timed: timed.slice(0, mostTimed), notes: [...rest, ...effects.flatMap(noteOf)] };
  };

  /** Rules bound to sources must see the line as one of theirs. */
  const stepEngine = (event: Event): readonly Effect[] => {
    const effects = engine.step({
      type: 'event',
      seq: seq++,
      now: clock,
      event,
      rules: rules.map(({ index }) => index),
    });
    for (const row of engine.changes()) rows.set(rowName(row), row);
    return effects;
  };

  /** How many more of the same line would make a rule raise; Infinity: however many come, it does not. */
  const moreUntilRaise = (rule: Rule, event: Event): number => {
    const { reach } = rule.options;
    const alone = createEngine({ rules: [rule], hash: program.hash }, parts.engineOptions);
    alone.restore([...rows.values()].filter(({ scope }) => scope === rule.id || scope === ''));
    for (let more = 1; more <= (typeof reach === 'number' ? reach : mostTries); more += 1) {
      const effects = alone.step({ type: 'event', seq: seq + more, now: clock, event, rules: [0] });
      if (effects.some((effect) => effect.type === 'raise')) return more;
    }
    return Infinity;
  };

  const matchedRule = (
    rule: Rule,
    event: Event,
    outcome: string | undefined,
    heard: (rule: string) => Fields,
  ): readonly MatchedRule[] => {
    if (outcome === undefined) return [];
    const found = foundBy(rule, event);
    const known = { ...heardBy(rule, heard), ...found };
    // What it only heard of another rule, it does not find in the line alone.
    const more = outcome === 'window' && found !== undefined ? moreUntilRaise(rule, event) : undefined;
    const text = rule.kind === 'novel' ? { template: lineTemplate(event.text) } : {};
    return [
      {
        ...nameOf(rule),
        found: texts(found ?? {}),
        key: Object.fromEntries(rule.key.map((name) => [name, fieldText(lookUp(event, name, known)) ?? ''])),
        outcome,
        why: outcome === 'raised' ? raisedWords(rule) : whyAbsorbed(outcome, rule, more),
        ...(more === undefined || more === Infinity ? {} : { more }),
        ...text,
      },
    ];
  };

  const foundBy = (rule: Rule, event: Event): Fields | undefined => {
    const patterns: readonly Pattern[] = rule.parts?.flatMap((part) =>
      part.type === 'lines' ? [part.pattern] : [],
    ) ?? [rule.pattern];
    const all = patterns.flatMap((pattern) => capturesOf(pattern, event, match) ?? []);
    return all.length === 0 ? undefined : Object.assign({}, ...all);
  };

  /** What other rules know that hear a rule's raise; of one that alerts nobody, what its pattern finds. */
  const raisedFields = (id: string, effects: readonly Effect[], event: Event): Fields => {
    const raise = effects.find((effect) => effect.type === 'raise' && effect.rule === id);
    if (raise?.type === 'raise') return raise.occurrence.fields;
    const rule = program.rules.find((one) => one.id === id);
    return (rule === undefined ? undefined : foundBy(rule, event)) ?? {};
  };

  const nearRules = (event: Event, matched: readonly MatchedRule[]): readonly NearRule[] => {
    const names = new Set(matched.map(({ rule }) => rule));
    return rules
      .filter(({ rule }) => !names.has(rule.id) && rule.origin.dialect === 'native')
      .map(({ rule }) => ({ ...nameOf(rule), ...nearnessOf(rule.pattern, event, match) }))
      .filter(({ share, missing }) => share >= leastNear && missing.length > 0)
      .toSorted((a, b) => b.share - a.share)
      .slice(0, mostNear);
  };

  return {
    explain(line) {
      const read = readLine(line, parts.source?.name ?? anySource(rules));
      clock = latest(clock, parts.clock === 'present' ? parts.now : read.event.at);
      const event = { ...read.event, receivedAt: clock };
      if (!isStarted) start();
      isStarted = true;
      const { timed, notes } = passTime();
      const before = countsOf(engine);
      const effects = stepEngine(event);
      const after = countsOf(engine);
      const outcomes = new Map(
        rules.map(({ rule: { id } }) => [id, outcomeOf(before.get(id), after.get(id))]),
      );
      const raised = (id: string): Fields =>
        outcomes.get(id) === 'raised' ? raisedFields(id, effects, event) : {};
      const matched = rules.flatMap(({ rule }) => matchedRule(rule, event, outcomes.get(rule.id), raised));
      const alerts = effects.flatMap(heed);
      return {
        version: 1,
        line,
        parsed: parsedLine(event, read, parts),
        matched,
        near: nearRules(event, matched),
        ...(timed.length === 0 ? {} : { timed }),
        alerts,
        notes: [...notes, ...effects.flatMap(noteOf)],
      };
    },
  };
}

/** A line of no source in particular is shown to rules of all sources. */
const isBound = ({ from }: Rule, { source }: ExplainParts): boolean =>
  from === undefined || source === undefined || from.includes(source.name);

/** What the rules that a rule listens to told it with the line. */
const heardBy = ({ parts = [] }: Rule, heard: (rule: string) => Fields): Fields =>
  Object.assign({}, ...parts.map((part) => (part.type === 'raises' ? heard(part.rule) : {})));

/** The source that most of the rules would take it from. */
const anySource = (rules: readonly { readonly rule: Rule }[]): string =>
  rules.find(({ rule }) => rule.from !== undefined)?.rule.from?.[0] ?? 'explain';

const rowName = ({ scope, key }: Row): string => JSON.stringify([scope, key]);

const nameOf = ({ id, kind, origin }: Rule) => ({ rule: id, kind, file: origin.file, line: origin.line });

const texts = (fields: Fields): { readonly [name: string]: string } =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => {
      const text = fieldText(value);
      return text === undefined ? [] : [[name, text]];
    }),
  );

type Counts = ReturnType<Engine['counters']>[number];

const countsOf = (engine: Engine): ReadonlyMap<string, Counts> =>
  new Map(engine.counters().map((counts) => [counts.rule, counts]));

/** What the step did with a rule's match; undefined: it did not match. */
function outcomeOf(before: Counts | undefined, after: Counts | undefined): string | undefined {
  if (after === undefined) return undefined;
  if (after.raised > (before?.raised ?? 0)) return 'raised';
  const reasons = Object.entries(after.absorbed);
  const grown = reasons.find(([reason, count]) => {
    const earlier = Object.entries(before?.absorbed ?? {}).find(([name]) => name === reason)?.[1] ?? 0;
    return (count ?? 0) > earlier;
  });
  if (grown !== undefined) return grown[0];
  if (after.timedOut > (before?.timedOut ?? 0)) return 'timedOut';
  return after.skipped > (before?.skipped ?? 0) ? 'skipped' : undefined;
}

const raisedWords = ({ actions }: Rule): string =>
  actions.length === 0
    ? 'its condition is met; it alerts nobody by itself'
    : 'its condition is met: it raises';

function parsedLine(
  event: Event,
  { format, isStamped, isDated }: ReadLine,
  { source }: ExplainParts,
): ParsedLine {
  const { host, program, pid, severity, text, fields } = event;
  return {
    ...(source === undefined ? {} : { source: source.name }),
    format,
    at: new Date(event.at).toISOString(),
    isStamped,
    ...(isStamped && !isDated ? { isImplausible: true } : {}),
    ...(host === undefined ? {} : { host }),
    ...(program === undefined ? {} : { program }),
    ...(pid === undefined ? {} : { pid }),
    ...(severity === undefined ? {} : { severity }),
    text,
    fields,
  };
}

function noteOf(effect: Effect): readonly string[] {
  if (effect.type === 'note') return [effect.text];
  if (effect.type === 'clear') return [overWords(effect)];
  if (effect.type === 'do')
    return [`${effect.rule} would do ${effect.action}: ${JSON.stringify(effect.intent)}`];
  return [];
}

function overWords({ rule, key, now, why }: Extract<Effect, { type: 'clear' }>): string {
  const of = key.length === 0 ? '' : ` for ${key.join(', ')}`;
  return `${rule}${of} is over since ${new Date(now).toISOString()}: ${why}`;
}
