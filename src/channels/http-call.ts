import { truncate } from '../kit/text.ts';
import { safeLine } from '../kit/terminal.ts';
import type { Delivery } from '../model/delivery.ts';
import { type Instant, type Millis, millis } from '../model/time.ts';
import type { HttpSettings } from './contract.ts';
import { durationOption } from './duration-option.ts';
import { type Http, type HttpAnswer, openHttp } from './http.ts';
import { type Complaint, deliveryOfFailure, deliveryOfRefusal } from './http-answer.ts';
import type { HttpFailure } from './http-failure.ts';
import { readSecret } from './secret-file.ts';

/** The option `timeout` of every service that is reached by HTTP. */
export const serviceTimeout = durationOption(millis(5 * 60_000))
  .default('10s')
  .describe('How long one request may take as a whole.');

/** An object as JSON has it. */
export type JsonObject = { readonly [name: string]: unknown };

/** One call of a service. With neither `json` nor `form` it has no body. */
export interface ServiceCall {
  /** Default POST. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly url: string;
  /** By lower-case name. */
  readonly headers?: { readonly [name: string]: string };
  readonly json?: JsonObject | readonly JsonObject[];
  /** `application/x-www-form-urlencoded`. */
  readonly form?: { readonly [name: string]: string };
}

/** How long a call may take, and what ends it. */
export interface CallLimits {
  readonly timeoutMs: Millis;
  readonly signal: AbortSignal;
}

/** A service spoken to in JSON over HTTP. */
export interface HttpService {
  /** Never rejects. */
  call(call: ServiceCall, limits: CallLimits): Promise<HttpAnswer | HttpFailure>;
  close(): Promise<void>;
}

/** Nothing is loaded or connected before the first call. */
export function openService(settings: HttpSettings): HttpService {
  const http = openHttp(settings);
  return { call: (call, limits) => exchange(http, call, limits), close: () => http.close() };
}

function exchange(
  http: Http,
  { method = 'POST', url, headers, json, form }: ServiceCall,
  { timeoutMs, signal }: CallLimits,
): Promise<HttpAnswer | HttpFailure> {
  const body = bodyOf(json, form);
  const type = body === undefined ? {} : { 'content-type': body.type };
  return http.exchange(
    {
      method,
      url,
      headers: { ...usualHeaders, ...type, ...headers },
      ...(body === undefined ? {} : { body: body.text }),
    },
    { totalMs: timeoutMs, signal },
  );
}

const usualHeaders = {
  'user-agent': 'bird-sentinel',
  accept: 'application/json',
  // Whoever does not say so may be answered in any coding (RFC 9110, section 12.5.3), and none is undone here.
  'accept-encoding': 'identity',
};

function bodyOf(
  json: ServiceCall['json'],
  form: ServiceCall['form'],
): { readonly type: string; readonly text: string } | undefined {
  if (json !== undefined) return { type: 'application/json; charset=utf-8', text: JSON.stringify(json) };
  if (form === undefined) return undefined;
  return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(form).toString() };
}

/** What a service's answers are judged by. */
export interface Reading {
  readonly now: Instant;
  /** Texts that must not be seen, should the service repeat what it was told. */
  readonly hidden: readonly string[];
  /**
   * What a whole answer of status 2xx means. Absent: sent. A complaint where the service says no under a
   * status that says yes; its `reason` is `rejected` if it names none.
   */
  readonly accepted?: (body: JsonObject | undefined, answer: HttpAnswer) => Delivery | Complaint;
  /** The service says no under a status that says yes: without its body nobody knows what 2xx means. */
  readonly bodyDecides?: boolean;
  /** What the service says of any other answer. Absent: its status alone counts. */
  readonly complaint?: (body: JsonObject | undefined, answer: HttpAnswer) => Complaint;
}

/** What a service's answer, or the lack of one, means for the attempt. */
export function deliveryOfAnswer(answer: HttpAnswer | HttpFailure, reading: Reading): Delivery {
  if (answer.type === 'failure') return deliveryOfFailure(answer);
  const body = parseObject(answer.body);
  if (answer.status >= 300) return refused(answer, reading, reading.complaint?.(body, answer) ?? {});
  if (answer.bodyState === 'broken' && body === undefined) return brokenOff(answer, reading);
  const meant = reading.accepted?.(body, answer) ?? takenBy(answer);
  return 'type' in meant ? meant : refused(answer, reading, { reason: 'rejected', ...meant });
}

/** Mostly the head of the answer says that it was done, and what is missing of the rest does not undo it. */
const brokenOff = (answer: HttpAnswer, { bodyDecides = false }: Reading): Delivery =>
  bodyDecides
    ? { type: 'unknown', detail: `HTTP ${answer.status}, but the answer broke off before it said yes or no` }
    : sentBy(answer);

/**
 * Sent, but for a page of HTML, which no service of machines answers: something else has (a portal, a login before
 * it), and nobody knows.
 */
export const takenBy = (answer: HttpAnswer): Delivery =>
  /^\s*<(?:!doctype|html)\b/i.test(answer.body)
    ? { type: 'unknown', detail: `HTTP ${answer.status}, but a page for people in place of an answer` }
    : sentBy(answer);

const sentBy = ({ status }: HttpAnswer): Delivery => ({ type: 'sent', receipt: `HTTP ${status}` });

function refused(answer: HttpAnswer, { now, hidden }: Reading, complaint: Complaint): Delivery {
  const words = complaint.words === undefined ? {} : { words: quoted(complaint.words, hidden) };
  return deliveryOfRefusal(answer, now, { ...complaint, ...words });
}

/** A service's words on one line, harmless, at most 300 graphemes, and without what must not be seen. */
export function quoted(words: string, hidden: readonly string[]): string {
  const shown = hidden
    .filter((text) => text !== '')
    .reduce((rest, text) => rest.replaceAll(text, '[secret]'), words);
  return truncate(safeLine(shown.replace(/\s+/g, ' ').trim().slice(0, 600)), 300);
}

/** The address of a path below that of a service. */
export const under = (service: string, path: string): string => `${service.replace(/\/+$/, '')}/${path}`;

/** The members of a JSON object in text, or undefined when it holds anything else. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text among the members of an object; empty where there is none. */
export const textIn = (object: JsonObject | undefined, name: string): string => {
  const value = object?.[name];
  return typeof value === 'string' ? value : '';
};

/** Without its secret nothing can be sent: that is for a human, and the file is read again each time. */
const noSecret = (detail: string): Delivery => ({
  type: 'retry',
  reason: 'auth',
  detail,
  afterMs: millis(5 * 60_000),
});

/** Does something with the secret in a file of mode 0600, which is read each time, so that a changed one counts at once. */
export async function withSecret(
  path: string,
  use: (secret: string) => Promise<Delivery>,
): Promise<Delivery> {
  const read = await readSecret(path);
  return read.ok ? use(read.secret.reveal()) : noSecret(read.detail);
}

/** As `withSecret`, for one that stands in a header or a path: letters, digits and signs of ASCII, no blanks. */
export const withToken = (path: string, use: (token: string) => Promise<Delivery>): Promise<Delivery> =>
  withSecret(path, async (token) => {
    const objection = tokenObjection(path, token);
    return objection === undefined ? use(token) : noSecret(objection);
  });

/** Why a secret cannot stand in a header or a path, if so; it is not repeated. */
export const tokenObjection = (path: string, token: string): string | undefined =>
  /^[\x21-\x7e]+$/.test(token)
    ? undefined
    : `${path} holds no token: there are blanks, newlines or letters beyond ASCII in it`;

/** As `withSecret`, for an address that is a secret itself. */
export const withUrl = (path: string, use: (url: string) => Promise<Delivery>): Promise<Delivery> =>
  withToken(path, async (text) =>
    /^https?:\/\/[^/@]+\//.test(text) && URL.canParse(text)
      ? use(text)
      : noSecret(`${path} holds no https:// address with a path`),
  );

/** Shorter pieces of an address are words such as `webhooks`. */
const shortestSecret = 10;

/** What of an address that is a secret must not be seen: all of it, and the pieces of its path and query. */
export function secretsIn(url: string): readonly string[] {
  const { pathname, search, searchParams } = new URL(url);
  const written = search.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1));
  const pieces = [...pathname.split('/'), ...written, ...searchParams.values()];
  return [
    url,
    ...pieces.filter(({ length }) => length >= shortestSecret).sort((a, b) => b.length - a.length),
  ];
}
