import type { HttpAnswer } from '../http.ts';

/**
 * What X says went wrong, whichever of its shapes it uses: v2 problems (RFC 7807), v1 error lists,
 * v2 validation lists, text, HTML or nothing at all.
 */
export interface Problem {
  readonly status: number;
  /** Codes of API v1. */
  readonly codes: readonly number[];
  /** Last path segments of the problems' `type`: the hosts before them vary. */
  readonly types: readonly string[];
  /** Everything it said in words, on one line, cut to 300 characters. */
  readonly text: string;
  /** The body is an HTML page: something between us and the API may have answered. */
  readonly html: boolean;
}

const longestText = 300;

/** Reads what an answer complains about; an answer without complaints gives empty lists. */
export function readProblem(answer: HttpAnswer): Problem {
  const body = answer.body.trim();
  const listed = [...body.slice(0, 8192).matchAll(/<error code="(\d{1,5})">([^<]{0,300})<\/error>/g)];
  if (listed.length > 0) return ofXml(answer, listed);
  if (body.startsWith('<')) return { ...nothingSaid(answer), text: oneLine(titleOf(body)), html: true };
  const json = parseObject(body);
  if (json === undefined) return { ...nothingSaid(answer), text: oneLine(body) };
  const parts = [json, ...listOf(json['errors'])];
  return {
    ...nothingSaid(answer),
    codes: parts.map((part) => part['code']).filter((code) => typeof code === 'number'),
    types: parts.map((part) => lastSegment(part['type'])).filter((type) => type !== ''),
    text: oneLine(wordsOf(parts)),
  };
}

/** The members of a JSON object in text, or undefined when it holds anything else. */
export function parseObject(text: string): { readonly [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The OAuth endpoints answer in XML. */
function ofXml(answer: HttpAnswer, errors: readonly RegExpExecArray[]): Problem {
  const codes = errors.map(([, code]) => Number(code));
  return { ...nothingSaid(answer), codes, text: oneLine(errors.map(([, , words]) => words).join(': ')) };
}

const nothingSaid = (answer: HttpAnswer): Problem => ({
  status: answer.status,
  codes: [],
  types: [],
  text: '',
  html: false,
});

const listOf = (value: unknown): { readonly [name: string]: unknown }[] =>
  Array.isArray(value) ? value.slice(0, 20).filter(isObject) : [];

const lastSegment = (type: unknown): string =>
  typeof type === 'string' ? (type.replace(/\/+$/, '').split('/').at(-1) ?? '') : '';

function wordsOf(parts: readonly { readonly [name: string]: unknown }[]): string {
  const said = parts.flatMap((part) => [
    part['title'],
    part['detail'],
    part['message'],
    part['reason'],
    part['error'],
  ]);
  const texts = said.filter((word): word is string => typeof word === 'string' && word !== '');
  return [...new Set(texts)].join(': ');
}

const titleOf = (html: string): string => /<title>([^<]{0,200})<\/title>/i.exec(html)?.[1] ?? 'an HTML page';

const oneLine = (text: string): string =>
  text
    .slice(0, 4 * longestText)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, longestText);
