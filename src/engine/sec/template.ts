import { cachedName, isCachedName, type Bindings } from './bindings.ts';

/** A piece of a text: as written, a variable of a match, or an action list variable. */
export type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'match'; readonly sign: Sign; readonly name: string }
  | { readonly type: 'action'; readonly name: string };

/** The sign before a match variable: `$`, or `%` for the first match of a Pair rule. */
export type Sign = 'dollar' | 'percent';

/** Which rounds of substitution a text goes through, in this order: `%` of a match, `$` of a match, actions. */
export interface Rounds {
  readonly percent: boolean;
  readonly dollar: boolean;
  readonly action: boolean;
}

/** A text parsed once. */
export interface Template {
  readonly parts: readonly Part[];
  /**
   * A value stands where it makes or lengthens the name of a variable (`%{$1}`, `%v$1`): SEC reads the name out of
   * the filled-in text, so the rounds must be run on text.
   */
  readonly dynamic: boolean;
  /**
   * It names a value of the match cache and has a round after the one that fills it in. SEC doubles the signs in
   * the match's own values only, so what a cached one holds is read again: `%s` in it becomes the description.
   */
  readonly rereads: boolean;
}

/** Gives the values of variables; undefined and null fill in nothing. */
export interface Values {
  readonly match: (sign: Sign, name: string) => string | null | undefined;
  readonly action: (name: string) => string;
}

/** The variables of a match by the sign before them. */
export const MATCH = {
  dollar: /\$(?:(\d+)|\{(\d+)\}|\+\{([A-Za-z_][\w!]*|\d+)\}|:\{([A-Za-z]\w*):([A-Za-z_][\w!]*|\d+)\}|(\$))/g,
  percent: /%(?:(\d+)|\{(\d+)\}|\+\{([A-Za-z_][\w!]*|\d+)\}|:\{([A-Za-z]\w*):([A-Za-z_][\w!]*|\d+)\}|(%))/g,
} as const;

export const ACTION = /%(?:\{(\.?[A-Za-z]\w*)\}|(\.?[A-Za-z]\w*)|(%))/g;

/** The end of a text to which a value could add what makes it a variable. */
const OPEN = {
  dollar: /\$(?:\{?\d*|\+\{?[\w!]*|:\{?[\w:!]*)$/,
  percent: /%(?:\{?\d*|\+\{?[\w!]*|:\{?[\w:!]*)$/,
  action: /%\{?\.?\w*$/,
} as const;

/** Parses a text for the rounds it will go through. */
export function parseTemplate(text: string, rounds: Rounds): Template {
  const open = { found: false };
  let parts: readonly Part[] = text === '' ? [] : [{ type: 'text', text }];
  if (rounds.percent) parts = round(parts, 'percent', open);
  if (rounds.dollar) parts = round(parts, 'dollar', open);
  if (rounds.action) parts = round(parts, 'action', open);
  return { parts, dynamic: open.found, rereads: parts.some((part) => isReread(part, rounds)) };
}

/** Whether what this variable fills in is looked at again by a later round. */
export const isReread = (part: Part, rounds: Rounds): boolean =>
  part.type === 'match' &&
  isCachedName(part.name) &&
  (rounds.action || (rounds.dollar && part.sign === 'percent'));

/** Splits the texts among the parts at the variables of one round. */
function round(parts: readonly Part[], kind: Sign | 'action', open: { found: boolean }): readonly Part[] {
  const made: Part[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.type !== 'text') {
      made.push(part);
      continue;
    }
    const followed = index + 1 < parts.length;
    const rest = split(part.text, kind, made);
    if (followed && OPEN[kind].test(rest)) open.found = true;
  }
  return made;
}

/** Adds the parts of one text; gives its end since the last token that no value can lengthen. */
function split(text: string, kind: Sign | 'action', made: Part[]): string {
  let from = 0;
  let closed = 0;
  for (const found of text.matchAll(kind === 'action' ? ACTION : MATCH[kind])) {
    const [token] = found;
    addText(made, text.slice(from, found.index));
    from = found.index + token.length;
    if (token.length === 2 && token[0] === token[1]) addText(made, token.slice(1));
    else made.push(kind === 'action' ? actionPart(found) : matchPart(found, kind));
    if (token.endsWith('}') || token[0] === token[1]) closed = from;
  }
  addText(made, text.slice(from));
  return text.slice(closed);
}

function addText(made: Part[], text: string): void {
  if (text === '') return;
  const last = made.at(-1);
  if (last?.type === 'text') made[made.length - 1] = { type: 'text', text: last.text + text };
  else made.push({ type: 'text', text });
}

function matchPart(found: RegExpExecArray, sign: Sign): Part {
  return { type: 'match', sign, name: matchName(found) };
}

/** The name of a variable that `MATCH` found. */
export function matchName([, digits, braced, named, entry, member]: readonly (string | undefined)[]): string {
  if (entry !== undefined) return cachedName(entry, member ?? '');
  return digits ?? braced ?? named ?? '';
}

const actionPart = ([, braced, bare]: readonly (string | undefined)[]): Part => ({
  type: 'action',
  name: braced ?? bare ?? '',
});

/** The values of the match cache that texts name with a sign: `$:{ENTRY:NAME}`. */
export function cachedReferences(text: string, sign: Sign): readonly (readonly [string, string])[] {
  return Array.from(text.matchAll(MATCH[sign])).flatMap(([, , , , entry, member]) =>
    entry === undefined || member === undefined ? [] : [[entry, member] as const],
  );
}

/** Fills in a template. */
export function render(template: Template, values: Values): string {
  let out = '';
  for (const part of template.parts) out += partText(part, values);
  return out;
}

export const partText = (part: Part, values: Values): string =>
  part.type === 'text'
    ? part.text
    : part.type === 'match'
      ? (values.match(part.sign, part.name) ?? '')
      : values.action(part.name);

/** Which rounds the bindings of a text ask for. */
export const roundsOf = ({ dollar, percent }: Bindings, action: boolean): Rounds => ({
  percent: percent !== undefined,
  dollar: dollar !== undefined,
  action,
});
