import type { Alert } from '../model/alert.ts';
import type { AlertPayload } from '../model/delivery.ts';
import { toJson, type Json } from '../model/json.ts';
import { createRedaction, type Redaction } from './redact.ts';
import type { TextShape } from './shape.ts';

/** What is taken out of a message that tells of these alerts; undefined where all of it may be told. */
export function redactionFor(
  shape: Pick<TextShape, 'redact'>,
  alerts: readonly Pick<Alert, 'last' | 'key'>[],
): Redaction | undefined {
  const { redact = [] } = shape;
  if (redact.length === 0) return undefined;
  const origins = alerts.slice(0, mostOrigins).flatMap(({ last }) => [last.line, toJson(last.fields)]);
  return createRedaction(redact, origins);
}

/** Of more alerts only titles are told, which show their secrets themselves or not at all. */
const mostOrigins = 50;

/** The alert as data without what must not leave the machine. */
export function redactPayload(payload: AlertPayload, redaction: Redaction): AlertPayload {
  const { text, member, data } = redaction;
  const { host, program, link, summary } = payload;
  const dataOf = (name: string, value: unknown): Json =>
    typeof value === 'string' ? member(name, value) : data(toJson(value ?? null));
  const redacted: AlertPayload = {
    ...payload,
    key: payload.key.map(text),
    title: text(payload.title),
    text: text(payload.text),
    line: text(payload.line),
    fields: Object.fromEntries(
      Object.entries(payload.fields).map(([name, value]) => [name, dataOf(name, value)]),
    ),
    groups: Object.fromEntries(
      Object.entries(payload.groups).map(([name, value]) => [name, member(name, value)]),
    ),
    ...(host === undefined ? {} : { host: text(host) }),
    ...(program === undefined ? {} : { program: text(program) }),
    ...(link === undefined ? {} : { link: text(link) }),
    ...(summary === undefined ? {} : { summary: redactSummary(summary, text) }),
  };
  const counts = redaction.counts();
  return Object.keys(counts).length === 0 ? redacted : { ...redacted, redacted: counts };
}

function redactSummary(
  summary: NonNullable<AlertPayload['summary']>,
  text: (text: string) => string,
): NonNullable<AlertPayload['summary']> {
  const keys = summary.keys.map(([key, raises]) => [text(key), raises] as const);
  return { ...summary, keys, ...(summary.title === undefined ? {} : { title: text(summary.title) }) };
}
