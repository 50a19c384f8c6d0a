/** One alternative of a Python regular expression: its parts one after another. */
type Sequence = readonly Part[];

/** An expression as far as it must be understood: groups and conditions; the rest is text. */
export type Part =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'group';
      /** What stands after the parenthesis: nothing, `?:`, `?=` and the like; absent for a named group. */
      readonly head: string;
      readonly name?: string;
      readonly of: readonly Sequence[];
      /** `?`, `{0,2}` and the like. */
      readonly times: string;
    }
  /** `(?(name)…|…)`. */
  | {
      readonly type: 'condition';
      readonly name: string;
      readonly yes: Sequence;
      readonly no: Sequence;
      readonly times: string;
    };

/** An expression: its alternatives. */
export type Expression = readonly Sequence[];

/** Deepest nesting of groups. */
const MAX_DEPTH = 100;

/**
 * Reads a regular expression of Python's `re` and writes what it means the same in Perl's dialect: `\Z` is `\z`, a
 * bracket in a class is escaped. Undefined when its parentheses are not in order.
 */
export function parseExpression(source: string): Expression | undefined {
  let at = 0;

  const alternatives = (depth: number): Sequence[] | undefined => {
    const all: Sequence[] = [];
    for (;;) {
      const parts = sequence(depth);
      if (parts === undefined) return undefined;
      all.push(parts);
      if (source.charAt(at) !== '|') return all;
      at += 1;
    }
  };

  const sequence = (depth: number): Sequence | undefined => {
    const parts: Part[] = [];
    while (at < source.length && source.charAt(at) !== '|' && source.charAt(at) !== ')') {
      const part = source.charAt(at) === '(' ? group(depth) : text();
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return parts;
  };

  const group = (depth: number): Part | undefined => {
    const head =
      /\((\?P?<([A-Za-z_]\w*)>|\?\(([\w-]+)\)|\?#[^)]*|\?P=\w+|\?[a-zA-Z-]*\)|\?[a-zA-Z-]*:|\?<?[=!]|\?>|)/y;
    head.lastIndex = at;
    const [token = '(', written = '', name, condition] = head.exec(source) ?? [];
    at += token.length;
    if (condition === undefined && written.endsWith(')'))
      return { type: 'text', text: `(${written.replace(/u/, '')}` };
    if (/^\?(?:#|P=)/.test(written)) {
      at += 1;
      return written.startsWith('?#') ? { type: 'text', text: '' } : { type: 'text', text: `${token})` };
    }
    if (depth > MAX_DEPTH) return undefined;
    const of = alternatives(depth + 1);
    if (of === undefined || source.charAt(at) !== ')') return undefined;
    at += 1;
    const times = quantifier();
    if (condition !== undefined) {
      return { type: 'condition', name: condition, yes: of[0] ?? [], no: of[1] ?? [], times };
    }
    return {
      type: 'group',
      head: name === undefined ? written : '',
      ...(name === undefined ? {} : { name }),
      of,
      times,
    };
  };

  const quantifier = (): string => {
    const times = /(?:[*+?]|\{\d*(?:,\d*)?\})[?+]?/y;
    times.lastIndex = at;
    const [token = ''] = times.exec(source) ?? [];
    at += token.length;
    return token;
  };

  const text = (): Part => {
    let out = '';
    while (at < source.length && !'()|'.includes(source.charAt(at))) {
      const char = source.charAt(at);
      if (char === '\\') out += escaped();
      else if (char === '[') out += bracket();
      else {
        out += char;
        at += 1;
      }
    }
    return { type: 'text', text: out };
  };

  const escaped = (): string => {
    const next = source.charAt(at + 1);
    at += 2;
    if (next === 'Z') return '\\z';
    const hex = /^[uU]([0-9a-fA-F]{4,8})/.exec(source.slice(at - 1));
    if (hex === null) return `\\${next}`;
    at += (hex[1] ?? '').length;
    return `\\x{${hex[1]}}`;
  };

  const bracket = (): string => {
    let out = '[';
    at += 1;
    if (source.charAt(at) === '^') out += source.charAt(at++);
    if (source.charAt(at) === ']') {
      out += '\\]';
      at += 1;
    }
    while (at < source.length && source.charAt(at) !== ']') {
      const char = source.charAt(at);
      if (char === '\\') out += escaped();
      else {
        out += char === '[' ? '\\[' : char;
        at += 1;
      }
    }
    at += 1;
    return `${out}]`;
  };

  const all = alternatives(0);
  return at < source.length ? undefined : all;
}

/**
 * The expression in which a named group takes part, or does not; undefined when that cannot be. Which way it goes
 * is then no longer a condition.
 */
export function decide(expression: Expression, name: string, part: boolean): Expression | undefined {
  const holders = expression.filter((sequence) => sequence.some((each) => holds(each, name)));
  const all = (part && holders.length > 0 ? holders : expression).flatMap((sequence) => {
    const decided = decideSequence(sequence, name, part);
    return decided === undefined ? [] : [decided];
  });
  return all.length === 0 ? undefined : all;
}

function decideSequence(sequence: Sequence, name: string, part: boolean): Sequence | undefined {
  const out: Part[] = [];
  for (const each of sequence) {
    if (each.type === 'text') out.push(each);
    else if (each.type === 'condition') {
      const chosen = each.name === name ? (part ? each.yes : each.no) : undefined;
      if (chosen === undefined) {
        const [yes, no] = [each.yes, each.no].map((branch) => decideSequence(branch, name, part));
        out.push({ ...each, yes: yes ?? [], no: no ?? [] });
      } else
        out.push({
          type: 'group',
          head: '?:',
          of: [decideSequence(chosen, name, part) ?? []],
          times: each.times,
        });
    } else {
      const decided = decideGroup(each, name, part);
      if (decided === undefined) return undefined;
      out.push(...decided);
    }
  }
  return out;
}

type Group = Extract<Part, { type: 'group' }>;

function decideGroup(group: Group, name: string, part: boolean): readonly Part[] | undefined {
  if (!holds(group, name)) {
    const of = decide(group.of, name, part);
    return of === undefined ? undefined : [{ ...group, of }];
  }
  const optional = /^(?:[?*]|\{0?,\d*\}|\{0,\d*\})/.test(group.times);
  if (group.name === name) {
    if (part) return [{ ...group, times: optional ? '' : group.times }];
    return optional ? [] : undefined;
  }
  const of = decide(group.of, name, part);
  if (part) return of === undefined ? undefined : [{ ...group, of, times: optional ? '' : group.times }];
  if (of === undefined) return optional ? [] : undefined;
  return [{ ...group, of }];
}

/** Whether a group of this name is in a part. */
function holds(part: Part, name: string): boolean {
  if (part.type === 'text') return false;
  if (part.type === 'condition') return [...part.yes, ...part.no].some((each) => holds(each, name));
  return part.name === name || part.of.some((sequence) => sequence.some((each) => holds(each, name)));
}

/** Whether a group of this name is in an expression. */
export const hasGroup = (expression: Expression, name: string): boolean =>
  expression.some((sequence) => sequence.some((part) => holds(part, name)));

/** The groups that conditions ask for, in the order in which they stand. */
export function conditionsOf(expression: Expression): readonly string[] {
  const names = new Set<string>();
  const walk = (part: Part): void => {
    if (part.type === 'condition') {
      names.add(part.name);
      [...part.yes, ...part.no].forEach(walk);
    } else if (part.type === 'group') part.of.flat().forEach(walk);
  };
  expression.flat().forEach(walk);
  return [...names];
}

/** Writes an expression; `rename` gives the name of a group, or nothing for one that is not kept. */
export function writeExpression(
  expression: Expression,
  rename: (name: string) => string | undefined,
): string {
  return expression.map((sequence) => sequence.map((part) => writePart(part, rename)).join('')).join('|');
}

function writePart(part: Part, rename: (name: string) => string | undefined): string {
  if (part.type === 'text') return part.text;
  if (part.type === 'condition') return '(?!)';
  const name = part.name === undefined ? undefined : rename(part.name);
  // Nothing refers to a group by its number.
  const plain = part.head === '' ? '?:' : part.head;
  const head = part.name === undefined ? plain : name === undefined ? '?:' : `?<${name}>`;
  return `(${head}${writeExpression(part.of, rename)})${part.times}`;
}
