import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunIntent } from '../../model/intent.ts';
import { millis } from '../../model/time.ts';
import type { ChildEnd } from './child.ts';
import { createCommands, type Commands } from './commands.ts';
import { environmentFrom } from './environment.ts';

let dir: string;
let commands: Commands;
let lines: string[];
const limits = { outputLine: 100, outputLines: 100_000 };
const environment = { PATH: process.env['PATH'] ?? '' };

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'commands-'));
  commands = createCommands({ environment, shown: false, limits });
  lines = [];
});
afterEach(async () => {
  await commands.stop(0);
  rmSync(dir, { recursive: true, force: true });
});

const shell = (text: string): Pick<RunIntent, 'command'> => ({ command: { type: 'shell', text } });
const argv = (...words: readonly string[]): Pick<RunIntent, 'command'> => ({
  command: { type: 'argv', argv: words },
});

function run(intent: Partial<RunIntent>, committed = (done: () => void) => done()): Promise<ChildEnd> {
  const whole: RunIntent = {
    type: 'run',
    child: '1',
    ...shell('true'),
    outputs: true,
    reports: true,
    ...intent,
  };
  return commands.run(whole, (line, done) => {
    lines.push(line);
    committed(done);
  });
}

/** Whether a process still runs, looked at until it does not or the test gives up. */
async function untilGone(pid: number): Promise<void> {
  const isThere = (): boolean => {
    try {
      return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
    } catch {
      return false;
    }
  };
  const end = performance.now() + 10_000;
  while (isThere()) {
    if (performance.now() > end) throw new Error(`${pid} still runs`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('the end of a command', () => {
  test.each([
    ['true', 0],
    ['exit 7', 7],
    ['kill -9 $$', 137],
    ['kill -TERM $$', 143],
    ['no-such-command-anywhere', 127],
  ])('%s', async (text, exit) => {
    expect(await run(shell(text))).toMatchObject({ type: 'exited', exit });
  });

  test('the last line of its standard error is kept', async () => {
    expect(await run(shell('echo one >&2; echo two >&2; exit 1'))).toEqual({
      type: 'exited',
      exit: 1,
      killed: false,
      lastLine: 'two',
    });
  });

  test('a program that is not there, is none, or has a NUL in an argument', async () => {
    expect(await run(argv('/nonexistent'))).toMatchObject({ type: 'notStarted', exit: 127 });
    writeFileSync(join(dir, 'text'), 'echo no');
    expect(await run(argv(join(dir, 'text')))).toMatchObject({ type: 'notStarted', exit: 126 });
    expect(await run(argv('echo', 'a\0b'))).toMatchObject({ type: 'notStarted' });
    expect(await run(argv())).toMatchObject({ type: 'notStarted' });
  });
});

describe('what a command is given', () => {
  test('words are words, whatever they hold', async () => {
    await run(argv('printf', '%s\\n', '$(id) `id` ; | > x', '-n', '*', 'gr\u00c3\u00bc\u00c3\u009f'));
    expect(lines).toEqual(['$(id) `id` ; | > x', '-n', '*', 'gr\u00c3\u00bc\u00c3\u009f']);
  });

  test('its input, byte for byte; one that does not read it is no failure', async () => {
    const bytes = String.fromCharCode(...Array.from({ length: 255 }, (_, code) => code + 1)).replace(
      '\n',
      '',
    );
    await run({ ...argv('cat'), input: `${bytes}\n` });
    expect(lines.join('\n')).toBe(bytes.slice(0, 100));
    expect(await run({ ...shell('exec true'), input: 'x'.repeat(1_000_000) })).toMatchObject({ exit: 0 });
  });

  test('of our environment what names no secret', async () => {
    const ours = {
      PATH: '/bin',
      LC_ALL: 'C',
      TZ: 'UTC',
      TOKEN: 's3cret',
      CREDENTIALS_DIRECTORY: '/x',
      SEC_HOME: '/s',
    };
    expect(environmentFrom(ours)).toEqual({ PATH: '/bin', LC_ALL: 'C', TZ: 'UTC' });
    expect(environmentFrom(ours, ['SEC_HOME'])).toMatchObject({ SEC_HOME: '/s' });
    await run(shell('env | grep -c . ; env | grep -v -e ^PATH= -e ^PWD= -e ^_= -e ^SHLVL='));
    expect(lines.slice(1)).toEqual([]);
  });
});

describe('what a command prints', () => {
  test('comes line by line in order, also an empty one and a last one without its end', async () => {
    await run(shell('printf "1\\n\\n3\\nlast"'));
    expect(lines).toEqual(['1', '', '3', 'last']);
  });

  test('a long line is cut, the next is whole', async () => {
    await run(shell('head -c 100000 /dev/zero | tr "\\0" x; echo; echo next'));
    expect(lines).toEqual(['x'.repeat(100), 'next']);
  });

  test('waits while its lines are not committed', async () => {
    let taken = 0;
    const first = new Promise<void>((resolve) => {
      void run(shell('exec yes'), () => {
        taken += 1;
        if (taken === 256) resolve();
      });
    });
    await first;
    // A turn for every pipe: it must not go on by itself.
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(lines).toHaveLength(256);
  });

  test('is all taken when the command has ended long before', async () => {
    let release: (() => void)[] = [];
    const end = run(shell('seq 5000'), (done) => void release.push(done));
    const beat = setInterval(() => {
      for (const done of release) done();
      release = [];
    }, 1);
    expect(await end).toMatchObject({ exit: 0 });
    clearInterval(beat);
    expect(lines).toEqual(Array.from({ length: 5000 }, (_, n) => String(n + 1)));
  });

  test('a grandchild that keeps the output open does not keep the command', async () => {
    const end = await run(shell('echo first; sleep 30 & echo $!'));
    expect(end).toMatchObject({ exit: 0 });
    expect(lines[0]).toBe('first');
    process.kill(Number(lines[1]), 'SIGKILL');
  });

  test('comes at its pace', async () => {
    commands = createCommands({ environment, shown: false, limits: { ...limits, outputLines: 50 } });
    const begun = performance.now();
    await run(shell('seq 120'));
    expect(lines).toHaveLength(120);
    // Three seconds of the clock are touched, so a whole one lies between.
    expect(performance.now() - begun).toBeGreaterThan(1000);
  });
});

describe('ends that we make', () => {
  test('a command that runs too long is ended with all it started, however deaf', async () => {
    commands = createCommands({ environment, shown: false, limits: { ...limits, commandTime: millis(300) } });
    const end = await run(
      shell('trap "" TERM; sh -c "trap \'\' TERM; echo \\$\\$; sleep 60; sleep 60" & wait; sleep 60'),
    );
    expect(end).toMatchObject({ type: 'timedOut' });
    await untilGone(Number(lines[0]));
  });

  test('the stop ends feeds at once and lets others finish', async () => {
    const feed = run(shell('echo up; exec sleep 60'));
    const other = run({ ...shell(`sleep 0.3; echo done > ${dir}/done`), outputs: false });
    await new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (lines.length === 0) return;
        clearInterval(look);
        resolve();
      }, 2);
    });
    await commands.stop(10_000);
    expect(await feed).toEqual({ type: 'stopped' });
    expect(await other).toMatchObject({ type: 'exited', exit: 0 });
    expect(existsSync(join(dir, 'done'))).toBe(true);
    expect(await run(shell('true'))).toEqual({ type: 'stopped' });
  });

  test('what takes longer than the grace is cut off', async () => {
    const end = run({ ...shell('exec sleep 60'), outputs: false });
    await commands.stop(10);
    expect(await end).toEqual({ type: 'stopped' });
  });
});
