import type { SecPattern } from '../../engine/sec/program.ts';
import { compileRegex } from '../../match/perl/compile.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { parsePattern } from '../../match/perl/parse.ts';
import type { Field } from './fields.ts';
import { perlOfRegex } from './perl-regex.ts';
import { checkFunction, NEEDS_PERL, type Reading } from './reading.ts';
import { spotOf, type Spot, type Text } from './text.ts';
import { holdsVariables, variablePattern } from './variables.ts';
import { NO_VARMAP, readVarmap } from './varmap.ts';

/** The three fields of a pattern. */
export interface PatternFields {
  readonly ptype: Field;
  readonly pattern: Field;
  readonly varmap?: Field | undefined;
  /** Where its rule begins. */
  readonly rule: Spot;
  /** The second pattern of a Pair whose first gives variables: `$` variables are put in at run time. */
  readonly filledIn: boolean;
}

/** Stands for a pattern that was refused. */
export const NEVER: SecPattern = { type: 'tvalue', value: false };

/** Whether a match with the pattern sets variables, so that `$` means something in its rule. */
export function setsVariables(pattern: SecPattern): boolean {
  return (
    pattern.type === 'regexp' || pattern.type === 'perl' || (pattern.type === 'cached' && !pattern.negated)
  );
}

/** Reads the pattern of a rule. */
export function readPattern(fields: PatternFields, reading: Reading): SecPattern {
  const { report } = reading;
  const found = /^(n?)(?:(substr|regexp|perlfunc)(\d*)|(cached))$|^tvalue$/i.exec(fields.ptype.value.text);
  if (found === null) {
    const names =
      'SubStr, RegExp, PerlFunc (also with a count of lines), Cached, with N before it negated; TValue';
    report.error('pattern-type', fields.ptype.value, 'not a type of pattern', names);
    return NEVER;
  }
  const [, sign = '', kind = '', count = '', cached] = found;
  const negated = sign !== '';
  const type = kind.toLowerCase();
  const mapped = !negated && (type === 'regexp' || type === 'perlfunc');
  if (fields.varmap !== undefined && !mapped) {
    report.warning('varmap', fields.varmap.value, 'a varmap means something with RegExp and PerlFunc only');
  }
  if (cached !== undefined) return readCached(fields.pattern.value, negated, reading);
  if (type === '') return readTvalue(fields.pattern.value, reading);
  const lines = readLines(count, fields.ptype.value, reading);
  if (type === 'substr') return { type, negated, lines, text: decodeSubstr(fields.pattern.value.text) };
  const varmap = fields.varmap === undefined || !mapped ? NO_VARMAP : readVarmap(fields.varmap.value, report);
  if (type === 'regexp') return readRegexp({ fields, negated, lines, varmap }, reading);
  return readPerlFunc(fields.pattern.value, { negated, lines, varmap }, reading);
}

function readLines(count: string, ptype: Text, { options, report }: Reading): number {
  if (count === '') return 1;
  const lines = Number(count);
  if (lines === 0) report.error('pattern-type', ptype, 'a pattern looks at 1 line or more');
  if (options.bufsize > 0 && lines > options.bufsize) {
    const message = `the pattern looks at ${String(lines)} lines, but --bufsize is ${String(options.bufsize)}`;
    report.error('pattern-type', ptype, message, 'raise --bufsize, or leave it out');
  }
  return lines;
}

const DECODED: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', s: ' ', '0': '', '\\': '\\' };

const decodeSubstr = (text: string): string =>
  text.replaceAll(/\\([tnrs0\\])/g, (whole, letter: string) => DECODED[letter] ?? whole);

function readCached(entry: Text, negated: boolean, { report }: Reading): SecPattern {
  if (!/^[A-Za-z]\w*$/.test(entry.text)) {
    report.error('pattern', entry, 'the name of a cache entry is a letter, then letters, digits and _');
  }
  return { type: 'cached', negated, entry: entry.text };
}

function readTvalue(value: Text, { report }: Reading): SecPattern {
  if (!/^(?:true|false)$/i.test(value.text)) report.error('pattern', value, 'a truth value is TRUE or FALSE');
  return { type: 'tvalue', value: /^true$/i.test(value.text) };
}

type Common = Pick<Extract<SecPattern, { type: 'perl' }>, 'negated' | 'lines' | 'varmap'>;

function readPerlFunc(code: Text, common: Common, reading: Reading): SecPattern {
  const { options, report } = reading;
  if (!options.perl) report.error('perl', code, 'this pattern is Perl code', NEEDS_PERL);
  checkFunction(code, reading);
  return { type: 'perl', ...common, code: code.text };
}

function readRegexp(
  { fields, ...common }: Common & { readonly fields: PatternFields },
  reading: Reading,
): SecPattern {
  const { options, report } = reading;
  const source = fields.pattern.value;
  const { line } = fields.rule;
  const regexp: SecPattern = { type: 'regexp', ...common, source: source.text, file: report.file, line };
  if (fields.filledIn && holdsVariables(source.text)) {
    checkFilledIn(source, reading);
    return regexp;
  }
  const compiled = compile(source, source.text, reading);
  report.add(compiled.diagnostics.filter(({ severity }) => severity === 'warning'));
  if (compiled.ok) return regexp;
  const broken = isBroken(source.text);
  if (options.perl && !broken)
    return { type: 'perl', ...common, code: perlOfRegex(source.text, common.lines) };
  const errors = compiled.diagnostics.filter(({ severity }) => severity === 'error');
  report.add(broken ? errors : errors.map(withPerlHint));
  return NEVER;
}

const withPerlHint = (diagnostic: Diagnostic): Diagnostic => ({
  ...diagnostic,
  hint: diagnostic.hint === undefined ? NEEDS_PERL : `${diagnostic.hint}, or ${NEEDS_PERL}`,
});

/** Compiles `text`, of which each character stands where the one of `source` stands. */
function compile(source: Text, text: string, { options, report }: Reading): ReturnType<typeof compileRegex> {
  const origin = { dialect: 'sec', file: report.file, line: 1, column: 1 } as const;
  const compiled = compileRegex(text, origin, options.ports);
  const diagnostics = compiled.diagnostics.map((diagnostic) => ({
    ...diagnostic,
    ...spotOf(source, (diagnostic.column ?? 1) - 1),
  }));
  return { ...compiled, diagnostics };
}

/** Whether Perl would refuse the expression too. */
function isBroken(source: string): boolean {
  const { problems } = parsePattern(source, false);
  return problems.some(({ severity, code }) => severity === 'error' && BROKEN.has(code));
}

const BROKEN = new Set(['syntax', 'class', 'reference']);

/** Values are put in quoted, so a letter stands for any of them. */
function checkFilledIn(source: Text, reading: Reading): void {
  const tried = source.text.replaceAll(variablePattern, (name) => 'x'.padEnd(name.length, 'x'));
  const compiled = compile(source, tried, reading);
  if (compiled.ok) return;
  reading.report.add(compiled.diagnostics.map((diagnostic) => ({ ...diagnostic, severity: 'warning' })));
}
