import type { Alert, Notification } from '../model/alert.ts';
import type { AlertPayload } from '../model/delivery.ts';
import { timestamp } from './clock.ts';
import { digestPayload } from './digest.ts';
import { alertsTold } from './joined.ts';
import { summaryPayload } from './summary.ts';

/** What a message says of its first alert in words, and whether it tells of that one alone. */
interface PayloadWords {
  readonly title: string;
  readonly lines: readonly string[];
  readonly isOne: boolean;
}

/** What a payload is made from beside the alert. */
interface PayloadInput {
  readonly notification: Notification;
  readonly alerts: readonly Alert[];
  readonly groups?: (rule: string) => readonly string[] | undefined;
  readonly templates: (rule: string) => { readonly link?: string } | undefined;
}

/** The alert as data, for channels that carry structure. */
export function payloadOf(alert: Alert, words: PayloadWords, input: PayloadInput): AlertPayload {
  const { notification, alerts } = input;
  const { suppressed, summary } = notification;
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
    text: words.lines.join('\n'),
    count: last.count,
    first: timestamp(last.first),
    last: timestamp(last.last),
    ...(last.host === undefined ? {} : { host: last.host }),
    ...(last.program === undefined ? {} : { program: last.program }),
    source: last.source,
    line: last.line,
    ...linkOf(input.templates(alert.rule)?.link),
    fields: last.fields,
    groups: groupsOf(alert, input.groups?.(alert.rule)),
    ...(suppressed === undefined ? {} : { suppressed: suppressed.count }),
    ...(words.isOne
      ? {}
      : { joined: alerts.slice(1).map((other) => other.id), total: alertsTold(notification, alerts) }),
    ...(summary === undefined ? {} : { summary: summaryPayload(summary) }),
  };
}

const linkOf = (link: string | undefined) => (link === undefined ? {} : { link });

/** The payload of a message that tells of no alert that is kept: a digest, the end of a storm. */
export function emptyPayload(notification: Notification, title: string): AlertPayload {
  const { id, reason, severity, createdAt, summary, digest } = notification;
  const at = timestamp(createdAt);
  return {
    version: 1,
    id,
    status: 'resolved',
    reason,
    rule: '',
    key: [],
    severity,
    title,
    text: '',
    count: 0,
    first: at,
    last: at,
    source: '',
    line: '',
    fields: {},
    groups: {},
    ...(summary === undefined ? {} : { summary: summaryPayload(summary) }),
    ...(digest === undefined ? {} : { digest: digestPayload(digest) }),
  };
}

function groupsOf(alert: Alert, names: readonly string[] | undefined): Record<string, string> {
  const groups: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(alert.last.fields)) {
    if (typeof value === 'string' && (names === undefined || names.includes(name))) groups[name] = value;
  }
  return groups;
}
