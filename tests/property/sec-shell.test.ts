import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quotedCommand } from '../../src/engine/sec/quoting.ts';
import type { Part } from '../../src/engine/sec/template.ts';
import type { SecOutput } from '../../src/engine/sec/contract.ts';
import type { SecSettings } from '../../src/engine/sec/program.ts';
import type { Command } from '../../src/model/intent.ts';
import { instant } from '../../src/model/time.ts';
import { create, EPOCH, SETTINGS } from './sec-samples.ts';

/** A value is data if what it says stays as it is: a shell that ran it would take out the quotes. */
const SHELLS = ['/bin/sh', '/bin/bash'].filter((path) => existsSync(path));

/** Prints its arguments between brackets: `[one][two]`. */
const SHOW = `printf '[%s]'`;

/** Pieces of which an attacker would make a line. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "'",
        '"',
        '`',
        '$',
        '\\',
        '\n',
        ';',
        '|',
        '&',
        '(',
        ')',
        '<',
        '>',
        '*',
        '?',
        '~',
        '#',
        ' ',
      ),
      fc.constantFrom(
        '$(echo pw""ned)',
        '`echo pw""ned`',
        '${HOME}',
        '$HOME',
        "'; echo pw''ned '",
        '-n',
        '!',
        '{a,b}',
        '\t',
      ),
      fc.string({ unit: 'binary-ascii', maxLength: 3 }).map((text) => text.replaceAll('\0', '')),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

const text = (of: string): Part => ({ type: 'text', text: of });
const variable: Part = { type: 'match', sign: 'dollar', name: '1' };

function runShell(command: Command): string {
  const argv = command.type === 'shell' ? ['/bin/sh', '-c', command.text] : command.argv;
  const [program = '', ...args] = argv;
  return spawnSync(program, args, { encoding: 'latin1' }).stdout;
}

/** What all that a shell runs of a command says; with an empty environment and input. */
function whatRan(shell: string, command: Command): string {
  const line = command.type === 'shell' ? command.text : '';
  const { stdout, stderr } = spawnSync(shell, ['-c', line], { encoding: 'latin1', env: {}, input: '' });
  return stdout + stderr;
}

function made(parts: readonly Part[], value: string): Command {
  const prepared = quotedCommand(parts, () => value);
  if ('refused' in prepared) throw new Error(prepared.refused);
  return prepared.command;
}

describe('a command line whose values are quoted', () => {
  const places: readonly (readonly [string, readonly Part[], (value: string) => string])[] = [
    ['outside quotes', [text(`${SHOW} `), variable, text(' end;')], (value) => `[${value}][end]`],
    ['at the beginning of a word', [text(`${SHOW} `), variable, text('x;')], (value) => `[${value}x]`],
    ['inside a word', [text(`${SHOW} a`), variable, text('z | cat')], (value) => `[a${value}z]`],
    ['inside single quotes', [text(`${SHOW} 'a `), variable, text(" z'")], (value) => `[a ${value} z]`],
    ['inside double quotes', [text(`${SHOW} "a `), variable, text(' z"')], (value) => `[a ${value} z]`],
    [
      'twice in double quotes',
      [text(`${SHOW} "`), variable, variable, text('"')],
      (value) => `[${value}${value}]`,
    ],
    ['after an escaped quote', [text(`${SHOW} \\"`), variable, text('\\"')], (value) => `["${value}"]`],
    ['after an escaped $', [text(`${SHOW} "\\$`), variable, text('"')], (value) => `[$${value}]`],
    ['after two backslashes', [text(`${SHOW} "\\\\`), variable, text('"')], (value) => `[\\${value}]`],
    ['after a backslash in quotes', [text(`${SHOW} '\\`), variable, text("'")], (value) => `[\\${value}]`],
    [
      'after a substitution',
      [text(`${SHOW} $(echo a "b") \`echo "c)"\` `), variable],
      (value) => `[a][b][c)][${value}]`,
    ],
    ['in a subshell', [text(`(${SHOW} `), variable, text(')')], (value) => `[${value}]`],
    ['after a comment', [text(`# it's\n${SHOW} `), variable, text(';')], (value) => `[${value}]`],
    ['after && and ||', [text(`false || true && ${SHOW} `), variable], (value) => `[${value}]`],
  ];

  it.each(places)('holds any value as data %s', (_name, parts, shown) => {
    fc.assert(
      fc.property(hostile, (value) => {
        expect(runShell(made(parts, value))).toBe(shown(value));
      }),
      { numRuns: 60 },
    );
  });

  const refused: readonly (readonly [string, readonly Part[]])[] = [
    ['in backticks', [text('echo `date '), variable, text('`')]],
    ['in a substitution', [text('echo $(date '), variable, text(')')]],
    ['in quotes in a substitution', [text('echo $(date "'), variable, text('")')]],
    ['in a substitution in quotes', [text('echo "$(date '), variable, text(')"')]],
    ['after a substitution in quotes', [text('echo "$(date) '), variable, text('"')]],
    ['after backticks in quotes', [text('echo "`date` '), variable, text('"')]],
    ['in an expansion', [text('echo ${x:-'), variable, text('}')]],
    ['in arithmetic', [text('echo $((1 + '), variable, text('))')]],
    ['after a backslash', [text('echo \\'), variable]],
    ['after a backslash in quotes', [text('echo "\\'), variable, text('"')]],
    ['after a $', [text('echo $'), variable]],
    ['after a $ in quotes', [text('echo "$'), variable, text('"')]],
    ['in a comment', [text('echo a # '), variable]],
    ['in a here document', [text('cat <<E\n'), variable, text('\nE')]],
    ["in $'…'", [text("echo $'"), variable, text("'")]],
  ];

  it.each(refused)('is not made for a value %s', (_name, parts) => {
    expect(quotedCommand(parts, () => 'x')).toHaveProperty('refused');
  });

  it('lets no value run a command, whatever the rule looks like', () => {
    const piece = fc.constantFrom(
      "'",
      '"',
      '`',
      '$(',
      ')',
      '${',
      '}',
      '\\',
      '#',
      '\n',
      ' ',
      ';',
      'echo',
      'a',
      '<<E',
      '$',
      '(',
      '{',
      '|',
      '&&',
      '$((',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.constant(undefined)), { maxLength: 10 }),
        hostile,
        (pieces, value) => {
          const parts = pieces.map((one): Part => (one === undefined ? variable : text(one)));
          const attack = quotedCommand(
            parts,
            () => `${value}; echo pw""ned; \`echo pw""ned\` $(echo pw""ned)`,
          );
          if ('refused' in attack) return;
          for (const shell of SHELLS) expect(whatRan(shell, attack.command)).not.toContain('pwned');
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('commands of a rule', () => {
  const commandFor = (shell: SecSettings['shell'], line: string, log: string): readonly SecOutput[] => {
    const machine = create({
      files: [
        {
          name: 'f',
          sets: [],
          procallin: true,
          rules: [
            {
              type: 'Single',
              desc: 'd',
              line: 1,
              hash: 'h',
              continues: { to: 'next' },
              pattern: {
                type: 'regexp',
                negated: false,
                lines: 1,
                source: '(?s)^user (.*) failed\\z',
                varmap: { names: [], entries: ['E1'] },
                file: 'f',
                line: 1,
              },
              action: [{ type: 'shellcmd', command: { type: 'line', text: line } }],
            },
          ],
        },
      ],
      settings: { ...SETTINGS, shell },
    });
    return machine.step({
      type: 'line',
      now: instant(EPOCH * 1000),
      source: '-',
      text: `user ${log} failed`,
    });
  };

  const only = (outputs: readonly SecOutput[]): Command | undefined => {
    const [output] = outputs;
    return output?.type === 'do' && output.intent.type === 'run' ? output.intent.command : undefined;
  };

  it('become arguments that the log cannot add to where there is no shell syntax', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom('refused' as const, 'quoted' as const), (value, shell) => {
        const command = only(commandFor(shell, 'show -a a $1 z$1', value));
        expect(command).toEqual({ type: 'argv', argv: ['show', '-a', 'a', value, `z${value}`] });
      }),
      { numRuns: 50 },
    );
  });

  it('are refused or quoted where there is, as the settings say', () => {
    const [refused] = commandFor('refused', 'echo $1 > file', 'x');
    expect(refused).toMatchObject({ type: 'warning', code: 'command-refused' });
    expect(only(commandFor('quoted', 'echo "$1" > file', 'a"b'))).toEqual({
      type: 'shell',
      text: 'echo "a\\"b" > file',
    });
  });

  it('hold all that a value of the match cache becomes as data, also what SEC reads in it', () => {
    const cached = (shell: SecSettings['shell'], line: string): Command | undefined =>
      only(commandFor(shell, line, 'a" %s; `b` $1'));
    expect(cached('quoted', 'echo "$:{E1:1}" > file')).toEqual({
      type: 'shell',
      text: 'echo "a\\" d; \\`b\\` \\$1" > file',
    });
    for (const shell of ['quoted', 'refused'] as const)
      expect(cached(shell, 'echo $:{E1:1}')).toEqual({ type: 'argv', argv: ['echo', 'a" d; `b` $1'] });
  });

  it('are what SEC makes of them when raw', () => {
    expect(only(commandFor('raw', 'echo $1 > file', 'a;b'))).toEqual({
      type: 'shell',
      text: 'echo a;b > file',
    });
    expect(only(commandFor('raw', 'echo $1', 'a;b'))).toEqual({ type: 'shell', text: 'echo a;b' });
    expect(only(commandFor('raw', 'echo  $1', 'a  b'))).toEqual({ type: 'argv', argv: ['echo', 'a', 'b'] });
    expect(only(commandFor('raw', 'A=1 env', 'x'))).toEqual({ type: 'shell', text: 'A=1 env' });
    expect(only(commandFor('raw', 'exec env', 'x'))).toEqual({ type: 'shell', text: 'exec env' });
  });

  it('never hold a NUL character', () => {
    for (const shell of ['refused', 'quoted'] as const) {
      expect(commandFor(shell, 'echo $1', 'a\0b')[0]).toMatchObject({
        type: 'warning',
        code: 'command-refused',
      });
    }
    // As run by SEC, where the system takes a text to end with it.
    expect(only(commandFor('raw', 'echo $1 c', 'a\0b'))).toEqual({ type: 'argv', argv: ['echo', 'a'] });
    expect(only(commandFor('raw', 'echo "$1"', 'a\0b'))).toEqual({ type: 'shell', text: 'echo "a' });
  });
});
