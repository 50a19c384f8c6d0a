import { present, unreachable } from '../kit/assert.ts';
import { truncate } from '../kit/text.ts';
import type { Alert, Notification } from '../model/alert.ts';
import type { AlertPayload, Message } from '../model/delivery.ts';
import type { Instant } from '../model/time.ts';
import { clockTime } from './clock.ts';
import { alertsTold, mostCommon, spanOf } from './joined.ts';
import { digestLines, digestTitle } from './digest.ts';
import type { TextShape } from './shape.ts';
import { splitText } from './split.ts';
import { emptyPayload, payloadOf } from './payload.ts';
import { redactPayload, redactionFor } from './redact-message.ts';
import { redactionNote, type Redaction } from './redact.ts';
import { summaryLines, summaryTitle } from './summary.ts';
import type { Template } from './template.ts';
import { builtInText, builtInTitle, longestTitle, templateValues } from './words.ts';

/** The templates of a rule, as far as it has its own. */
export interface RuleTemplates {
  readonly title?: Template;
  readonly text?: Template;
  /** Where it is explained what its alerts mean. */
  readonly link?: string;
}

export interface MessageInput {
  readonly notification: Notification;
  /** The alerts of `notification.alerts`, in that order, as far as they are still kept; none for a summary of a quiet day. */
  readonly alerts: readonly Alert[];
  readonly templates: (rule: string) => RuleTemplates | undefined;
  readonly shape: TextShape;
  /** IANA name of the zone for times in the text. */
  readonly zone: string;
  readonly now: Instant;
  /**
   * The named groups of a rule's pattern: in a template, one that took no part in the match is empty.
   * Absent: such a name is unknown, and for the payload all fields that are text count as groups.
   */
  readonly groups?: (rule: string) => readonly string[] | undefined;
}

/** The input, and what takes out of it what must not leave the machine. */
interface Work extends MessageInput {
  readonly redaction?: Redaction;
}

const MAX_TEXT = 65_536;

/**
 * The words of a notification for one channel. What identifies it (severity, title, short id, host,
 * time) stands before what came from the log, so that no length of log text can push it out of a
 * message. Deterministic: the same input gives the same bytes, so a retry is recognised as one.
 */
export function renderMessage(given: MessageInput): Message {
  const redaction = redactionFor(given.shape, given.alerts);
  const input: Work = redaction === undefined ? given : { ...given, redaction };
  const [newest] = input.alerts;
  if (newest === undefined) return nothingToTell(input);
  const single = wordsOf(newest, input);
  const words = tellsOfOne(input) ? single : joinedWords(input);
  const title = `${marksOf(input.notification)}${words.title}`;
  const lines = [factsOf(newest, input), ...words.lines].filter((line) => line !== '');
  return messageOf(title, lines, payloadOf(newest, { ...single, isOne: tellsOfOne(input) }, input), input);
}

function messageOf(title: string, lines: readonly string[], payload: AlertPayload, input: Work): Message {
  const { notification, shape, redaction } = input;
  const between = shape.layout === 'line' ? ' · ' : '\n';
  const head = shape.neutralise(withoutSecrets(title, input));
  const body = shape.neutralise(toldLines(lines, input).join(between));
  const whole = shape.layout === 'line' ? `${head} ${body}` : `${head}\n${body}`;
  return {
    title: head,
    body,
    parts: splitText(whole, shape),
    severity: notification.severity,
    idempotencyKey: notification.id,
    payload:
      redaction === undefined
        ? payload
        : redactPayload(payload, present(redactionFor(shape, input.alerts), 'a second redaction')),
  };
}

const withoutSecrets = (text: string, { redaction }: Work): string => redaction?.text(text) ?? text;

/** The lines as they may be told; the first, which is our own, says how much is missing in them all. */
function toldLines(lines: readonly string[], input: Work): readonly string[] {
  const [first = '', ...others] = lines.map((line) => withoutSecrets(line, input));
  const note = redactionNote(input.redaction?.counts() ?? {});
  return note === '' ? [first, ...others] : [`${first} (${note})`, ...others];
}

const tellsOfOne = ({ notification, alerts }: MessageInput): boolean =>
  notification.summary === undefined && alertsTold(notification, alerts) === 1;

interface Words {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Title and text of one alert: its rule's own, or the built-in ones. */
function wordsOf(alert: Alert, input: Work): Words {
  const template = input.templates(alert.rule)?.text;
  // Whole, before it is cut: half a secret would not be known for one.
  const text = withoutSecrets(fill(template, alert, input, builtInText(alert)), input).slice(0, MAX_TEXT);
  return { title: titleOf(alert, input), lines: linesOf(text) };
}

function titleOf(alert: Alert, input: Work): string {
  const template = input.templates(alert.rule)?.title;
  const title = oneLine(fill(template, alert, input, builtInTitle(alert)));
  return truncate(withoutSecrets(title === '' ? oneLine(builtInTitle(alert)) : title, input), longestTitle);
}

function fill(template: Template | undefined, alert: Alert, input: MessageInput, builtIn: string): string {
  if (template === undefined) return builtIn;
  const rendered = template.attempt(templateValues(alert, input.groups?.(alert.rule)), {
    now: input.now,
  });
  return rendered.ok ? rendered.text : `${builtIn} (its template failed: ${rendered.why})`;
}

function joinedWords(input: Work): Words {
  const { alerts, notification } = input;
  const { summary } = notification;
  const titles = alerts.map((alert) => titleOf(alert, input));
  const total = alertsTold(notification, alerts);
  if (summary !== undefined) {
    const listed = total > titles.length ? summaryLines(summary) : mostCommon(titles, total);
    return { title: summaryTitle(summary), lines: [...listed, ...overBy(alerts)] };
  }
  const more = notification.reason === 'joined' ? 'more alerts' : 'alerts';
  const rules = new Set(alerts.map((alert) => alert.rule)).size;
  return {
    title: `${total} ${more}${ofRules(rules, total > titles.length)}`,
    lines: mostCommon(titles, total),
  };
}

/** How many of what was held back are over by now. */
function overBy(alerts: readonly Alert[]): readonly string[] {
  const over = alerts.filter(({ resolvedAt }) => resolvedAt !== undefined).length;
  return over === 0 ? [] : [`${over} of the ${alerts.length} listed ${over === 1 ? 'is' : 'are'} over`];
}

/** Those that are not listed may be of rules that are not known here. */
function ofRules(known: number, mayBeMore: boolean): string {
  if (known === 1) return mayBeMore ? '' : ' of 1 rule';
  return ` of ${mayBeMore ? 'at least ' : ''}${known} rules`;
}

/** `CRITICAL: `, `RESOLVED: `, `TEST CRITICAL: `, `STILL WARNING: `. */
function marksOf({ reason, severity }: Notification): string {
  const word = severity.toUpperCase();
  switch (reason) {
    case 'resolved':
      return 'RESOLVED: ';
    case 'test':
      return `TEST ${word}: `;
    case 'repeated':
      return `STILL ${word}: `;
    case 'escalated':
      return `ESCALATED ${word}: `;
    case 'first':
    case 'digest':
    case 'joined':
      return `${word}: `;
    default:
      return unreachable(reason);
  }
}

/** `[#a1b2c3] web1 10:00:06 (seen 37 times since 10:00:03)`. */
function factsOf(newest: Alert, input: MessageInput): string {
  const { alerts, notification, now, zone } = input;
  const clock = (at: Instant) => clockTime(at, now, zone);
  const facts = [idMark(newest, input.shape)];
  if (tellsOfOne(input)) {
    facts.push(newest.last.host ?? newest.last.source, clock(timeOf(newest, notification)));
    // What comes late may be over by now.
    const over = notification.reason === 'resolved' ? undefined : newest.resolvedAt;
    if (over !== undefined) facts.push(`(resolved ${clock(over)})`);
    if (isLate(newest, notification)) facts.push(`(late: the line is of ${clock(newest.last.last)})`);
  } else {
    const { summary } = notification;
    const [first, last] = summary === undefined ? spanOf(alerts) : [summary.first, summary.last];
    const all = summary !== undefined || alertsTold(notification, alerts) === alerts.length;
    facts.push(`first ${clock(first)}, last ${clock(last)}${all ? '' : ` of the ${alerts.length} listed`}`);
  }
  // Told again with nothing new, the text must still differ: X refuses what it has already seen.
  if (notification.reason === 'repeated' || notification.reason === 'escalated') {
    facts.push(`(told again ${clock(now)})`);
  }
  facts.push(...seenOf(newest, input));
  return oneLine(facts.join(' '));
}

/** How often it was seen before this without being told; nothing where that is only what is told now. */
function seenOf(newest: Alert, input: MessageInput): readonly string[] {
  const { suppressed } = input.notification;
  if (suppressed === undefined) return [];
  const { count, since } = suppressed;
  const clock = clockTime(since, input.now, input.zone);
  if (count > 1) return [`(seen ${count} times since ${clock})`];
  return tellsOfOne(input) && since >= newest.lastAt ? [] : [`(seen once before, at ${clock})`];
}

/** How much older than its raise a line may be before people are told, in milliseconds. */
const lateMs = 600_000;

/** The line was written long before it was read: nothing ran, or its source was behind. */
const isLate = ({ last, lastAt }: Alert, { reason }: Notification): boolean =>
  reason !== 'resolved' && lastAt - last.last > lateMs;

/** `[#a1b2c3]`, without the sign where it would make a tag. */
function idMark(alert: Alert, shape: TextShape): string {
  const mark = `[#${shortId(alert)}]`;
  return shape.neutralise(mark) === mark ? mark : `[${shortId(alert)}]`;
}

/** The first six characters of an alert's id: what a human compares. */
export const shortId = (alert: Pick<Alert, 'id'>): string => alert.id.slice(0, 6);

const timeOf = (alert: Alert, { reason }: Notification): Instant =>
  reason === 'resolved' ? (alert.resolvedAt ?? alert.lastAt) : alert.lastAt;

const LINE_END = /(?:\r?\n)+/;

/** A line of a log cannot hold LF, but what some reader takes for one; as a break it could forge our own lines. */
const OTHER_BREAKS = /[\r\v\f\u0085\u2028\u2029]+/g;

const linesOf = (text: string): readonly string[] =>
  text.split(LINE_END).map((line) => line.replace(OTHER_BREAKS, ' ').trimEnd());

const oneLine = (text: string): string => linesOf(text.trim()).join(' ');

/** A summary when nothing happened, or a notification whose alerts the ledger no longer keeps. */
function nothingToTell(input: Work): Message {
  const { notification, now, zone } = input;
  const { summary, digest } = notification;
  const title =
    digest !== undefined
      ? digestTitle(digest, now, zone)
      : summary !== undefined
        ? `${marksOf(notification)}${summaryTitle(summary)}`
        : notification.alerts.length === 0
          ? 'No alerts'
          : 'Alerts that are no longer kept';
  const payload = emptyPayload(notification, title);
  const lines = [
    clockTime(notification.createdAt, now, zone),
    ...(summary === undefined ? [] : summaryLines(summary)),
    ...(digest === undefined ? [] : digestLines(digest)),
  ];
  return messageOf(title, lines, payload, input);
}
