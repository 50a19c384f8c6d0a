/** The forms in which programs write the time; the parts are those of `strptime`. */
const forms: readonly string[] = [
  '(?:<\\d+>\\d+\\s+)?%Y[-/.]%m[-/.]%d[T ,_]?\\s*%H:%M:%S(?:[.,]%f)?(?:\\s*%z)?',
  '(?:%a,?\\s+)?%b\\s+%d(?:,?\\s+%Y)?,?\\s+%H:%M:%S(?:[.,]%f)?(?:\\s+%p)?(?:\\s+%Y)?',
  '(?:%a,?\\s+)?%d[-/ ]%b[-/ ]%Y[: ]%H:%M:%S(?:[.,]%f)?(?:\\s*%z)?',
  '%d/%d/%Y[: ]%H:%M:%S(?:[.,]%f)?',
  '\\d{8}T?\\s*%H:%M:%S',
  '\\d{10}(?:\\.\\d+)?',
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
  b: '[A-Z][a-z]{2,8}',
  B: '[A-Z][a-z]{2,8}',
  a: '[A-Z][a-z]{2,8}',
  A: '[A-Z][a-z]{2,8}',
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
}

/** The time in the form of a `datepattern`, or in any usual one. */
export function cutDate(pattern: string | undefined): CutDate {
  const own = pattern === undefined ? undefined : ownForm(pattern);
  return { expression: `(?:${own ?? `(?:${usual})\\b`})`, own: own !== undefined };
}

/** A `datepattern` without its anchor; undefined when it says nothing of its own, or has parts that say too much. */
function ownForm(pattern: string): string | undefined {
  const form = pattern
    .replace(/^(?:\{\^LN-BEG\}|\^)/, '')
    .replace(/\(\?P<_sep>([^()]*)\)/g, '$1')
    .replaceAll('(?P=_sep)', '[-/.]')
    .replace(/^\(([^()]*)\)$/, '$1');
  if (['', '{DATE}', '{UNB}', '{NONE}'].includes(form) || form.includes('\n')) return undefined;
  if (/\{(?!DATE\})[A-Z^]|\(\?P|(?<!\\)\((?!\?)|(?:EPOCH|Epoch|TAI64N)/.test(form)) return undefined;
  return /%[A-Za-z]|\{DATE\}/.test(form) ? withUnits(form).replaceAll('{DATE}', `(?:${usual})`) : undefined;
}
