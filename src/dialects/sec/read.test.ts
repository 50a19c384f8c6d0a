import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ports, read, settings, single } from '../../../tests/oracle/sec-parse/sample.ts';
import { readSecFiles } from './read.ts';

describe('lines and fields', () => {
  test('a backslash joins lines, blanks before it and at the start of the next line stay', () => {
    const { rules } = read('type=Single\nptype=SubStr\npattern=a\ndesc=one \\  \n  two\naction=none\n');
    expect(rules[0]?.desc).toBe('one   two');
  });

  test('a comment that ends with a backslash swallows the next line', () => {
    const { rules, told } = read(`# a comment \\\ntype=Single\n${single()}`);
    expect(rules).toHaveLength(1);
    expect(told).toEqual([]);
  });

  test('a line still open at the end is dropped', () => {
    const { rules, told } = read('type=Single\nptype=SubStr\npattern=a\ndesc=d\naction=none \\');
    expect(rules).toEqual([]);
    expect(told).toEqual(['warning sec.open-line 5:1', 'error sec.missing 1:1']);
  });

  test('lines that are no field are told and skipped, the rule around them stays', () => {
    const { rules, told } = read(`${single()}nothing\ndesc=\nde-sc=x\n`);
    expect(rules).toHaveLength(1);
    expect(told).toEqual([6, 7, 8].map((line) => `warning sec.line ${String(line)}:1`));
  });

  test('the last of a repeated keyword counts', () => {
    const { rules, told } = read(`${single()}  desc = other\n`);
    expect(rules[0]?.desc).toBe('other');
    expect(told).toEqual(['warning sec.repeated 6:3']);
  });

  test('lines may end with CR LF', () => {
    expect(read(single().replaceAll('\n', '\r\n')).rules).toEqual(read(single()).rules);
  });

  test('keywords are told by case, their values are not', () => {
    const { told } = read(single({ Desc: 'x' }));
    expect(told).toEqual(['error sec.keyword 6:1']);
    expect(read(single({ type: 'sINGLE', ptype: 'regexp', continue: 'takenext' })).told).toEqual([]);
  });

  test('a mistake in a joined line stands where it was written', () => {
    const text = 'type=Single\nptype=SubStr\npattern=a\ndesc=d\naction=write - x; \\\n   wrote - y\n';
    expect(read(text).told).toEqual(['error sec.action 6:4']);
    expect(read(text).diagnostics[0]?.hint).toContain('write');
  });
});

describe('numbers of rules', () => {
  const broken = single({ action: 'nonsense' });
  const options = 'type=Options\nprocallin=no\njoincfset=x y\n';

  test('broken rules and Options have none', () => {
    const { rules, program } = read([options, broken, single({ desc: 'first' }), single()].join('\n'));
    expect(rules.map(({ desc, line }) => [desc, line])).toEqual([
      ['first', 11],
      ['d', 17],
    ]);
    expect(program.files[0]).toMatchObject({ procallin: false, sets: ['x', 'y'] });
  });

  test('the last Options rule replaces the others; a broken one says nothing', () => {
    const text = [options, 'type=Options\njoincfset=z\n', 'type=Options\ndesc=x\n'].join('\n');
    expect(read(text).program.files[0]).toMatchObject({ procallin: true, sets: ['z'] });
  });

  test('a GoTo counts with them', () => {
    const goto = single({ continue: 'GoTo  far away' });
    const text = [goto, broken, single(), `${single({ desc: 'goal' })}label=far away\n`].join('\n');
    expect(read(text).rules[0]).toMatchObject({ continues: { to: 'rule', rule: 2 } });
  });

  test('a label behind the last rule is the end of the file, one that is not behind is told', () => {
    const end = [single({ continue: 'GoTo end' }), 'label=end\n'].join('\n');
    expect(read(end)).toMatchObject({ rules: [{ continues: { to: 'rule', rule: 1 } }], told: [] });
    for (const text of [`label=end\n\n${single({ continue: 'GoTo end' })}`, single({ continue: 'GoTo x' })]) {
      const { rules, diagnostics } = read(text);
      expect(rules[0]).toMatchObject({ continues: { to: 'rule', rule: 1 } });
      expect(diagnostics.map(({ code }) => code)).toEqual(['sec.label']);
    }
  });

  test('GoTos of refused rules are forgotten', () => {
    const text = [single({ continue: 'GoTo nowhere', action: 'bad' }), single()].join('\n');
    expect(read(text).diagnostics.map(({ code }) => code)).toEqual(['sec.action']);
  });
});

test('the hash is of the text, not of the place, of remarks or of labels', () => {
  const hash = (text: string) => read(text).rules.at(-1)?.hash;
  expect(hash(`# moved\n\n${single()}rem=x\nlabel=y\n`)).toBe(hash(single()));
  expect(hash(single({ desc: 'e' }))).not.toBe(hash(single()));
});

describe('types of rules', () => {
  test.each([
    ['SingleWithSuppress', { window: '007' }, { window: 7 }],
    ['SingleWithThreshold', { window: '5', thresh: '2' }, { window: 5, thresh: 2, action2: [] }],
    ['SingleWithScript', { script: 'a  (b)', shell: 'NO' }, { script: { type: 'words', words: ['a', 'b'] } }],
    ['SingleWithScript', { script: 'a | b' }, { script: { type: 'line', text: 'a | b' } }],
    [
      'SingleWith2Thresholds',
      { window: '5', thresh: '2', desc2: 'e', action2: 'none', window2: '6', thresh2: '0' },
      { thresh2: 0, window2: 6, desc2: 'e', action2: [{ type: 'none' }] },
    ],
    [
      'Pair',
      { ptype2: 'SubStr', pattern2: 'x', desc2: 'e', action2: 'none', continue2: 'EndMatch' },
      { window: 0, second: { pattern: { type: 'substr', text: 'x' }, continues: { to: 'endOfAll' } } },
    ],
    [
      'EventGroup2',
      {
        ptype2: 'SubStr',
        pattern2: 'b',
        window: '9',
        thresh2: '3',
        egptype: 'NRegExp',
        egpattern: '1 2',
        egtoken: '$1',
      },
      {
        type: 'EventGroup',
        members: [{ token: '$1', thresh: 1 }, { thresh: 3 }],
        egpattern: { negated: true, lines: 1 },
        multact: false,
      },
    ],
  ])('%s', (type, fields, expected) => {
    expect(read(single({ type, ...fields }))).toMatchObject({ rules: [expected], told: [] });
  });

  test('Suppress, Jump and Calendar', () => {
    const text = [
      'type=Suppress\nptype=TValue\npattern=true\n',
      'type=Jump\nptype=Cached\npattern=E\ncfset=a b\nconstset=no\n',
      'type=Jump\nptype=NCached\npattern=E\n',
      'type=Calendar\ntime=0 */12 0 1-3 7\ndesc=c\naction=none\n',
    ].join('\n');
    expect(read(text)).toMatchObject({
      told: [],
      rules: [
        { type: 'Suppress', desc: '', continues: { to: 'endOfFile' }, pattern: { value: true } },
        { type: 'Jump', cfset: ['a', 'b'], constset: false },
        { type: 'Jump', constset: true },
        {
          type: 'Calendar',
          time: { minutes: [0], hours: [0, 12], days: [], lastDay: true, months: [1, 2, 3], weekdays: [0] },
        },
      ],
    });
  });

  test('missing and unknown keywords are told together, with what was probably meant', () => {
    const { diagnostics } = read('type=PairWithWindow\nptype=SubStr\npattern=a\ndecs=x\nwindow=0\n');
    expect(diagnostics.map(({ message }) => message).join('\n')).toMatch(/'decs'[^]*'desc'[^]*'pattern2'/);
    expect(diagnostics[0]?.hint).toBe('did you mean desc?');
    expect(diagnostics.some(({ code }) => code === 'sec.number')).toBe(true);
  });
});

describe('Perl code', () => {
  test.each([
    [{ ptype: 'PerlFunc', pattern: 'sub { 1 }' }],
    [{ context: '=(1)' }],
    [{ context: '$1 -> (sub { 1 })' }],
    [{ action: 'eval %v (1)' }],
    [{ action: 'lcall %v $1 -> (sub { 1 })' }],
    [{ action: 'call %v %f' }],
    [{ pattern: '(?:(a)|b)*c' }],
  ])('%j is taken if it is allowed, else the rule is left out', (fields) => {
    expect(read(single(fields))).toMatchObject({ rules: [{}], told: [] });
    const { rules, diagnostics } = read(single(fields), { perl: false });
    expect(rules).toEqual([]);
    expect(diagnostics[0]?.severity).toBe('error');
    expect(diagnostics.map(({ hint }) => hint ?? '').join()).toContain('perl: true');
  });
});

test('more lines than an explicit --bufsize are an error', () => {
  const three = single({ ptype: 'RegExp3' });
  expect(read(three).told).toEqual([]);
  expect(read(three, { settings: { ...settings, bufsize: 2 } }).told).toEqual(['error sec.pattern-type 2:7']);
});

const words = [
  'type=',
  'ptype=',
  'pattern=',
  'action=',
  'context=',
  'time=',
  'label=',
  'Single',
  'RegExp',
  '$1',
  '%v',
];
const bits = fc.constantFrom(
  ...words,
  '(',
  ')',
  '\\',
  '\n',
  ';',
  '&&',
  '||',
  '!',
  '[',
  ']',
  ' ',
  '->',
  '=',
  'if',
);
const texts = fc.array(fc.oneof(bits, fc.string({ maxLength: 4 })), { maxLength: 60 });

test('whatever is given is read, and every mistake has a place in it', () => {
  const check = (parts: readonly string[], name: string) => {
    const text = `${single({ [name]: parts.join('').replaceAll('\n', ' ') })}\n${parts.join('')}`;
    const { diagnostics } = readSecFiles([{ name: 'f', text }], {
      settings,
      ports,
      precedence: 'sec',
      perl: true,
    });
    const lines = text.split('\n');
    for (const { line = 0, column = 0, file } of diagnostics) {
      expect(file).toBe('f');
      expect(column).toBeGreaterThan(0);
      expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 2);
    }
  };
  fc.assert(fc.property(texts, fc.constantFrom('action', 'context', 'varmap', 'pattern', 'time'), check), {
    numRuns: 500,
  });
});

test.each([
  ['context', '!'.repeat(60_000)],
  ['context', Array.from({ length: 20_000 }, (_, index) => `A${String(index)}`).join(' || ')],
  ['context', `${'('.repeat(30_000)}A${')'.repeat(30_000)}`],
  ['action', `${'if %v ('.repeat(9000)}none${')'.repeat(9000)}`],
  ['desc', '\\(x'.repeat(20_000)],
  ['action', `write - ${'\\(x'.repeat(20_000)}`],
  ['action', 'none;'.repeat(20_000)],
  ['varmap', 'a=1;'.repeat(20_000)],
  ['pattern', '('.repeat(30_000)],
])('a %s of great length is read, or refused with words', (name, text) => {
  const { rules, diagnostics } = read(single({ [name]: text }));
  expect(rules.length + diagnostics.length).toBeGreaterThan(0);
});
