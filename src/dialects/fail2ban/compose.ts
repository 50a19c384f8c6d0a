import { putAtBeginning } from './beginning.ts';
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
  const source = fillTags(failregex);
  const prefix = filter.prefix === undefined ? undefined : fillTags(filter.prefix);
  if (parseExpression(source) === undefined) return refused('its parentheses are not in order');
  if (/\\[1-9]/.test(source + (prefix ?? ''))) return refused('it refers to groups by number');
  const parsed = withPrefix(source, prefix);
  if (parsed === undefined) return refused('its prefregex is of a form that cannot be put together with it');
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
  const failures = variants.flatMap((each) => finished(each) ?? []);
  const harmlessOnes = excepted.flatMap((each) => finished(each) ?? []);
  if (failures.length + harmlessOnes.length < variants.length + excepted.length)
    return refused('a ^ stands in it where more than the beginning of the line can be');
  return { ok: true, failures, harmless: harmlessOnes };

  function finished(variant: Expression): Composed | undefined {
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
  const prefix = filter.prefix === undefined ? undefined : fillTags(filter.prefix);
  const parsed = withPrefix(fillTags(ignoreregex), prefix);
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
function withPrefix(source: string, prefix: string | undefined): Expression | undefined {
  if (prefix === undefined) return parseExpression(source);
  const found =
    /^(?:\(\?([a-z]+)\))?([^]*)\(\?P<content>([^]*?)\)((?:\\s|\$|\(\?:[^()]*(?:\\[()][^()]*)*\)|[*+?])*)$/.exec(
      prefix,
    );
  if (found === null) return undefined;
  const [, flags, before = '', body = '', after = ''] = found;
  // Its flags are not those of the second one.
  const flagged = (text: string): string =>
    flags === undefined || text === '' ? text : `(?${flags}:${text})`;
  const plain = body === '.+' && (after === '$' || after === '');
  // The end of what the first one leaves is not the end of the line.
  const ended =
    after === '$' || after === '' ? source : source.replace(/(?<!\\)\$(?=$|[|)])/g, `(?=${flagged(after)})`);
  const parsed = parseExpression(ended);
  const inner = parsed === undefined ? undefined : putAtBeginning(parsed, '');
  if (inner === undefined || inner.anchored === 'sometimes') return undefined;
  const begin = flagged(before + (plain ? '' : `(?=${body}${after})`));
  const [head, ...others] = parseExpression(inner.anchored === 'always' ? begin : `${begin}.*?`) ?? [];
  if (head === undefined || others.length > 0) return undefined;
  return [[...head, { type: 'group', head: '?:', of: inner.expression, times: '' }]];
}

/** fail2ban looks at lines with their newline, which a blank at the end of an expression can be. */
const withNewline = (source: string): string =>
  source
    .replace(/(?<!\\)\\s\+(\(\?:[^()]*\)\?\$\)*)$/, (_, rest: string) => `(?:\\s+|$)${rest}`)
    .replace(/(?<!\\)\\s(\+?)(\)*)$/, (_, times: string, rest: string) => `(?:\\s${times}|$)${rest}`);

/**
 * fail2ban looks at a line without its time: patterns allow for it where it can have been. Undefined: there is no
 * place for it.
 */
function anchored(
  source: string,
  bare: string,
  { head, syslog }: Filter,
  date: CutDate,
): Composed | undefined {
  const begun = withNewline(source.replace(/^\^{2,}/, '^'));
  const message = syslog && !date.own && beginsWithHead(begun);
  const finish = (text: string): string | undefined => {
    const whole = withNewline(text.replace(/^\^{2,}/, '^'));
    if (message) return whole.replace(HEAD, String.raw`\s*(?:\[ID \d+ \S+\]\s+)?`);
    return withDate(whole.replaceAll(HEAD, plainHead(head)), date)
      ?.replaceAll('\\[\\]', `\\[${date.expression}?\\]`)
      .replaceAll('audit\\(:', `audit\\(${date.expression}?:`);
  };
  const [finished, finishedBare] = [finish(source), finish(bare)];
  if (finished === undefined || finishedBare === undefined) return undefined;
  return { source: finished, bare: finishedBare, syslog: message };
}

/** An expression that allows for the time wherever it can begin. */
function withDate(source: string, { expression }: CutDate): string | undefined {
  const parsed = parseExpression(source);
  // Blanks of the time mean something, also where the expression ignores its own.
  const date = /\(\?[a-wyz]*x/.test(source) ? `(?-x:${expression})` : expression;
  const begun = parsed === undefined ? undefined : putAtBeginning(parsed, `^${date}?`);
  return begun === undefined ? undefined : writeExpression(begun.expression, (name) => name);
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
