import type { FieldTest, Pattern } from '../../model/program.ts';
import type { ScanFormat } from '../contract.ts';
import { parsePattern } from '../perl/parse.ts';
import { better, either, MAX_LENGTH, requiredBy, type Literal } from './extract.ts';

/** Fields whose text stands in the record as it is; a time or severity can be written in other ways. */
const WRITTEN = new Set(['host', 'program', 'pid']);

/**
 * The texts of which a record must contain one for the pattern to match; undefined when every record is a
 * candidate. Of field tests only `is` and `in` tell something.
 */
export function requiredLiterals(pattern: Pattern, format: ScanFormat): readonly Literal[] | undefined {
  switch (pattern.type) {
    case 'regex':
      return asWritten(ofRegex(pattern.source, pattern.origin.dialect !== 'sec'), format);
    case 'literal':
      return asWritten(ofText(pattern.text), format);
    case 'field':
      return ofField(pattern.field, pattern.test, format);
    case 'all':
      return pattern.of
        .map((part) => requiredLiterals(part, format))
        .reduce((best, set) => better(best, set), undefined);
    case 'any':
      // However many there are: a set of rule files can be one pattern of thousands.
      return either(
        pattern.of.map((part) => requiredLiterals(part, format)),
        Infinity,
      );
    case 'not':
      return undefined;
  }
}

/** A message of JSON can be a number, which may be written in another way: 1e3 is 1000. */
function asWritten(set: readonly Literal[] | undefined, format: ScanFormat): readonly Literal[] | undefined {
  if (format === 'text') return set;
  return set?.some(({ text }) => /^[-+.\de]+$/i.test(text)) === true ? undefined : set;
}

function ofRegex(source: string, quoting: boolean): readonly Literal[] | undefined {
  const { root, problems } = parsePattern(source, quoting);
  return problems.some(({ severity }) => severity === 'error') ? undefined : requiredBy(root);
}

/** A replacement character stands for bytes that were no UTF-8: the text around it is what counts. */
function ofText(text: string): readonly Literal[] | undefined {
  const parts = text.split('\ufffd').toSorted((a, b) => b.length - a.length);
  const [longest = ''] = parts;
  const shown = Array.from(longest).slice(0, MAX_LENGTH).join('');
  return shown === '' ? undefined : [{ text: shown, ignoreCase: false }];
}

function ofField(field: string, test: FieldTest, format: ScanFormat): readonly Literal[] | undefined {
  if (test.op !== 'is' && test.op !== 'in') return undefined;
  const values = test.op === 'is' ? [test.value] : test.values;
  return either(values.map((value) => (isWritten(field, value, format) ? ofText(value) : undefined)));
}

/** Whether a field with this value shows it in the record: networks, numbers and JSON need not. */
function isWritten(field: string, value: string, format: ScanFormat): boolean {
  if (/[/:]/.test(value) || (/^[\d.]+$/.test(value) && field !== 'pid')) return false;
  if (format === 'text') return WRITTEN.has(field);
  return WRITTEN.has(field) && !/^(?:[-+.\d]|true$|false$|[[{])/.test(value);
}
