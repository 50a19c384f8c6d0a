import { cutBytes } from '../../kit/text.ts';
import type { Message } from '../../model/delivery.ts';
import { after, type Instant, instant, type Millis, millis } from '../../model/time.ts';

/** An alert as Alertmanager takes it (api/v2/openapi.yaml, postableAlert). */
interface PostableAlert {
  readonly [member: string]: string | { readonly [name: string]: string };
  readonly labels: { readonly [name: string]: string };
  readonly annotations: { readonly [name: string]: string };
  readonly startsAt: string;
  readonly endsAt: string;
}

interface Posting {
  readonly now: Instant;
  readonly keep: Millis;
  readonly labels: { readonly [name: string]: string };
}

const severities = ['info', 'warning', 'critical'] as const;

/**
 * The alert as Alertmanager takes it. Its labels are its identity there: what may differ from message to
 * message of one alert stands in the annotations. The severity is a label all the same, since routes need
 * it; so with each message the other severities end, which does nothing where they were never told.
 */
export function alertsOf(message: Message, part: number, posting: Posting): readonly PostableAlert[] {
  const { payload } = message;
  const isOver = payload.reason === 'resolved' || payload.status === 'resolved';
  const annotations = annotationsOf(message, part);
  return severities.map((severity) => {
    const isOpen = severity === payload.severity && !isOver;
    const key = payload.key.join(' ');
    return {
      labels: {
        ...posting.labels,
        alertname: word(payload.rule),
        severity,
        ...(key === '' ? {} : { key: word(key) }),
      },
      annotations,
      ...timesOf(message, isOpen, posting),
      ...(payload.link === undefined ? {} : { generatorURL: payload.link }),
    };
  });
}

/** What is told once and does not last: it ends by itself soon. */
const brief = millis(5 * 60_000);

function timesOf(
  { payload: { first, reason } }: Message,
  isOpen: boolean,
  { now, keep }: Posting,
): Pick<PostableAlert, 'startsAt' | 'endsAt'> {
  const given = Date.parse(first);
  const begin = Number.isNaN(given) ? now : Math.min(given, now);
  const lasts = reason === 'test' || reason === 'digest' ? brief : keep;
  return { startsAt: stamp(instant(begin)), endsAt: stamp(isOpen ? after(now, lasts) : now) };
}

const stamp = (at: Instant): string => new Date(at).toISOString();

function annotationsOf(
  { title, parts, payload }: Message,
  part: number,
): { readonly [name: string]: string } {
  const given = {
    summary: title,
    description: parts[part] ?? '',
    alert: payload.id,
    host: payload.host ?? '',
    program: payload.program ?? '',
    source: payload.source,
    count: String(payload.count),
    reason: payload.reason,
    first: payload.first,
    last: payload.last,
    link: payload.link ?? '',
  };
  const filled = Object.entries(given).filter(([, text]) => text !== '');
  return Object.fromEntries(filled.map(([name, text]) => [name, wellFormed(text)]));
}

/** A value of a label: what is longer is cut, since it goes around in every notification. */
const word = (text: string): string => cutBytes(wellFormed(text), 500) || '-';

const wellFormed = (text: string): string =>
  text.replace(/\p{Surrogate}/gu, '\ufffd').replace(/[^\P{Cc}\n]/gu, ' ');
