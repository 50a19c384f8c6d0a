import { cachedName, type Bindings } from './bindings.ts';

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
}

/** Gives the values of variables; undefined and null fill in nothing. */
export interface Values {
  readonly match: (sign: Sign, name: string) => string | null | undefined;
  readonly action: (name: string) => string;
}

const MATCH = {
  dollar: /\$(?:(\d+)|\{(\d+)\}|\+\{([A-Za-z_][\w!]*|\d+)\}|:\{([A-Za-z]\w*):([A-Za-z_][\w!]*|\d+)\}|(\$))/g,
  percent: /%(?:(\d+)|\{(\d+)\}|\+\{([A-Za-z_][\w!]*|\d+)\}|:\{([A-Za-z]\w*):([A-Za-z_][\w!]*|\d+)\}|(%))/g,
} as const;

const ACTION = /%(?:\{(\.?[A-Za-z]\w*)\}|(\.?[A-Za-z]\w*)|(%))/g;

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
  return { parts, dynamic: open.found };
}

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

function matchName([, digits, braced, named, entry, member]: readonly (string | undefined)[]): string {
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

const partText = (part: Part, values: Values): string =>
  part.type === 'text'
    ? part.text
    : part.type === 'match'
      ? (values.match(part.sign, part.name) ?? '')
      : values.action(part.name);

/** Runs the rounds one after another on text, as SEC does: for dynamic templates. */
export function renderInRounds(text: string, rounds: Rounds, values: Values): string {
  let out = text;
  if (rounds.percent) {
    const mask = masking(rounds.action, rounds.dollar);
    out = substitute(out, 'percent', (name) => mask(values.match('percent', name) ?? ''));
  }
  if (rounds.dollar) {
    const mask = masking(rounds.action, false);
    out = substitute(out, 'dollar', (name) => mask(values.match('dollar', name) ?? ''));
  }
  if (!rounds.action) return out;
  return out.replace(ACTION, (_token, braced?: string, bare?: string) => {
    const name = braced ?? bare;
    return name === undefined ? '%' : values.action(name);
  });
}

/** Doubles the signs that later rounds would take for variables. */
function masking(percent: boolean, dollar: boolean): (value: string) => string {
  return (value) => {
    const once = percent ? value.replaceAll('%', '%%') : value;
    return dollar ? once.replaceAll('$', '$$$$') : once;
  };
}

function substitute(text: string, sign: Sign, value: (name: string) => string): string {
  return text.replace(MATCH[sign], (...found: (string | undefined)[]) =>
    found[6] === undefined ? value(matchName(found)) : found[6],
  );
}

/** Which rounds the bindings of a text ask for. */
export const roundsOf = ({ dollar, percent }: Bindings, action: boolean): Rounds => ({
  percent: percent !== undefined,
  dollar: dollar !== undefined,
  action,
});
