import { execFile, execFileSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, readFileSync, readSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { main, run, site, type Site } from './program.ts';

/** The reading end of Nagios' FIFO. */
interface Nagios {
  read(): string;
  stop(): void;
}

let at: Site;
let fifo: string;

beforeEach(() => {
  at = site();
  mkdirSync(at.path('rw'), { mode: 0o750 });
  fifo = at.path('rw/nagios.cmd');
  execFileSync('mkfifo', ['-m', '660', fifo]);
  symlinkSync(main, at.path('submit_check_result'));
  at.configure(`
sources: { app: { file: ${at.path('app.log')} } }
channels:
  nag: { nagios: { command-file: ${fifo}, host: localhost, service: alerts } }
  all: { file: { file: ${at.path('all.log')} } }
receivers: { nagios: { channels: [nag] }, log: { channels: [all] } }
routes:
  - { when: { rule: sentinel/send, check_host: 'lab*' }, to: [log] }
  - { to: [nagios] }
`);
});
afterEach(() => at.remove());

function startNagios(): Nagios {
  const descriptor = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  let text = '';
  return {
    read() {
      const bytes = Buffer.alloc(4096);
      try {
        for (let got = -1; got !== 0;) {
          got = readSync(descriptor, bytes, 0, bytes.length, null);
          text += bytes.toString('utf8', 0, got);
        }
      } catch {
        // Nothing is in it now.
      }
      return text;
    },
    stop: () => closeSync(descriptor),
  };
}

/** By its own name, as a script calls it. */
const submit = (...args: readonly string[]) =>
  new Promise<{ readonly code: number; readonly stderr: string }>((resolve) => {
    const env = {
      PATH: process.env['PATH'],
      HOME: '/nonexistent',
      BIRD_SENTINEL_CONFIG: at.path('sentinel.yaml'),
      BIRD_SENTINEL_STATE: at.state,
    };
    const child = execFile(
      process.execPath,
      [at.path('submit_check_result'), ...args],
      { env },
      (_, __, stderr) => resolve({ code: child.exitCode ?? -1, stderr }),
    );
  });

describe('submit_check_result', () => {
  test('gives Nagios the result, by its own name and as a command, with a daemon and without', async () => {
    const nagios = startNagios();
    try {
      expect(await submit('web1', 'disk', '2', 'DISK FULL', '| /=99%')).toMatchObject({ code: 0 });
      expect(nagios.read()).toMatch(
        /^\[\d+\] PROCESS_SERVICE_CHECK_RESULT;web1;disk;2;DISK FULL \| \/=99%\n$/,
      );
      const daemon = await at.daemon();
      expect(await submit('web2', 'load', '-1', '--help')).toMatchObject({ code: 0 });
      expect(await run(at.args('submit_check_result', 'web3', 'ping', 'WARNING', '-q'))).toMatchObject({
        code: 0,
      });
      await daemon.kill('SIGTERM');
      expect(nagios.read()).toMatch(/;web2;load;3;--help\n.*;web3;ping;1;-q\n$/s);
    } finally {
      nagios.stop();
    }
  });

  test('keeps what Nagios does not take, and gives it when Nagios is back', async () => {
    const { code } = await submit('web1', 'disk', '1', 'filling up');
    expect(code).toBe(75);
    const nagios = startNagios();
    try {
      const daemon = await at.daemon();
      await eventually(() => nagios.read().includes(';web1;disk;1;filling up\n'), 'the result');
      await daemon.kill('SIGTERM');
    } finally {
      nagios.stop();
    }
  });

  test('routes see the fields, and the ledger keeps them', async () => {
    expect(await submit('lab7', 'disk', '0', '')).toMatchObject({ code: 0 });
    expect(readFileSync(at.path('all.log'), 'utf8')).toContain('(no text)');
    const [alert] = await at.json('alerts', 'list');
    expect(alert).toMatchObject({
      rule: 'sentinel/send',
      severity: 'info',
      last: { fields: { check_host: 'lab7', check_service: 'disk', check_code: 0 } },
    });
  });

  test('says what is wrong with its arguments', async () => {
    expect(await submit('web1', 'disk', '2')).toMatchObject({
      code: 2,
      stderr: 'bird-sentinel: submit_check_result: needs HOST SERVICE CODE TEXT\n',
    });
    const { code, stderr } = await submit('web1', 'disk', '9', 'x');
    expect(code).toBe(2);
    expect(stderr).toContain('CODE is none of');
  });
});
