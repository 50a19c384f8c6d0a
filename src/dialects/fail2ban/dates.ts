/** The forms in which programs write the time; the parts are those of `strptime`. */
const forms: readonly string[] = [
  '(?:<\\d+>\\d+\\s+)?%Y[-/.]%m[-/.]%d[T ,_]?\\s*%H:%M:%S(?:[.,]%f)?(?:\\s*%z)?',
  '(?:(?:%Z|%z)\\s+)?(?:%a,?\\s+)?%b\\s+%d(?:,?\\s+%Y)?,?\\s+%H:%M:%S(?:[.,]%f)?(?:\\s+%p)?(?:\\s+%Y)?',
  '(?:%a,?\\s+)?%d[-/ ]%b[-/ ]%Y[: ]%H:%M:%S(?:[.,]%f)?(?:\\s*%z)?',
  '%d[-/]%d[-/](?:%Y|%y)[: ]%H:%M:%S(?:[.,]%f)?',
  '<%d/%d/%y@%H:%M:%S>',
  '%b-%d-%y\\s+%H:%M:%S',
  '\\d{8}T?\\s*%H:%M:%S',
  '\\d{6}\\s+%H:%M:%S',
  '%H:%M:%S',
  '\\d{10,11}(?:\\.\\d{1,6})?',
  '@[0-9a-f]{24}',
];

const units: { readonly [letter: string]: string } = {
  Y: '\\d{4}',
  y: '\\d\\d',
  m: '\\d\\d?',
  d: ' ?\\d\\d?',
  H: '\\d\\d?',
  I: '\\d\\d?',
  M: '\\d\\d',
  S: '\\d\\d',
  f: '\\d+',
  b: '[A-Za-z]{3,9}',
  B: '[A-Za-z]{3,9}',
  a: '[A-Za-z]{3,9}',
  A: '[A-Za-z]{3,9}',
  p: '[AaPp][Mm]',
  z: '(?:Z|UTC|GMT|[+-]\\d\\d:?\\d\\d)',
  Z: '[A-Z]{3,5}',
};

const withUnits = (form: string): string =>
  form.replace(/%(?:E?x)?([A-Za-z])/g, (token, letter: string) => units[letter] ?? token);

/** A time as programs write it, as a regular expression without groups. */
const usual = forms.map(withUnits).join('|');

/** What fail2ban cuts out of a line before it looks at it. */
export interface CutDate {
  /** The time, as a regular expression without groups. */
  readonly expression: string;
  /** The filter says itself in which form the time stands: no other one is cut out. */
  readonly own: boolean;
  /** Patterns whose time cannot be the first thing of a line: they are not allowed for. */
  readonly elsewhere: readonly string[];
}

/** What may stand before the time at the beginning of a line: an anchor, brackets, blanks. */
const BEGINNING =
  /^(?:\^|\{\^LN-BEG\}|\(\?:[^()]*\)\?|\(\?:|\((?!\?)|\\[[(<"]|[<"]|\[\^\\?\[\]\*|\\s[*?])*(?:[%{@]|\\d|\[0-9\]|EPOCH|TAI64N|$)/i;

/** Whether the time of a `datepattern` is looked for where it can be. */
const isAtBeginning = (pattern: string): boolean =>
  BEGINNING.test(pattern) || (/^(?:\^|\{\^LN-BEG\})/.test(pattern) && ownForm(pattern) !== undefined);

/** The time in a form of a `datepattern`, which has one a line, or in any usual one. */
export function cutDate(pattern: string | undefined): CutDate {
  const lines = (pattern ?? '').split('\n').filter((line) => line.trim() !== '');
  const stated = lines.map((line) => ownForm(line.trim()));
  const known = stated.filter((form) => form !== undefined);
  const own = known.length > 0 && known.length === stated.length;
  const elsewhere = lines.filter((line) => !isAtBeginning(line.trim()));
  return { expression: `(?:${[...known, ...(own ? [] : [`(?:${usual})\\b`])].join('|')})`, own, elsewhere };
}

/** A `datepattern` without its anchor; undefined when it says nothing of its own, or has parts that say too much. */
function ownForm(pattern: string): string | undefined {
  const form = pattern
    .replace(/^(?:\{\^LN-BEG\}|\^)/, '')
    .replace(/\(\?P<_sep>([^()]*)\)/g, '$1')
    .replaceAll('(?P=_sep)', '[-/.]')
    .replace(/^\(([^()]*)\)$/, '$1');
  if (['', '{DATE}', '{UNB}', '{NONE}'].includes(form)) return undefined;
  if (/\{(?!DATE\})[A-Z^]|\(\?P|(?<!\\)\((?!\?)|(?:EPOCH|Epoch|TAI64N)/.test(form)) return undefined;
  return /%[A-Za-z]|\{DATE\}/.test(form) ? withUnits(form).replaceAll('{DATE}', `(?:${usual})`) : undefined;
}
