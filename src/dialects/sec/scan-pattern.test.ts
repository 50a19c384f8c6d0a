import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ports, read, single } from '../../../tests/oracle/sec-parse/sample.ts';
import type { SecPattern } from '../../engine/sec/program.ts';
import { compileRegex } from '../../match/perl/compile.ts';
import { createScanner } from '../../match/scanner.ts';
import type { Chunk } from '../../model/chunk.ts';
import { instant } from '../../model/time.ts';
import { widen } from './filled-in.ts';
import { scanPattern } from './scan-pattern.ts';
import { variablePattern } from './variables.ts';
import { halvesOf, placedRules } from './walk.ts';

const RUNS = Number(process.env['RUNS'] ?? 300);

const why = (text: string) => scanPattern(read(text).program).everyRecord.map((item) => item.why);

describe('every record is needed by', () => {
  test.each([
    [{ ptype: 'NRegExp' }, 'negated'],
    [{ ptype: 'NCached', pattern: 'E' }, 'negated'],
    [{ ptype: 'TValue', pattern: 'TRUE' }, 'TRUE'],
    [{ ptype: 'PerlFunc', pattern: 'sub { 1 }' }, 'Perl'],
    [{ ptype: 'RegExp2' }, 'several lines'],
    [{ pattern: '\\d' }, 'fixed part'],
    [{ context: '[A]' }, 'brackets'],
    [{ context: '[=(1)]' }, 'brackets'],
    [{ action: 'create A 5 (if %v (rewrite 1 x))' }, 'rewrites'],
  ])('%j', (fields, reason) => {
    expect(why(single({ pattern: 'fixed (.)', ...fields }))).toEqual([expect.stringContaining(reason)]);
  });
});

test('nothing else needs every record', () => {
  const rules = [
    single({ pattern: 'fixed' }),
    single({ ptype: 'Cached', pattern: 'E', context: 'A' }),
    single({ ptype: 'TValue', pattern: 'FALSE' }),
    single({ ptype: 'SubStr', pattern: 'fixed', context: '[varset E]' }),
    'type=Calendar\ntime=* * * * *\ncontext=[A]\ndesc=x\naction=none\n',
  ];
  expect(why(rules.join('\n'))).toEqual([]);
});

/** Byte texts that hold parts of the patterns below. */
const piece = fc.constantFrom('ab', 'xyz', 'a', 'b', '[7]', ' ', '\u00e9', '$', 'x', '7', '\t', 'Q');
const line = fc.array(piece, { maxLength: 6 }).map((parts) => parts.join(''));
const source = fc
  .array(fc.constantFrom('ab', 'xyz', '(a|b)', '\\[\\d\\]', '\u00e9+', 'x?', '(?i:q)', ' ', '$'), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join(''));
const ptype = fc.constantFrom('RegExp', 'RegExp', 'SubStr', 'Cached', 'TValue', 'NSubStr');
const rule = fc.record({ ptype, source }).map(({ ptype: type, source: pattern }) => {
  const text = type === 'Cached' ? 'E' : type === 'TValue' ? 'FALSE' : pattern;
  return single({ ptype: type, pattern: text });
});

test('a line on which a pattern matches passes the scanner', () => {
  const check = (rules: readonly string[], lines: readonly string[]) => {
    const { program } = read(rules.join('\n'));
    const { pattern } = scanPattern(program);
    const bytes = Uint8Array.from(`${lines.join('\n')}\n`, (char) => char.charCodeAt(0));
    const scanner = createScanner([{ index: 0, pattern }], 'text', ports);
    const taken = new Set([...scanner.scan(chunkOf(bytes))].map(({ start }) => start));
    let start = 0;
    for (const text of lines) {
      const needed = placedRules(program).some((placed) =>
        halvesOf(placed.rule).some(({ half }) => matches(half.pattern, text)),
      );
      if (needed) expect(taken.has(start), JSON.stringify({ rules, text })).toBe(true);
      start += text.length + 1;
    }
  };
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 5 }), fc.array(line, { minLength: 1, maxLength: 8 }), check),
    { numRuns: RUNS },
  );
});

function chunkOf(bytes: Uint8Array): Chunk {
  const position = { stream: 's', begin: 0, end: bytes.length, mark: null };
  const at = instant(0);
  return { source: 's', bytes, records: { kind: 'lines' }, position, receivedAt: at, reference: at };
}

function matches(pattern: SecPattern, text: string): boolean {
  if (pattern.type === 'substr') return text.includes(pattern.text) !== pattern.negated;
  return pattern.type === 'regexp' && runs(pattern.source, text);
}

function runs(expression: string, text: string): boolean {
  const compiled = compileRegex(expression, { dialect: 'sec', file: 'f', line: 1, column: 1 }, ports);
  return compiled.ok && compiled.value.exec(text) !== undefined;
}

describe('a pattern with values of the first match', () => {
  const parts = fc.constantFrom(
    'ab',
    '$1',
    '$+{n}',
    'c',
    '\\',
    '{',
    '}',
    '[',
    ']',
    '*',
    '?',
    '(',
    ')',
    '|',
    '$$',
    'x',
    '4',
    '(?i',
    ':',
    '\\x',
    '\\d',
  );
  const filled = fc.array(parts, { minLength: 2, maxLength: 7 }).map((all) => all.join(''));
  const values = fc.constantFrom('', 'x', '4', '0', 'i', 'ab', 'a.b', '1,2');

  test('matches only what the widened pattern matches', () => {
    const check = (expression: string, value: string, text: string) => {
      const wide = widen(expression);
      if (wide === undefined) return;
      const quoted = value.replaceAll(/\W/g, (sign) => `\\${sign}`);
      const real = expression.replaceAll(variablePattern, (name) => (name === '$$' ? '$' : quoted));
      if (runs(real, text)) expect(runs(wide, text), JSON.stringify({ expression, value, text })).toBe(true);
    };
    const text = fc
      .array(fc.constantFrom('ab', 'c', 'x', '4', 'a.b', '$', 'AB'), { maxLength: 5 })
      .map((all) => all.join(''));
    fc.assert(fc.property(filled, values, text, check), { numRuns: RUNS * 10 });
  });

  test('keeps its fixed parts where it can', () => {
    const pair = (fields: Readonly<Record<string, string>>) =>
      why(
        single({
          type: 'Pair',
          pattern: 'down (.*)',
          ptype2: 'RegExp',
          pattern2: 'up: $1$',
          desc2: 'e',
          action2: 'none',
          ...fields,
        }),
      );
    expect(pair({})).toEqual([]);
    expect(pair({ pattern2: 'sshd\\[\\d+\\]: up $1 (\\S+) {2,3}x' })).toEqual([]);
    expect(pair({ ptype2: 'SubStr', pattern2: 'up $1' })).toEqual([]);
    expect(pair({ pattern2: 'up[$1]' })).toHaveLength(1);
    expect(pair({ pattern2: 'up$1*' })).toHaveLength(1);
    expect(pair({ ptype2: 'SubStr', pattern2: '$1' })).toHaveLength(1);
    expect(pair({ ptype: 'SubStr', pattern2: 'up[$1]' })).toEqual([]);
  });
});
