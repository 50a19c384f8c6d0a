import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandLineOf } from '../../src/cli/command-lines.ts';
import { commandTree } from '../../src/cli/program.ts';
import { placed } from '../../src/install/pages/command-line.ts';
import { roff } from '../../src/install/pages/roff.ts';
import { run } from './program.ts';

const hasProgram = (name: string): boolean => spawnSync('which', [name]).status === 0;
const program = commandLineOf(commandTree('1'));
const everyCommand = placed(program);

let dir = '';
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'completion-'));
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout, stderr } = await run(['completion', shell]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    writeFileSync(join(dir, `completion.${shell}`), stdout);
  }
  writeFileSync(join(dir, 'rules-here.yaml'), '');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What real shells propose for a line that ends where the cursor is. */
const shells: { readonly [shell: string]: (line: string, last: string) => readonly string[] } = {
  bash(line) {
    const words = line.split(' ');
    const script = `source ./completion.bash
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_bird_sentinel; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return linesOf('bash', ['--norc', '-c', script]).filter((word) => word !== '');
  },
  zsh(line, last) {
    // Its completion needs a terminal, which zpty is, and lists nothing while somebody goes on typing.
    const script = `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1=; autoload -Uz compinit; compinit -u -D; LISTMAX=1000; source ./completion.zsh; stty rows 500 columns 200; print READY''NOW"
zpty -r -m z out '*READYNOW*'
zpty -w -n z ${quoted(line)}$'\\t\\t'
zpty -r -m z out ${quoted(`*${last}*`)}
print -r -- "$out"
zpty -w -n z $'\\C-u'
zpty -w z "print DONE''NOW"
zpty -r -m z out '*DONENOW*'
print -r -- "$out"
zpty -d z`;
    return linesOf('zsh', ['-f', '-c', script]).flatMap((text) => text.split(/\s+/));
  },
  fish(line) {
    const script = `source ./completion.fish; complete --do-complete ${quoted(line)}`;
    return linesOf('fish', ['--no-config', '-c', script]).map((text) => text.split('\t')[0] ?? '');
  },
};

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function linesOf(shell: string, args: readonly string[]): readonly string[] {
  const { stdout, stderr, status } = spawnSync(shell, [...args], {
    cwd: dir,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: dir, TERM: 'dumb', LC_ALL: 'C.UTF-8' },
    timeout: 60_000,
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout.split(/\r?\n/);
}

describe.each(Object.keys(shells))('completion of %s', (shell) => {
  const propose = (line: string, last: string): readonly string[] => shells[shell]?.(line, last) ?? [];
  const missing = hasProgram(shell) ? undefined : `${shell} is not installed`;

  test.each([
    ['bird-sentinel ', ['watch', 'alerts', 'setup', 'submit_check_result'], ['list', '--once']],
    ['bird-sentinel alerts ', ['list', 'ack'], ['watch']],
    ['bird-sentinel --state x alerts ', ['list'], ['watch']],
    ['bird-sentinel alerts list --', ['--rule', '--open', '--json'], ['--html']],
    ['bird-sentinel --color ', ['auto', 'always', 'never'], ['watch']],
    ['bird-sentinel completion ', ['bash', 'zsh', 'fish'], ['watch']],
    ['bird-sentinel watch --rules ', ['rules-here.yaml'], ['backtest']],
    ['bird-sentinel check ', ['rules-here.yaml'], ['backtest']],
  ])('%j', (line, wanted, unwanted) => {
    if (missing !== undefined) return;
    const proposed = propose(line, wanted.toSorted().at(-1) ?? '');
    for (const word of wanted) expect(proposed, proposed.join(' ')).toContain(word);
    for (const word of unwanted) expect(proposed).not.toContain(word);
  });

  test('what is not there is said', ({ skip }) => {
    skip(missing !== undefined, missing);
  });
});

test('bash: every command and option is proposed where it belongs', () => {
  for (const { path, command } of everyCommand) {
    const line = `bird-sentinel${path.replaceAll('/', ' ')} `;
    const words = shells['bash']?.(line, '') ?? [];
    for (const { name } of command.commands) expect(words, line).toContain(name);
    const flags = shells['bash']?.(`${line}-`, '') ?? [];
    for (const { long } of [...command.options, ...program.options]) expect(flags, line).toContain(long);
  }
});

describe('pages', () => {
  const pages = [['bird-sentinel'], ['bird-sentinel.yaml']] as const;
  const page = async (name: string): Promise<string> => {
    const { code, stdout, stderr } = await run(['man', name]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return stdout;
  };

  test.each(pages)('%s: man and mandoc find nothing wrong', async (name) => {
    const file = join(dir, name);
    writeFileSync(file, await page(name));
    const env = { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', MANROFFSEQ: '' };
    if (hasProgram('mandoc')) {
      const lint = spawnSync('mandoc', ['-Tlint', '-Wwarning', file], { encoding: 'utf8', env });
      expect(lint.stdout).toBe('');
    }
    if (hasProgram('man') && hasProgram('groff')) {
      const shown = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', file], {
        encoding: 'utf8',
        env,
      });
      expect(shown.stderr).toBe('');
    }
  });

  test("the program's page names every command and option", async () => {
    const text = await page('bird-sentinel');
    for (const { path, command } of everyCommand) {
      if (command.commands.length === 0 && path !== '')
        expect(text).toContain(`.SS "${roff(path.slice(1).replaceAll('/', ' '))}`);
      for (const { long } of command.options) expect(text).toContain(roff(long));
    }
  });

  test('the page of the configuration names every key', async () => {
    const text = await page('bird-sentinel.yaml');
    const schema = JSON.parse((await run(['schema'])).stdout) as { properties: object };
    for (const key of Object.keys(schema.properties))
      expect(text).toContain(`.SH "${roff(key.toUpperCase())}"`);
    for (const key of ['escalate', 'distinct', 'password-file']) expect(text).toContain(roff(key));
  });

  test('made twice they are the same', async () => {
    expect(await page('bird-sentinel')).toBe(await page('bird-sentinel'));
  });

  test('text is nothing to obey', () => {
    expect(roff(".so /etc/passwd\n'x\\fB-")).toBe("\\&.so /etc/passwd\n\\&'x\\efB\\-");
  });

  test('another shell or page is a mistake of the command line', async () => {
    expect((await run(['completion', 'tcsh'])).code).toBe(2);
    expect((await run(['man', 'cat'])).code).toBe(2);
  });
});
