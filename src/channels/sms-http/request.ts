import type { ServiceCall } from '../http-call.ts';

/** What can be filled into the value of a parameter. */
export interface Filling {
  readonly to: string;
  readonly text: string;
  readonly password: string;
  /** The same for every attempt at one SMS, and of no other. */
  readonly key: string;
}

type Parameters = { readonly [name: string]: string };

const place = /\{([^{}]*)\}/g;

/** The places in values that nothing can be filled into, such as `{sender}`. */
export const unknownPlaces = (parameters: Parameters): readonly string[] =>
  Object.values(parameters)
    .flatMap((value) => [...value.matchAll(place)].map(([whole, name]) => ({ whole, name })))
    .filter(({ name }) => !['to', 'text', 'password', 'key'].includes(name ?? ''))
    .map(({ whole }) => whole);

interface Way {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly format: 'form' | 'json';
  readonly user?: string | undefined;
}

/**
 * The request. Values are filled in once and encoded as a whole, so that nothing in a text can begin a
 * parameter, and no place that stands in a text is filled in.
 */
export function callOf(way: Way, parameters: Parameters, filling: Filling): ServiceCall {
  const filled = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, fill(value, filling)]),
  );
  const headers = way.user === undefined ? {} : { authorization: basic(way.user, filling.password) };
  if (way.method === 'POST')
    return { url: way.url, headers, ...(way.format === 'json' ? { json: filled } : { form: filled }) };
  const url = new URL(way.url);
  for (const [name, value] of Object.entries(filled)) url.searchParams.append(name, value);
  return { method: 'GET', url: url.href, headers };
}

const fill = (value: string, filling: Filling): string =>
  value.replace(place, (_whole, name: keyof Filling) => filling[name]);

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** The password as it may stand in an answer that repeats the request. */
export const hiddenForms = (user: string | undefined, password: string): readonly string[] =>
  password === ''
    ? []
    : [
        password,
        encodeURIComponent(password),
        new URLSearchParams([['', password]]).toString().slice(1),
        Buffer.from(password).toString('base64'),
        ...(user === undefined ? [] : [Buffer.from(`${user}:${password}`).toString('base64')]),
      ];
