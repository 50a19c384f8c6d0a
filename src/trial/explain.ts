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
import { explainAlert, type MessageOf } from './explain-alert.ts';
import type { Explanation, MatchedRule, NearRule, ParsedLine } from './explanation.ts';
import { capturesOf } from './match-event.ts';
import { nearnessOf } from './nearness.ts';
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

const mostNear = 5;
const leastNear = 0.3;
/** A rule is tried with so many of the same lines to see how many it takes. */
const mostTries = 1000;

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

  const eventOf = (line: string, source: string): Event => {
    const head = {
      source,
      receivedAt: parts.now,
      reference: parts.now,
      position: { stream: 'explain' },
    };
    const { event } = parser.parse(line, head, offset);
    offset += line.length + 1;
    return event;
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

  /** How many more of the same line would make a rule raise. */
  const moreUntilRaise = (rule: Rule, event: Event): number | undefined => {
    const alone = createEngine({ rules: [rule], hash: program.hash }, parts.engineOptions);
    alone.restore([...rows.values()].filter(({ scope }) => scope === rule.id || scope === ''));
    for (let more = 1; more <= mostTries; more += 1) {
      const effects = alone.step({ type: 'event', seq: seq + more, now: clock, event, rules: [0] });
      if (effects.some((effect) => effect.type === 'raise')) return more;
    }
    return undefined;
  };

  const matchedRule = (rule: Rule, event: Event, outcome: string | undefined): readonly MatchedRule[] => {
    const found = foundBy(rule, event);
    if (outcome === undefined) return [];
    const more = outcome === 'window' ? moreUntilRaise(rule, event) : undefined;
    const text = rule.kind === 'novel' ? { template: lineTemplate(event.text) } : {};
    return [
      {
        ...nameOf(rule),
        found: texts(found ?? {}),
        key: Object.fromEntries(
          rule.key.map((name) => [name, fieldText(lookUp(event, name, found ?? {})) ?? '']),
        ),
        outcome,
        why: outcome === 'raised' ? raisedWords(rule) : whyAbsorbed(outcome, rule, more),
        ...(more === undefined ? {} : { more }),
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
      const event = eventOf(line, parts.source?.name ?? anySource(rules));
      clock = latest(clock, parts.clock === 'present' ? parts.now : event.at);
      if (!isStarted) alerting.step({ type: 'started', now: clock });
      isStarted = true;
      const before = countsOf(engine);
      const effects = stepEngine(event);
      const after = countsOf(engine);
      const matched = rules.flatMap(({ rule }) =>
        matchedRule(rule, event, outcomeOf(before.get(rule.id), after.get(rule.id))),
      );
      const alerts = effects.flatMap((effect) =>
        effect.type === 'raise' ? [explainAlert(effect, alerting, parts.alertingRules, parts.messageOf)] : [],
      );
      return {
        version: 1,
        line,
        parsed: parsedLine(event, parts),
        matched,
        near: nearRules(event, matched),
        alerts,
        notes: effects.flatMap(noteOf),
      };
    },
  };
}

/** A line of no source in particular is shown to rules of all sources. */
const isBound = ({ from }: Rule, { source }: ExplainParts): boolean =>
  from === undefined || source === undefined || from.includes(source.name);

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

function parsedLine(event: Event, { source, zone, now }: ExplainParts): ParsedLine {
  const { format, isStamped } = recognise(event.line, source?.format ?? 'auto', { reference: now, zone });
  const { host, program, pid, severity, text, fields } = event;
  return {
    ...(source === undefined ? {} : { source: source.name }),
    format,
    at: new Date(event.at).toISOString(),
    isStamped,
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
  if (effect.type === 'do')
    return [`${effect.rule} would do ${effect.action}: ${JSON.stringify(effect.intent)}`];
  return [];
}
