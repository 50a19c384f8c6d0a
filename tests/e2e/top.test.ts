import { appendFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { run, site, type Running, type Site } from './program.ts';
import { lacksTerminal, openTerminal, type Shown, type Terminal } from './terminal.ts';

let at: Site;
let daemon: Running;
let terminal: Terminal | undefined;

/** Moves the cursor, sets the window's title, and ends the alternate screen, if it is obeyed. */
const hostile = '\u001b[2J\u001b]0;owned\u0007\u001b[?1049l\u009b31m\u202e漢字👩‍👩‍👧‍👦é';

const write = (...lines: readonly string[]): void =>
  appendFileSync(at.path('app.log'), lines.map((line) => `${line}\n`).join(''));

const open = (args: readonly string[] = [], size: Parameters<typeof openTerminal>[1] = {}): Terminal =>
  (terminal = openTerminal(at.args('top', '--every', '200ms', ...args), size));

const shows =
  (...words: readonly string[]) =>
  ({ lines }: Shown): boolean =>
    words.every((word) => lines.some((line) => line.includes(word)));

beforeAll(async () => {
  at = site();
  writeFileSync(at.path('app.log'), '');
  at.configure(`
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
rules:
  - { id: disk, match: 'disk (?<name>.+)', key: [name], quiet: 1h, alert: {} }
  - { id: broken, match: 'broken', quiet: 1h, alert: { severity: critical } }
  - { id: many, match: 'many (?<n>\\d+)', key: [n], quiet: 1h, alert: { severity: info } }
channels: { book: { file: { file: ${at.path('book.log')} } } }
budgets: { book: { per-day: 300 } }
`);
  daemon = await at.daemon();
  write('disk sda', 'disk sda', `disk ${hostile}`, 'broken');
  await eventually(
    async () => (await at.look((ledger) => ledger.counts().alerts)) === 3,
    'three alerts',
    60_000,
  );
});
afterEach(async () => {
  await terminal?.end();
  terminal = undefined;
});
afterAll(async () => {
  await daemon.kill('SIGTERM');
  at.remove();
});

describe('on a pipe', () => {
  test('prints everything once', async () => {
    const { code, stdout, stderr } = await run(at.args('top'));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^open alerts\s+1 critical\s+2 warning\s+0 info$/m);
    expect(stdout).toMatch(/^app +4 /m);
    expect(stdout).toMatch(/^book +works +3 /m);
    expect(stdout).toMatch(/^CRITICAL +open +1x /m);
    expect(stdout).toMatch(/^WARNING +open +2x .* disk sda$/m);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain(String.raw`\x1b[2J\x1b]0;owned\x07\x1b[?1049l\x9b31m\u202e漢字`);
  });

  test('gives it as JSON too, harmless to a terminal', async () => {
    const { code, stdout } = await run(at.args('--json', 'top'));
    expect(code).toBe(0);
    expect(stdout).not.toContain('\u001b');
    const { metrics, open: found } = JSON.parse(stdout) as {
      metrics: { sources: { lines: number }[] };
      open: { total: number; alerts: { severity: string; line: string }[] };
    };
    expect(metrics.sources[0]?.lines).toBe(4);
    expect(found.total).toBe(3);
    expect(found.alerts.map(({ severity }) => severity)).toEqual(['critical', 'warning', 'warning']);
    expect(found.alerts.some(({ line }) => line === `disk ${hostile}`)).toBe(true);
  });

  test('says what is wrong', async () => {
    const wrong = await run(at.args('top', '--every', 'often'));
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("not 'often'")]);
    const alone = await run(['--state', at.path('nowhere'), 'top']);
    expect([alone.code, alone.stderr]).toEqual([1, expect.stringContaining('no daemon runs')]);
  });
});

describe.skipIf(lacksTerminal !== undefined)(
  `in a terminal${lacksTerminal ? ` (${lacksTerminal})` : ''}`,
  () => {
    test('shows the views, follows what happens, and gives the terminal back', async () => {
      const board = open();
      const first = await board.until(shows('SOURCE', 'CHANNEL', 'q ends'), 'the overview');
      expect([first.isAlternate, first.isCursorShown, first.isCooked]).toEqual([true, false, false]);
      expect(first.lines[0]).toMatch(/^bird-sentinel {2}1 overview {2}2 alerts {2}3 rules/);
      await board.order({ keys: '\t' });
      await board.until(shows('SEVERITY', 'CRITICAL  open', 'disk sda'), 'the alerts');
      write('disk sdb');
      await board.until(shows('disk sdb'), 'a new alert');
      await board.order({ keys: '3' });
      await board.until(shows('MATCHED', 'broken'), 'the rules');
      await board.order({ keys: '\u001b[Z' });
      await board.until(shows('SEVERITY'), 'the alerts again');
      await board.order({ keys: 'q' });
      const last = await board.until(({ code }) => code !== null, 'the end');
      expect(last.code).toBe(0);
      expect([last.isAlternate, last.isCursorShown, last.isCooked]).toEqual([false, true, true]);
      expect(last.lines.every((line) => line === '')).toBe(true);
    });

    test('obeys nothing that a log says, at whatever width', async () => {
      const board = open(['--view', 'alerts'], { columns: 120 });
      const shown = await board.until(shows('漢字'), 'the hostile line');
      expect(shown.isAlternate).toBe(true);
      expect(shown.lines.some((line) => line.includes('\\x1b[2J\\x1b]0;owned\\x07'))).toBe(true);
      expect(shown.raw).not.toContain('\u001b]0;');
      expect(shown.raw).not.toMatch(/[\u0080-\u009f\u202e]/);
      for (const columns of [100, 81, 80, 79, 40, 20, 7, 1]) {
        await board.order({ resize: [columns, 12] });
        const narrow = await board.until(
          ({ lines }) =>
            lines.length === 12 && shows('bird-sentinel'.slice(0, columns - 1))({ lines } as Shown),
          `${columns} columns`,
        );
        expect(narrow.isAlternate).toBe(true);
      }
      await board.order({ resize: [150, 30] });
      await board.until(shows('SEVERITY', 'q ends, tab'), 'a wide screen again');
    });

    test('keeps the worst on top, and says who takes care of what', async () => {
      const [worst] = await at.json('alerts', 'list', '--severity', 'critical');
      const acked = await run(at.args('alerts', 'ack', String(worst?.['id']), '--note', 'on it'));
      expect([acked.code, acked.stderr]).toEqual([0, '']);
      const silenced = await run(at.args('silences', 'add', 'name=sda', '--for', '1h', '--comment', 'known'));
      expect([silenced.code, silenced.stderr]).toEqual([0, '']);
      const board = open(['--view', 'alerts']);
      const { lines } = await board.until(shows('CRITICAL  acked', 'silenced'), 'both states');
      const rows = lines.filter((line) => /^(?:CRITICAL|WARNING) +/.test(line));
      expect(rows[0]).toMatch(/^CRITICAL {2}acked /);
      expect(rows.at(-1)).toMatch(/^WARNING {3}silenced .* disk sda$/);
    });

    test('scrolls through more than there is room for', async () => {
      write(...Array.from({ length: 60 }, (_, n) => `many ${n}`));
      const board = open(['--view', 'alerts'], { rows: 12 });
      await board.until(shows('1-8 of 64'), 'all of them');
      const offsets: readonly (readonly [keys: string, from: number])[] = [
        ['j', 2],
        ['\u001b[B', 3],
        ['\u001bOB', 4],
        ['k', 3],
        ['\u001b[A', 2],
        ['\u001b[6~', 10],
        ['\u001b[5~', 2],
        ['G', 57],
        ['j', 57],
        ['g', 1],
        ['k', 1],
      ];
      for (const [keys, from] of offsets) {
        await board.order({ keys });
        await board.until(shows(`  ${from}-${from + 7} of 64`), `row ${from} after ${JSON.stringify(keys)}`);
      }
      await board.order({ resize: [100, 40] });
      await board.until(shows('1-36 of 64'), 'more rows');
    });

    test.each(['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const)(
      'gives the terminal back when %s ends it, and ends by it',
      async (signal) => {
        const board = open();
        await board.until(shows('SOURCE'), 'the overview');
        await board.order({ signal });
        const last = await board.until(({ code }) => code !== null, 'the end');
        const numbers = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 };
        expect(last.code).toBe(-numbers[signal]);
        expect([last.isAlternate, last.isCursorShown, last.isCooked]).toEqual([false, true, true]);
      },
    );

    test('stands aside for the shell and comes back', async () => {
      const board = open();
      await board.until(shows('SOURCE'), 'the overview');
      await board.order({ keys: '\u001a' });
      const aside = await board.until(({ isStopped }) => isStopped, 'the program to stand still');
      expect([aside.isAlternate, aside.isCursorShown, aside.isCooked]).toEqual([false, true, true]);
      await board.order({ signal: 'SIGCONT' });
      const back = await board.until(
        (shown) => shown.isAlternate && shows('SOURCE')(shown),
        'the overview again',
      );
      expect(back.isCooked).toBe(false);
    });

    test('keeps what it knew when the daemon is gone, and goes on when it is back', async () => {
      const board = open();
      await board.until(shows('SOURCE'), 'the overview');
      await daemon.kill('SIGKILL');
      await board.until(shows('NO ANSWER since', 'SOURCE'), 'the silence');
      daemon = await at.daemon();
      await board.until((shown) => shows('SOURCE')(shown) && !shows('NO ANSWER')(shown), 'the answer');
    });

    test('has no colour where none is wanted', async () => {
      const board = open([], { env: { NO_COLOR: '1' } });
      const { raw } = await board.until(shows('SOURCE'), 'the overview');
      expect(raw).not.toMatch(/\u001b\[[1-9][0-9;]*m/);
    });

    test.each([
      [['--once'], {}],
      [[], { TERM: 'dumb' }],
    ])('prints once with %j and %j', async (args, env) => {
      const board = open(args, { env });
      const { raw, code } = await board.until((shown) => shown.code !== null, 'the end');
      expect(code).toBe(0);
      expect(raw).not.toContain('\u001b[?1049h');
      expect(raw).toContain('CHANNEL');
    });
  },
);
