import { formatDuration } from '../../kit/duration.ts';
import { millis } from '../../model/time.ts';

/** A value of a rule as it is written: plain data. */
export type Written =
  | string
  | number
  | boolean
  | readonly Written[]
  | { readonly [key: string]: Written | undefined };

/** A rule of a file that is being made, or what is said in the place of one. */
export interface WrittenRule {
  /** What stands above it, line by line: where it came from, what was lost. */
  readonly comments: readonly string[];
  readonly rule?: { readonly [key: string]: Written | undefined };
}

/** What importing another program's rules gives. */
export interface Imported {
  /** A configuration, or a part of one, as YAML. */
  readonly text: string;
  /** How many rules were carried over, and how many things were not, each of which has a comment. */
  readonly rules: number;
  readonly left: number;
}

/** A length of time in seconds as rules have it. */
export const secondsText = (length: number): string => formatDuration(millis(length * 1000));

/**
 * A length of time of a program that counts whole seconds and keeps to its last one: here a length ends where it is
 * over, and that is a second later.
 */
export const throughText = (length: number): string => secondsText(length + 1);

/** Writes sources, if there are any, and rules as YAML with comments. */
export function writeRules(
  comments: readonly string[],
  rules: readonly WrittenRule[],
  sources: readonly (readonly [name: string, source: Written])[] = [],
): string {
  const lines = comments.map((comment) => `# ${oneLine(comment)}`);
  if (sources.length > 0) {
    lines.push('sources:');
    for (const [name, source] of sources) lines.push(`  ${name}: ${flow(source)}`);
    lines.push('');
  }
  lines.push(rules.some(({ rule }) => rule !== undefined) ? 'rules:' : 'rules: []');
  for (const { comments: above, rule } of rules) {
    lines.push(...above.map((comment) => `  # ${oneLine(comment)}`));
    if (rule !== undefined) lines.push(...ruleLines(rule));
    lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

/** Control characters would end the comment, or deceive a terminal. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trimEnd();

function ruleLines(rule: NonNullable<WrittenRule['rule']>): readonly string[] {
  return Object.entries(rule)
    .filter(([, value]) => value !== undefined)
    .flatMap(([key, value = ''], index) => {
      const head = `${index === 0 ? '  - ' : '    '}${key}:`;
      if (!isLong(value)) return [`${head} ${flow(value)}`];
      return [head, ...value.map((item) => `      - ${flow(item)}`)];
    });
}

/** A list that is read better one item a line. */
const isLong = (value: Written): value is readonly Written[] =>
  Array.isArray(value) && value.length > 1 && flow(value).length > 60;

function flow(value: Written): string {
  if (typeof value === 'string') return scalar(value);
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(flow).join(', ')}]`;
  const members = Object.entries(value).flatMap(([key, member]) =>
    member === undefined ? [] : [`${key}: ${flow(member)}`],
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

const isList = (value: Written): value is readonly Written[] => Array.isArray(value);

/** What YAML could take for something else than a text is quoted; what is not printable is escaped. */
function scalar(text: string): string {
  if (/^[A-Za-z_][\w./-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)) return text;
  if (/^\d+(?:ms|[wdhms])(?:\d+(?:ms|[wdhms]))*$/.test(text)) return text;
  if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffe\uffff\ud800-\udfff]/u.test(text))
    return `'${text.replaceAll("'", "''")}'`;
  const escaped = JSON.stringify(text).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffe\uffff]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return escaped;
}

/** A text that stands in a Liquid template as it is. */
export const liquidText = (text: string): string => text.replace(/\{[{%]/g, (open) => `{{ "${open}" }}`);

/** A name that rules can have. */
export function ruleName(text: string): string {
  const name = text.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[^A-Za-z0-9_]+/, '');
  return name === '' ? 'rule' : name.slice(0, 100);
}

/** The same names with numbers behind those that were there before. */
export function distinctNames(): (name: string) => string {
  const taken = new Set<string>();
  return (name) => {
    let own = name;
    for (let number = 2; taken.has(own); number += 1) own = `${name}-${number}`;
    taken.add(own);
    return own;
  };
}
