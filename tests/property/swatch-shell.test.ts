import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCommand } from '../../src/dialects/swatch/command.ts';
import { createReport, noFindings } from '../../src/dialects/swatch/report.ts';
import { textAt } from '../../src/dialects/sec/text.ts';
import { prepare } from '../../src/engine/swatch/commands.ts';

/** Prints its arguments, each in brackets. */
const SHOW = `/usr/bin/printf '[%s]'`;

const hostile = fc.oneof(
  fc.constantFrom(
    '; touch PWNED',
    '$(touch PWNED)',
    '`touch PWNED`',
    "'; touch PWNED; '",
    '"; touch PWNED; "',
    '| touch PWNED',
    '* ? [a-z] ~ {a,b}',
    '-n --help',
    '\\',
    "it's",
    '${1}',
    '\n touch PWNED',
  ),
  fc.string({ unit: fc.constantFrom(...'\'"\\$`;|&<>(){}[]*?~# \tab-'), maxLength: 12 }),
);

/** Pieces of a command line, with the value in every kind of place. */
const piece = fc.constantFrom(
  '$1',
  '"$1"',
  "'$1'",
  'x$1y',
  '"a $1 b"',
  "'a $1 b'",
  'plain',
  '$0',
  '$1\'$1\'"$1"',
);
const ending = fc.constantFrom('', ' | cat', ' && true', ' 2>/dev/null', '; true');

const read = (line: string) => {
  const form = { constants: new Map<string, string>(), awk: false, command: true, shell: true };
  return readCommand(textAt(line, { line: 1, column: 1 }), form, createReport('s.conf', noFindings()));
};

test('whatever the log says arrives as part of one argument, in any place of any command', () => {
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 4 }), ending, hostile, (pieces, end, value) => {
      const command = read(`${SHOW} ${pieces.join(' ')}${end}`);
      if (command === undefined) throw new Error('it was refused');
      const scene = { line: value, groups: { '1': value } };
      const prepared = prepare(command, scene);
      if ('refused' in prepared || prepared.command.type !== 'argv') throw new Error('it was refused');
      const [program = '', ...args] = prepared.command.argv;
      const { stdout } = spawnSync(program, args, { encoding: 'utf8' });
      const expected = pieces.map(
        (one) => `[${one.replaceAll(/["']/g, '').replaceAll(/\$[01]/g, () => value)}]`,
      );
      expect(stdout).toBe(expected.join(''));
    }),
    { numRuns: Number(process.env['SWATCH_SHELL_RUNS'] ?? 150) },
  );
});

test('a command of any characters is read without failing, and never has the log in its script', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'\'"\\$`;|&<>(){}[]*?~# \n\tab01_=,-'), maxLength: 40 }),
      (line) => {
        const command = read(line);
        if (command?.type !== 'script') return;
        const scene = { line: 'LINE-OF-THE-LOG', groups: { '1': 'LINE-OF-THE-LOG' } };
        const prepared = prepare(command, scene);
        if ('refused' in prepared || prepared.command.type !== 'argv') return;
        expect(prepared.command.argv.slice(0, 3).join(' ')).not.toContain('LINE-OF-THE-LOG');
      },
    ),
    { numRuns: 2000 },
  );
});
