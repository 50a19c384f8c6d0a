import type { CutDate } from './dates.ts';
import {
  conditionsOf,
  decide,
  hasGroup,
  parseExpression,
  writeExpression,
  type Expression,
} from './expression.ts';
import { HEAD, type Filter } from './filter.ts';
import { fillTags, groupName, whoGroups } from './tags.ts';

/** A pattern of a rule. `syslog`: it is about the message behind the head of a line, else about the whole line. */
export interface Composed {
  readonly source: string;
  /** The same with no group but that of the address: not every group can be kept. */
  readonly bare: string;
  readonly syslog: boolean;
}

/** What an expression comes to: patterns of failures, patterns of what is none after all, or why neither. */
export type Outcome =
  | {
      readonly ok: true;
      readonly failures: readonly Composed[];
      /** Lines of these that are none after all. */
      readonly harmless: readonly Composed[];
    }
  | { readonly ok: false; readonly why: string };

/** Most patterns that the conditions of one expression may give. */
const MOST_VARIANTS = 16;

/** Groups that say that a line is no failure, though it may tell something about others. */
const harmless: readonly string[] = ['nofail', 'mlfgained'];

/** Makes patterns of one expression of a filter, together with its `prefregex`. */
export function composeFailure(failregex: string, filter: Filter, date: CutDate): Outcome {
  if (failregex.includes('<SKIPLINES>') || /(?<!\\)(?:\\\\)*\\n/.test(failregex))
    return refused('it is about several lines');
  const whole = withPrefix(
    fillTags(failregex),
    filter.prefix === undefined ? undefined : fillTags(filter.prefix),
  );
  if (whole === undefined) return refused('its prefregex is of a form that cannot be put together with it');
  const parsed = parseExpression(whole);
  if (parsed === undefined) return refused('its parentheses are not in order');
  if (/\\[1-9]/.test(whole)) return refused('it refers to groups by number');
  if (!whoGroups.some((name) => hasGroup(parsed, name)))
    return refused(
      'it has no address of its own: fail2ban takes that from another line of the same connection',
    );
  const [name] = harmless.filter((each) => hasGroup(parsed, each));
  const failing = name === undefined ? parsed : decide(parsed, name, false);
  if (failing === undefined) return refused('it is no failure by itself (F-NOFAIL or F-MLFGAINED)');
  const safe = name === undefined ? undefined : decide(parsed, name, true);
  const variants = decided([failing]);
  const excepted = safe === undefined ? [] : decided([safe]);
  if (variants.length + excepted.length > MOST_VARIANTS) return refused('it has too many conditions');
  return { ok: true, failures: variants.map(finished), harmless: excepted.map(finished) };

  function finished(variant: Expression): Composed {
    const byId = hasGroup(variant, 'fid');
    const write = (keep: (name: string) => boolean): string =>
      writeExpression(variant, (group) => {
        const name = groupName(group, byId);
        return name !== undefined && keep(name) ? name : undefined;
      });
    return anchored(
      write(() => true),
      write((name) => name === 'ip'),
      filter,
      date,
    );
  }
}

/** The pattern of an `ignoreregex`, which fail2ban looks for in the line, or in what `prefregex` leaves of it. */
export function composeIgnored(ignoreregex: string, filter: Filter, date: CutDate): Composed | undefined {
  const whole = withPrefix(
    fillTags(ignoreregex),
    filter.prefix === undefined ? undefined : fillTags(filter.prefix),
  );
  const parsed = whole === undefined ? undefined : parseExpression(whole);
  const [variant] = parsed === undefined ? [] : decided([parsed]);
  if (variant === undefined) return undefined;
  const source = writeExpression(variant, () => undefined);
  return anchored(source, source, filter, date);
}

const refused = (why: string): Outcome => ({ ok: false, why });

/** One expression for each way in which its conditions can go. */
function decided(expressions: readonly Expression[]): readonly Expression[] {
  let all = expressions;
  for (let round = 0; round < 8; round += 1) {
    const [name] = all.flatMap(conditionsOf);
    if (name === undefined || all.length > MOST_VARIANTS) return all;
    all = all.flatMap((each) =>
      [decide(each, name, true), decide(each, name, false)].filter((one) => one !== undefined),
    );
  }
  return all;
}

/**
 * The two expressions as one: what the first one has in its group `content` is looked at by the second one.
 * Undefined when the first one is of another form.
 */
function withPrefix(source: string, prefix: string | undefined): string | undefined {
  if (prefix === undefined) return source;
  const found = /^([^]*)\(\?P<content>([^]*?)\)((?:\\s|\$|\(\?:[^()]*(?:\\[()][^()]*)*\)|[*+?])*)$/.exec(
    prefix,
  );
  if (found === null) return undefined;
  const [, before = '', body = '', after = ''] = found;
  const alternatives = topLevel(source);
  const isAnchored = alternatives.every((each) => each.startsWith('^'));
  if (!isAnchored && alternatives.some((each) => each.startsWith('^'))) return undefined;
  const plain = body === '.+' && (after === '$' || after === '');
  const ahead = plain ? '' : `(?=${body}${after})`;
  const inner = isAnchored ? alternatives.map((each) => each.slice(1)).join('|') : source;
  // The end of what the first one leaves is not the end of the line.
  const ended = after === '$' || after === '' ? inner : inner.replace(/(?<!\\)\$(?=$|[|)])/g, `(?=${after})`);
  return `${before}${ahead}${isAnchored ? '' : '.*?'}(?:${ended})`;
}

/** The alternatives of an expression as they are written. */
function topLevel(source: string): readonly string[] {
  const out: string[] = [''];
  let depth = 0;
  const pieces = source.match(/\\[^]|\[\^?\]?(?:\\[^]|[^\]\\])*\]|[^]/g) ?? [];
  for (const piece of pieces) {
    if (piece === '(') depth += 1;
    if (piece === ')') depth -= 1;
    if (piece === '|' && depth === 0) out.push('');
    else out[out.length - 1] += piece;
  }
  return out;
}

/** fail2ban looks at lines with their newline, which a blank at the end of an expression can be. */
const withNewline = (source: string): string =>
  source
    .replace(/(?<!\\)\\s\+(\(\?:[^()]*\)\?\$\)*)$/, (_, rest: string) => `(?:\\s+|$)${rest}`)
    .replace(/(?<!\\)\\s(\+?)(\)*)$/, (_, times: string, rest: string) => `(?:\\s${times}|$)${rest}`);

/** fail2ban looks at a line without its time: patterns allow for it where it can have been. */
function anchored(source: string, bare: string, { head, syslog }: Filter, date: CutDate): Composed {
  const begun = withNewline(source.replace(/^\^{2,}/, '^'));
  const message = syslog && !date.own && beginsWithHead(begun);
  const finish = (text: string): string => {
    const whole = withNewline(text.replace(/^\^{2,}/, '^'));
    if (message) return whole.replace(HEAD, String.raw`\s*(?:\[ID \d+ \S+\]\s+)?`);
    return topLevel(whole.replaceAll(HEAD, plainHead(head)))
      .map((each) => (each.startsWith('^') ? `^${date.expression}?${each.slice(1)}` : each))
      .join('|')
      .replaceAll('\\[\\]', `\\[${date.expression}?\\]`)
      .replaceAll('audit\\(:', `audit\\(${date.expression}?:`);
  };
  return { source: finish(source), bare: finish(bare), syslog: message };
}

/** Whether the head is the first thing that an expression takes, and stands nowhere else. */
function beginsWithHead(source: string): boolean {
  const [parts = [], ...others] = parseExpression(source) ?? [];
  const [first, second] = parts;
  if (others.length > 0 || first?.type !== 'text' || source.split(HEAD).length !== 2) return false;
  if (first.text.startsWith(`^${HEAD}`)) return true;
  if (first.text !== '^' || second?.type !== 'group' || second.of.length !== 1 || second.times !== '')
    return false;
  const inner = second.of[0]?.[0];
  return inner?.type === 'text' && inner.text.startsWith(HEAD);
}

/** The head of a line, without names for its groups. */
function plainHead(head: string): string {
  const parsed = parseExpression(fillTags(head));
  return parsed === undefined ? '' : `(?:${writeExpression(parsed, () => undefined)})`;
}
