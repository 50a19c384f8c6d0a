import type { z } from 'zod';
import { closest } from '../../kit/distance.ts';
import type { Checked, Diagnostic } from '../../model/diagnostic.ts';
import { formatPath, type Locate, type Path } from './place.ts';
import { keysAt, type KnownKeys, type Schema } from './schema-keys.ts';
import { meantBranch } from './union-branch.ts';

/** Data to be checked, what messages call it, and how to find its places. */
export interface Subject {
  readonly data: unknown;
  /** Such as `rules.disk`; empty for a whole document. */
  readonly name: string;
  readonly locate: Locate;
  /** Keys that may stand beside those of the schema and are checked elsewhere: for "did you mean". */
  readonly beside?: readonly string[];
}

/**
 * Checks data against a schema. Every mistake becomes a Diagnostic at the key or value that is wrong,
 * in the words of the union member that the user most likely meant.
 */
export function validate<T>(schema: z.ZodType<T>, subject: Subject): Checked<T> {
  const result = schema.safeParse(subject.data);
  if (result.success) return { ok: true, value: result.data, diagnostics: [] };
  return {
    ok: false,
    diagnostics: result.error.issues.flatMap((issue) => diagnose(issue, schema, [], subject)),
  };
}

/**
 * What is left of wrong data when every key that is wrong is taken out: enough to look for further
 * mistakes in the rest. Undefined when the rest is no better.
 */
export function salvage<T>(schema: z.ZodType<T>, data: unknown): T | undefined {
  let rest = data;
  // What is taken out may be missed by the map around it, which then goes too.
  for (let round = 0; round < 4; round += 1) {
    const result = schema.safeParse(rest);
    if (result.success) return result.data;
    rest = result.error.issues.flatMap((issue) => pathsOf(issue, rest)).reduce(withoutPath, rest);
  }
  return undefined;
}

function pathsOf(issue: Issue, data: unknown): readonly (readonly PropertyKey[])[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...issue.path, key]);
  const isThere = valueAt(data, writtenPath(issue)) !== undefined;
  return [isThere ? issue.path : issue.path.slice(0, -1)];
}

/** Takes the value at a path out; a list with a wrong item goes whole, for the places of the others would shift. */
function withoutPath(data: unknown, path: readonly PropertyKey[]): unknown {
  const [key, ...rest] = path;
  if (typeof data !== 'object' || data === null || Array.isArray(data) || key === undefined) return undefined;
  const map = data as { readonly [key: PropertyKey]: unknown };
  const inner = rest.length === 0 ? undefined : withoutPath(map[key], rest);
  const others = Object.fromEntries(Object.entries(map).filter(([name]) => name !== String(key)));
  return inner === undefined ? others : { ...others, [key]: inner };
}

type Issue = z.core.$ZodIssue;

const writtenPath = (issue: Issue): Path => issue.path.filter((segment) => typeof segment !== 'symbol');

/** `schema` is what the issue's own path starts from; `base` leads there from the subject's data. */
function diagnose(issue: Issue, schema: Schema, base: Path, subject: Subject): Diagnostic[] {
  const path = [...base, ...writtenPath(issue)];
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path);
    const beside = path.length === 0 ? (subject.beside ?? []) : [];
    return unknownKeys(issue.keys, { ...known, names: [...known.names, ...beside] }, path, subject);
  }
  if (isMissing(path, subject))
    return missingKey(issue, keysAt(schema, issue.path.slice(0, -1)), path, subject);
  if (issue.code === 'invalid_union') {
    const value = valueAt(subject.data, path);
    const branch = meantBranch(issue.errors, schema, issue.path, value);
    if (branch?.near === 0 && isMap(value) && Object.keys(value).length > 0) {
      return unknownKeys(Object.keys(value), keysAt(schema, issue.path), path, subject);
    }
    if (branch !== undefined) {
      return branch.issues.flatMap((inner) => diagnose(inner, branch.schema, path, subject));
    }
  }
  return [wrongValue(issue, path, subject)];
}

function unknownKeys(keys: readonly string[], known: KnownKeys, path: Path, subject: Subject): Diagnostic[] {
  return keys.map((key) => {
    const at = [...path, key];
    const place = subject.locate(at, 'key');
    const where = nameOf(subject, path);
    const message = `unknown key "${key}"${where === '' ? '' : ` in ${where}`}`;
    return { code: 'config.unknown-key', severity: 'error', message, ...place, hint: keyHint(key, known) };
  });
}

function keyHint(key: string, { names, planned, inner }: KnownKeys): string {
  if (planned.includes(key)) return 'not supported yet';
  const holder = inner?.(key);
  if (holder !== undefined) return `it stands in "${holder}"`;
  const near = closest(key, names);
  if (near !== undefined) return `did you mean "${near}"?`;
  const coming = closest(key, planned);
  if (coming !== undefined) return `did you mean "${coming}"? it is not supported yet`;
  return names.length === 0 ? 'no keys are known here' : `known keys: ${names.join(', ')}`;
}

function missingKey(issue: Issue, known: KnownKeys, path: Path, subject: Subject): Diagnostic[] {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  if (isTold(key, known, valueAt(subject.data, parent))) return [];
  const where = nameOf(subject, parent);
  const message = `missing key "${key}"${where === '' ? '' : ` in ${where}`}`;
  const place = subject.locate(parent);
  const hint = issue.code === 'invalid_type' ? { hint: `it takes ${expectation(issue.expected)}` } : {};
  return [{ code: 'config.missing-key', severity: 'error', message, ...place, ...hint }];
}

/** Whether an unknown key beside it says it already: it is misspelt, or stands for something that will come. */
function isTold(key: string, { names, planned }: KnownKeys, parent: unknown): boolean {
  if (!isMap(parent)) return false;
  return Object.keys(parent).some(
    (written) => planned.includes(written) || (!names.includes(written) && closest(written, names) === key),
  );
}

const isMap = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function wrongValue(issue: Issue, path: Path, subject: Subject): Diagnostic {
  const value = valueAt(subject.data, path);
  const name = nameOf(subject, path);
  const place = subject.locate(path, issue.code === 'invalid_key' ? 'key' : 'value');
  const hint = valueHint(issue, value);
  return {
    code: 'config.wrong-value',
    severity: 'error',
    message: `${name === '' ? '' : `${name}: `}${reproach(issue, value)}`,
    ...place,
    ...(hint === undefined ? {} : { hint }),
  };
}

function reproach(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${expectation(issue.expected)}, not ${isCompound(issue.expected) ? kindOf(value) : describe(value)}`;
    case 'invalid_value':
      return `must be ${oneOf(issue.values.map(String))}, not ${describe(value)}`;
    case 'invalid_union': {
      const expected = [...new Set(rootExpectations(issue.errors))];
      const isAnyMap = expected.every((each) => each === expectations['object']);
      return `must be ${oneOf(expected)}, not ${isAnyMap ? kindOf(value) : describe(value)}`;
    }
    case 'too_small':
      return bound(issue.origin, 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, 'at most', issue.maximum);
    case 'invalid_key':
      return formatReproach(issue.issues[0]?.message ?? issue.message);
    case 'invalid_format':
      return formatReproach(issue.message);
    default:
      return issue.message;
  }
}

/** A kind's own words, or ours for those of the library, which quote a regular expression. */
function formatReproach(message: string): string {
  if (message === 'Invalid URL') return 'must be a URL';
  const words = message.replace(/^Invalid string: /, '');
  return words.startsWith('must match pattern')
    ? 'has a character or a length that is not taken here'
    : words;
}

function valueHint(issue: Issue, value: unknown): string | undefined {
  if (issue.code === 'custom') {
    const hint: unknown = issue.params?.['hint'];
    return typeof hint === 'string' ? hint : undefined;
  }
  if (issue.code === 'invalid_type' && issue.expected === 'array' && typeof value === 'string')
    return 'a list of one stands in brackets: [ … ]';
  if (issue.code === 'invalid_type' && issue.expected === 'string' && isBare(value))
    return 'a time or a size needs a unit (90s, 64KiB), any other text quotes';
  if (issue.code !== 'invalid_value' || typeof value !== 'string') return undefined;
  const near = closest(value, issue.values.map(String));
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

/** What YAML reads as another type although a text was meant. */
const isBare = (value: unknown): boolean => typeof value === 'number' || typeof value === 'boolean';

function bound(origin: string, relation: string, limit: number | bigint): string {
  if (origin === 'string')
    return Number(limit) === 1 ? 'must not be empty' : `must be ${relation} ${limit} characters long`;
  if (origin === 'array' || origin === 'set')
    return `must have ${relation} ${limit} ${Number(limit) === 1 ? 'item' : 'items'}`;
  return `must be ${relation} ${limit}`;
}

const rootExpectations = (errors: readonly (readonly Issue[])[]): string[] =>
  errors.flat().flatMap((issue) => {
    if (issue.path.length > 0) return [];
    if (issue.code === 'invalid_type') return [expectation(issue.expected)];
    return issue.code === 'invalid_value' ? issue.values.map(String) : [];
  });

function oneOf(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? 'something else';
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

const expectations: { readonly [type: string]: string } = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'empty',
};

const expectation = (type: string): string => expectations[type] ?? type;

/** Where a map or a list belongs, the words of a text help nobody, and may be a token: `slack: xoxb-…`. */
const isCompound = (expected: string): boolean => ['object', 'record', 'array'].includes(expected);

const kindOf = (value: unknown): string => (typeof value === 'string' ? 'a text' : describe(value));

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return `the text ${JSON.stringify(shorten(value))}`;
  return typeof value === 'number' ? `the number ${value}` : String(value);
}

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text);

const nameOf = (subject: Subject, path: Path): string =>
  formatPath(subject.name === '' ? path : [subject.name, ...path]);

function isMissing(path: Path, subject: Subject): boolean {
  return path.length > 0 && valueAt(subject.data, path) === undefined && typeof path.at(-1) === 'string';
}

function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const segment of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as { readonly [key: string | number]: unknown })[segment];
  }
  return value;
}
