import { present } from '../kit/assert.ts';
import { truncate } from '../kit/text.ts';
import type { Alert, Notification } from '../model/alert.ts';
import type { AlertPayload, Message } from '../model/delivery.ts';
import type { Instant } from '../model/time.ts';
import { clockTime, timestamp } from './clock.ts';
import { joinedBody, joinedTitle } from './joined.ts';
import type { TextShape } from './shape.ts';
import { splitText } from './split.ts';
import type { Template } from './template.ts';
import { builtInText, builtInTitle, templateValues } from './words.ts';

/** The templates of a rule, as far as it has its own. */
export interface RuleTemplates {
  readonly title?: Template;
  readonly text?: Template;
}

export interface MessageInput {
  readonly notification: Notification;
  /** The alerts of `notification.alerts`, in that order; at least one. */
  readonly alerts: readonly Alert[];
  readonly templates: (rule: string) => RuleTemplates | undefined;
  readonly shape: TextShape;
  /** IANA name of the zone for times in the text. */
  readonly zone: string;
  readonly now: Instant;
  /** The named groups of a rule's pattern. Absent: all fields that are text count as such. */
  readonly groups?: (rule: string) => readonly string[] | undefined;
}

const MAX_TITLE = 160;
const MAX_TEXT = 65_536;

/**
 * The words of a notification for one channel. What identifies it (severity, title, short id, host,
 * time) stands before what came from the log, so that no length of log text can push it out of a
 * message. Deterministic: the same input gives the same bytes, so a retry is recognised as one.
 */
export function renderMessage(input: MessageInput): Message {
  const { notification, alerts, shape } = input;
  const newest = present(alerts[0], 'an alert to render');
  const single = wordsOf(newest, input);
  const words = alerts.length === 1 ? single : joined(input);
  const title = `${marksOf(notification, newest)}${words.title}`;
  const body = [factsOf(newest, input), words.text].filter((line) => line !== '').join('\n');
  return {
    title,
    body,
    parts: splitText(layOut(title, body, shape), shape),
    severity: notification.severity,
    idempotencyKey: notification.id,
    payload: payloadOf(newest, single, input),
  };
}

interface Words {
  readonly title: string;
  readonly text: string;
}

/** Title and text of one alert: its rule's own, or the built-in ones. */
function wordsOf(alert: Alert, input: MessageInput): Words {
  const own = input.templates(alert.rule);
  const values = templateValues(alert);
  const title = fill(own?.title, values, input, builtInTitle(alert));
  const text = fill(own?.text, values, input, builtInText(alert));
  return { title: oneLine(truncate(title.trim(), MAX_TITLE)), text: truncate(text.trim(), MAX_TEXT) };
}

function fill(
  template: Template | undefined,
  values: ReturnType<typeof templateValues>,
  input: MessageInput,
  builtIn: string,
): string {
  const rendered = template?.attempt(values, { now: input.now });
  if (rendered === undefined) return builtIn;
  return rendered.ok ? rendered.text : `${builtIn} (its template failed: ${rendered.why})`;
}

function joined(input: MessageInput): Words {
  const titled = input.alerts.map((alert) => ({ alert, title: wordsOf(alert, input).title }));
  const time = (at: Instant) => clockTime(at, input.now, input.zone);
  return { title: joinedTitle(titled), text: joinedBody(titled, time) };
}

/** `TEST CRITICAL: `, `RESOLVED: `, `STILL WARNING: `. */
function marksOf({ reason, severity }: Notification, alert: Alert): string {
  if (reason === 'resolved' || (reason !== 'test' && alert.status === 'resolved')) return 'RESOLVED: ';
  const word = severity.toUpperCase();
  if (reason === 'test') return `TEST ${word}: `;
  if (reason === 'repeated') return `STILL ${word}: `;
  return reason === 'escalated' ? `ESCALATED ${word}: ` : `${word}: `;
}

/** `[#a1b2c3] web1 10:00:06 (seen 37 times since 10:00:03)`. */
function factsOf(alert: Alert, input: MessageInput): string {
  const { notification, shape, now, zone } = input;
  const id = `[#${shortId(alert)}]`;
  // Where a number sign makes a tag, the id goes without.
  const mark = shape.neutralise(id) === id ? id : `[${shortId(alert)}]`;
  const facts = [
    mark,
    alert.last.host ?? alert.last.source,
    clockTime(timeOf(alert, notification), now, zone),
  ];
  const retold = notification.reason !== 'first' && notification.reason !== 'resolved';
  if (retold) facts.push(`(told ${clockTime(now, now, zone)})`);
  const { suppressed } = notification;
  if (suppressed !== undefined) {
    facts.push(`(seen ${suppressed.count} times since ${clockTime(suppressed.since, now, zone)})`);
  }
  return facts.join(' ');
}

/** The first six characters of an alert's id: what a human compares. */
export const shortId = (alert: Pick<Alert, 'id'>): string => alert.id.slice(0, 6);

const timeOf = (alert: Alert, { reason }: Notification): Instant =>
  reason === 'resolved' ? (alert.resolvedAt ?? alert.lastAt) : alert.lastAt;

function layOut(title: string, body: string, shape: TextShape): string {
  const text = shape.layout === 'line' ? oneLine(`${title} ${body}`) : `${title}\n${body}`;
  return shape.neutralise(text);
}

const oneLine = (text: string): string => text.replace(/\s*[\r\n\u2028\u2029]\s*/g, ' ');

function payloadOf(alert: Alert, words: Words, input: MessageInput): AlertPayload {
  const { notification, alerts } = input;
  const { last } = alert;
  return {
    version: 1,
    id: alert.id,
    status: alert.status,
    reason: notification.reason,
    rule: alert.rule,
    key: alert.key,
    severity: alert.severity,
    title: words.title,
    text: words.text,
    count: last.count,
    first: timestamp(last.first),
    last: timestamp(last.last),
    ...(last.host === undefined ? {} : { host: last.host }),
    ...(last.program === undefined ? {} : { program: last.program }),
    source: last.source,
    line: last.line,
    fields: last.fields,
    groups: groupsOf(alert, input.groups?.(alert.rule)),
    ...(notification.suppressed === undefined ? {} : { suppressed: notification.suppressed.count }),
    ...(alerts.length === 1 ? {} : { joined: alerts.slice(1).map((other) => other.id) }),
  };
}

function groupsOf(alert: Alert, names: readonly string[] | undefined): Record<string, string> {
  const groups: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(alert.last.fields)) {
    if (typeof value === 'string' && (names === undefined || names.includes(name))) groups[name] = value;
  }
  return groups;
}
