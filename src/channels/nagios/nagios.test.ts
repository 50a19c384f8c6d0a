import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptAt, channelPorts, messageOf, type TestPorts } from '../../../tests/peers/channel-ports.ts';
import type { Delivery } from '../../model/delivery.ts';
import type { Attempt, Channel } from '../contract.ts';
import { nagios } from './nagios.ts';

let dir: string;
let fifo: string;
let spool: string;
let ports: TestPorts;
let reader: number | undefined;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'nagios-unit-'));
  fifo = join(dir, 'nagios.cmd');
  spool = join(dir, 'checkresults');
  mkdirSync(spool);
  execFileSync('mkfifo', ['-m', '660', fifo]);
  ports = await channelPorts('https://x.test');
});
afterEach(async () => {
  if (reader !== undefined) closeSync(reader);
  reader = undefined;
  rmSync(dir, { recursive: true, force: true });
  await ports.remove();
});

const open = (options: object = {}): Promise<Channel> =>
  nagios.open(
    nagios.options.parse({ 'command-file': fifo, host: 'web1', service: 'app-log', ...options }),
    ports,
  );
const send = async (attempt: Attempt = attemptAt('text'), options: object = {}): Promise<Delivery> =>
  (await open(options)).send(attempt);
const bySpool = (more: object = {}): object => ({
  'command-file': undefined,
  'check-result-path': spool,
  ...more,
});

function listen(): void {
  reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
}

function heard(): string {
  const buffer = Buffer.alloc(65_536);
  const length = reader === undefined ? 0 : readSync(reader, buffer, 0, buffer.length, null);
  return buffer.toString('utf8', 0, length).replace(/^\[\d+\] /gm, '');
}

describe('nagios by its command file', () => {
  it('writes one command', async () => {
    listen();
    expect(await send()).toEqual({ type: 'sent', receipt: 'taken by the command file' });
    expect(heard()).toBe('PROCESS_SERVICE_CHECK_RESULT;web1;app-log;2;text\n');
  });

  it('does not wait for a reader', async () => {
    expect(await send()).toEqual({
      type: 'retry',
      reason: 'unavailable',
      detail: `nobody reads ${fifo}: Nagios is not running`,
    });
  });

  it('does not wait for room', async () => {
    listen();
    const filler = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      for (;;) writeSync(filler, Buffer.alloc(4096));
    } catch {
      // Now it is full.
    }
    closeSync(filler);
    expect(await send()).toMatchObject({
      type: 'retry',
      reason: 'unavailable',
      detail: expect.stringContaining('full'),
    });
  });

  it('makes no file where the FIFO is missing, and writes into none', async () => {
    rmSync(fifo);
    expect(await send()).toMatchObject({ type: 'retry', reason: 'unavailable' });
    expect(readdirSync(dir)).toEqual(['checkresults']);
    writeFileSync(fifo, 'before');
    expect(await send()).toMatchObject({ type: 'retry', detail: expect.stringContaining('not a FIFO') });
    expect(readFileSync(fifo, 'utf8')).toBe('before');
  });

  it('follows a link to it, which some installations have', async () => {
    listen();
    symlinkSync(fifo, join(dir, 'link'));
    expect(await send(attemptAt('text'), { 'command-file': join(dir, 'link') })).toMatchObject({
      type: 'sent',
    });
  });

  it('does not tell everybody', async () => {
    listen();
    chmodSync(dir, 0o777);
    expect(await send()).toMatchObject({
      type: 'retry',
      reason: 'auth',
      detail: expect.stringContaining('everybody'),
    });
    expect(heard()).toBe('');
  });

  it.skipIf(process.getuid?.() !== 0)('does not tell a stranger', async () => {
    listen();
    chownSync(fifo, 4242, 4242);
    expect(await send()).toMatchObject({
      type: 'retry',
      reason: 'auth',
      detail: expect.stringContaining('belongs to'),
    });
    chownSync(dir, 4242, 4242);
    expect(await send()).toMatchObject({ type: 'sent' });
  });

  it('does nothing once it is stopped', async () => {
    listen();
    expect(await send(attemptAt('text', { signal: AbortSignal.abort() }))).toMatchObject({ type: 'retry' });
    expect(heard()).toBe('');
  });
});

describe('nagios by its spool', () => {
  it('leaves the file, and then the one that says that it is whole', async () => {
    expect(await send(attemptAt('a\\b'), bySpool())).toEqual({ type: 'sent', receipt: 'left in the spool' });
    const names = readdirSync(spool).sort();
    expect(names).toEqual([expect.stringMatching(/^c[A-Za-z0-9]{6}$/), `${names[0]}.ok`]);
    const text = readFileSync(join(spool, names[0] ?? ''), 'utf8');
    expect(text).toContain('\nhost_name=web1\nservice_description=app-log\n');
    expect(text).toMatch(/\nreturn_code=2\noutput=a\\\\b\n$/);
    expect(readFileSync(join(spool, names[1] ?? ''))).toHaveLength(0);
  });

  it('leaves nothing when a file of the name is there, and does not touch that', async () => {
    const zeros = { ...ports, randomBytes: (length: number) => new Uint8Array(length) };
    const channel = await nagios.open(nagios.options.parse({ ...bySpool(), host: 'h' }), zeros);
    writeFileSync(join(spool, 'caaaaaa'), 'not ours');
    expect(await channel.send(attemptAt('text'))).toMatchObject({ type: 'retry' });
    expect(readFileSync(join(spool, 'caaaaaa'), 'utf8')).toBe('not ours');
    rmSync(join(spool, 'caaaaaa'));
    writeFileSync(join(spool, 'caaaaaa.ok'), '');
    expect(await channel.send(attemptAt('text'))).toMatchObject({ type: 'retry' });
    expect(readdirSync(spool)).toEqual(['caaaaaa.ok']);
  });

  it('stops where nobody takes them', async () => {
    for (let n = 0; n < 2; n += 1) await send(attemptAt('text'), bySpool({ 'max-waiting': 2 }));
    expect(await send(attemptAt('text'), bySpool({ 'max-waiting': 2 }))).toMatchObject({
      type: 'retry',
      reason: 'unavailable',
      detail: expect.stringContaining('2 results wait'),
    });
    expect(readdirSync(spool)).toHaveLength(4);
  });

  it('does not lay them out for everybody', async () => {
    chmodSync(spool, 0o1777);
    expect(await send(attemptAt('text'), bySpool())).toMatchObject({ type: 'retry', reason: 'auth' });
    rmSync(spool, { recursive: true });
    expect(await send(attemptAt('text'), bySpool())).toMatchObject({ type: 'retry', reason: 'unavailable' });
  });
});

describe('the names in nagios', () => {
  const named = (host: string, service: string, groups: { [name: string]: string } = {}) => {
    listen();
    return send(attemptAt('text', { message: messageOf(['text'], groups) }), { host, service });
  };

  it('are templates of the alert', async () => {
    const service = '{{ rule }} {{ key }} {{ user | default: "nobody" }} {{ host | default: "here" }}';
    expect(await named('{{ source }}', service)).toMatchObject({ type: 'sent' });
    expect(heard()).toBe(
      'PROCESS_SERVICE_CHECK_RESULT;auth;ssh-brute-force 203.0.113.9 nobody here;2;text\n',
    );
  });

  it('are never what a log line makes of them', async () => {
    for (const value of ['a;b', 'a\nb', ' ', '\u0007', 'x'.repeat(300)]) {
      expect(await named('{{ where }}', 's', { where: value })).toMatchObject({
        type: 'failed',
        reason: 'recipient',
      });
      expect(await named('h', '{{ where }}', { where: value })).toMatchObject({
        type: 'failed',
        reason: 'recipient',
      });
      expect(heard()).toBe('');
    }
    expect(await named('{{ where }}', 's', { where: '{{ rule }}' })).toMatchObject({ type: 'sent' });
    expect(heard()).toContain(';{{ rule }};s;');
  });

  it('say what is missing', async () => {
    expect(await named('{{ where }}', 's')).toEqual({
      type: 'failed',
      reason: 'recipient',
      detail: 'host: undefined variable: where',
    });
  });

  it('that are no templates are told by a probe', async () => {
    listen();
    const channel = await open({ service: '{{ rule' });
    expect(await channel.probe?.(new AbortController().signal)).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/^service: /),
    });
    expect(await channel.send(attemptAt('text'))).toMatchObject({ type: 'failed', reason: 'recipient' });
  });

  it('do without performance data that cannot be had, and say so', async () => {
    listen();
    expect(await send(attemptAt('text'), { 'performance-data': 'n={{ nothing }}' })).toEqual({
      type: 'sent',
      receipt: 'taken by the command file, without performance-data: undefined variable: nothing',
    });
    expect(heard()).toBe('PROCESS_SERVICE_CHECK_RESULT;web1;app-log;2;text\n');
  });
});

it('needs one way and not two', () => {
  const both = { 'command-file': '/a', 'check-result-path': '/b', host: 'h' };
  expect(nagios.options.safeParse(both).success).toBe(false);
  expect(nagios.options.safeParse({ host: 'h' }).success).toBe(false);
  expect(nagios.options.safeParse({ host: 'h', 'check-result-path': 'relative' }).success).toBe(false);
});

it('tells a shape that fits a command', () => {
  const { shape } = nagios;
  const text = shape.neutralise('a | b\\\n');
  expect(text).toBe('a ¦ b\\\n');
  expect(shape.measure(text)).toBe(10);
});
