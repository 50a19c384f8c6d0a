import { describe, expect, test } from 'vitest';
import { matchPorts } from '../../../tests/property/engine-samples.ts';
import { fill } from '../../engine/swatch/texts.ts';
import { readSwatch } from './read.ts';

/** What a message says of `got bob` where bob is `$1`, and what was told of the file, each with its line. */
const told = (message: string, before = '') => {
  const text = `${before}watchfor /got (\\w+)/\n  echo message=${message}\n`;
  const { program, findings } = readSwatch(
    { name: 's.conf', text },
    {
      ports: matchPorts,
      awk: false,
      oldStyle: false,
      shell: false,
      user: 'me',
      included: () => 'is not there',
    },
  );
  const [action] = program.blocks[0]?.actions ?? [];
  const { errors, leftOut, repaired, traps } = findings;
  const codes = [...errors, ...leftOut, ...repaired, ...traps].map(
    ({ code, line }) => `${code}:${String(line)}`,
  );
  const scene = { line: 'got bob', groups: { '1': 'bob' } };
  return [action?.message === undefined ? undefined : fill(action.message, scene), codes];
};

describe('messages as Perl reads them', () => {
  test.each([
    [String.raw`\Uab\E and \ucd`, 'AB and Cd'],
    [String.raw`\LAB\E \lCD \u\LEF\E GH`, 'ab cD Ef GH'],
    [String.raw`a\Qb.c\E.d \E`, 'ab\\.c.d '],
    [String.raw`\Uab\Lcd\Eef`, 'ABcdef'],
    [String.raw`\\Uab`, '\\Uab'],
  ])('letters of fixed text are changed: %s', (message, text) => {
    expect(told(message)).toEqual([text, []]);
  });

  test.each([
    [String.raw`\U$1\E $1`, 'BOB bob'],
    [String.raw`\u$1 $1`, 'Bob bob'],
    [String.raw`\Uab $_ cd\Eef`, 'AB GOT BOB CDef'],
    [String.raw`\u\L$1\E \l$1`, 'Bob bob'],
    [String.raw`\u$1abc`, 'Bobabc'],
    [String.raw`\Q$_\E x`, 'got\\ bob x'],
  ])('letters of what comes of the log are changed, too: %s', (message, text) => {
    expect(told(message)).toEqual([text, []]);
  });

  test('a variable that nothing gives does not lose the alert', () => {
    expect(told('got $name and $&')).toEqual([
      'got $name and $&',
      ['swatch.variable:2', 'swatch.variable:2'],
    ]);
  });

  test('a number of perlcode is a text', () => {
    expect(told('over $lim', 'perlcode my $lim = 5;\n')).toEqual(['over 5', []]);
    expect(told('over $lim', 'perlcode my $lim = 5 + 1;\n')[0]).toBe('over $lim');
  });

  test.each([
    ['$1[0]', 'bob[0]', 'swatch.element:2'],
    ['$1{x}', 'bob{x}', 'swatch.element:2'],
    ['$1->[0]', 'bob->[0]', 'swatch.element:2'],
    ['5$', '5$', 'swatch.dollar:2'],
  ])('%s is taken as it is meant, and told', (message, text, code) => {
    expect(told(message)).toEqual([text, [code]]);
  });
});

test('an empty pattern is every line, and told', () => {
  const { findings, program } = readSwatch(
    { name: 's.conf', text: 'watchfor //\n  echo\n' },
    { ports: matchPorts, awk: false, oldStyle: false, shell: false, user: 'me', included: () => '' },
  );
  expect(program.blocks).toHaveLength(1);
  expect(findings.repaired.map(({ code, line }) => [code, line])).toEqual([['swatch.empty-pattern', 1]]);
});
