import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { attemptAt, channelPorts, messageOf } from '../../../tests/peers/channel-ports.ts';
import type { Attempt, ProbeResult } from '../contract.ts';
import type { Delivery } from '../../model/delivery.ts';
import { environmentOf } from './environment.ts';
import { exec } from './exec.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'exec-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

async function run(
  command: string[],
  attempt: Attempt = attemptAt('text'),
  timeout = '10s',
): Promise<Delivery> {
  const ports = await channelPorts('https://x.test');
  const channel = await exec.open({ command, timeout }, ports);
  const delivery = await channel.send(attempt);
  await Promise.all([channel.close(), ports.remove()]);
  return delivery;
}
const sh = (script: string, attempt?: Attempt, timeout?: string): Promise<Delivery> =>
  run(['/bin/sh', '-c', script], attempt, timeout);

describe('exec', () => {
  it.each<[string, Delivery]>([
    ['exit 0', { type: 'sent', receipt: 'exit 0' }],
    ['exit 75', { type: 'retry', reason: 'unavailable', detail: 'exit code 75' }],
    ['echo no key >&2; exit 77', { type: 'failed', reason: 'auth', detail: 'exit code 77: no key' }],
    [
      'echo first >&2; echo last >&2; exit 1',
      { type: 'failed', reason: 'rejected', detail: 'exit code 1: last' },
    ],
    ['kill -SEGV $$', { type: 'unknown', detail: 'ended by SIGSEGV' }],
  ])('%s', async (script, expected) => {
    expect(await sh(script)).toEqual(expected);
  });

  const probe = async (program: string): Promise<ProbeResult | undefined> => {
    const ports = await channelPorts('https://x.test');
    const channel = await exec.open({ command: [program], timeout: '10s' }, ports);
    const result = await channel.probe?.(new AbortController().signal);
    await ports.remove();
    return result;
  };

  it('says when asked whether its program could be run, and runs nothing', async () => {
    const program = join(dir, 'tell');
    writeFileSync(program, `#!/bin/sh\ntouch ${dir}/ran\n`, { mode: 0o755 });
    expect(await probe(program)).toEqual({ ok: true, detail: `${program} can be run` });
    vi.stubEnv('PATH', `${dir}/none:${dir}`);
    expect(await probe('tell')).toEqual({ ok: true, detail: `${program} can be run` });
    chmodSync(program, 0o644);
    expect(await probe('tell')).toEqual({ ok: false, detail: `${program} cannot be run (EACCES)` });
    expect(await probe(dir)).toEqual({ ok: false, detail: `${dir} cannot be run (not a file)` });
    expect(await probe('none')).toEqual({ ok: false, detail: 'there is no program none on the PATH' });
    expect(await probe('/no/such')).toEqual({ ok: false, detail: 'there is no program /no/such' });
    expect(existsSync(join(dir, 'ran'))).toBe(false);
  });

  it('gives the alert as JSON on standard input', async () => {
    const attempt = attemptAt(['one', 'zwei\n🐦'], { part: 1 });
    expect((await sh(`cat > ${dir}/stdin`, attempt)).type).toBe('sent');
    expect(JSON.parse(readFileSync(join(dir, 'stdin'), 'utf8'))).toEqual({
      ...attempt.message.payload,
      message: {
        title: 'SSH brute force',
        text: 'zwei\n🐦',
        part: 2,
        parts: 2,
        idempotencyKey: '7ZK3M9QX2A-phone-2',
      },
    });
  });

  it('lets arguments be what they are: no shell reads them', async () => {
    const hostile = ['$(touch pwned)', '`id`', '; rm -rf /', '* ?', '-n', '"\'\\'];
    expect((await run(['/usr/bin/printf', '%s\\n', ...hostile])).type).toBe('sent');
    const script = `for a in "$@"; do printf '%s\\n' "$a"; done > ${dir}/args`;
    await run(['/bin/sh', '-c', script, 'sh', ...hostile]);
    expect(readFileSync(join(dir, 'args'), 'utf8').split('\n').slice(0, -1)).toEqual(hostile);
  });

  it('gives no more of its own environment than PATH, HOME and LANG', async () => {
    vi.stubEnv('BIRD_TEST_SECRET', 's3cret');
    const attempt = {
      ...attemptAt('text'),
      message: messageOf(['text'], { ip: '203.0.113.9', 'user name': 'rööt\n\u001b[2J' }),
    };
    await sh(`env -0 > ${dir}/env`, attempt);
    const seen = Object.fromEntries(
      readFileSync(join(dir, 'env'), 'utf8')
        .split('\0')
        .slice(0, -1)
        .map((line) => line.split(/=(.*)/s).slice(0, 2)),
    );
    delete seen['PWD'];
    expect(seen).toEqual({
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      ...(process.env['LANG'] === undefined ? {} : { LANG: process.env['LANG'] }),
      BIRD_ID: '7ZK3M9QX2A',
      BIRD_RULE: 'ssh-brute-force',
      BIRD_SEVERITY: 'critical',
      BIRD_STATUS: 'open',
      BIRD_KEY: '203.0.113.9',
      BIRD_COUNT: '5',
      BIRD_TITLE: 'SSH brute force',
      BIRD_FIELD_IP: '203.0.113.9',
      BIRD_FIELD_USER_NAME: 'rööt  [2J',
    });
  });

  it('kills the whole group when the time is over', async () => {
    const delivery = await sh(
      `(sleep 3; touch ${dir}/survived) & echo $! > ${dir}/pid; sleep 60`,
      attemptAt('text'),
      '200ms',
    );
    expect(delivery).toEqual({ type: 'unknown', detail: 'killed after 200ms' });
    const pid = readFileSync(join(dir, 'pid'), 'utf8').trim();
    const running = (): boolean =>
      existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    await expect.poll(running).toBe(false);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const sending = sh(`touch ${dir}/begun; sleep 60`, attemptAt('text', { signal: stop.signal }));
    await expect.poll(() => existsSync(join(dir, 'begun'))).toBe(true);
    stop.abort();
    expect(await sending).toMatchObject({ type: 'unknown' });
  });

  it('tries again what was stopped before it began', async () => {
    const attempt = attemptAt('text', { signal: AbortSignal.abort() });
    expect(await sh(`touch ${dir}/begun`, attempt)).toMatchObject({ type: 'retry' });
    expect(existsSync(join(dir, 'begun'))).toBe(false);
    const stop = new AbortController();
    const sending = run(['/no/such/program'], attemptAt('text', { signal: stop.signal }));
    stop.abort();
    expect(await sending).toMatchObject({ type: 'retry' });
  });

  it.each([[['/no/such/program']], [['/etc/passwd']], [['/bin/echo', 'x'.repeat(3_000_000)]]])(
    'tries again what cannot be started',
    async (command) => {
      expect(await run(command)).toMatchObject({ type: 'retry', reason: 'unavailable' });
    },
  );

  it('does not mind a command that reads nothing, or leaves somebody behind who holds stderr', async () => {
    expect((await run(['/bin/true'], attemptAt('x'.repeat(5_000_000)))).type).toBe('sent');
    expect(await sh('sleep 20 & echo done >&2; exit 3')).toMatchObject({ detail: 'exit code 3: done' });
  });

  it('makes the last line of stderr harmless and short', async () => {
    const delivery = await sh(
      String.raw`head -c 300000 /dev/zero | tr '\0' 'x' >&2; printf 'a\033[2J\302\205b' >&2; exit 1`,
    );
    const detail = delivery.type === 'failed' ? delivery.detail : '';
    expect(detail).not.toMatch(/\p{Cc}/u);
    expect(detail.length).toBeLessThan(400);
  });
});

describe('environmentOf', () => {
  it('is bounded and holds no controls, whatever the log said', () => {
    const groups = fc.dictionary(
      fc.string({ minLength: 1, maxLength: 40 }),
      fc.string({ unit: 'binary', maxLength: 20_000, size: 'max' }),
      { maxKeys: 40 },
    );
    fc.assert(
      fc.property(groups, (groups) => {
        const environment = environmentOf(messageOf(['text'], groups), { PATH: '/bin', SECRET: 's3cret' });
        const entries = Object.entries(environment);
        for (const [name, value] of entries) {
          expect(name).toMatch(/^(?:PATH|BIRD_[A-Z0-9_]+)$/);
          expect(value).not.toMatch(/\p{Cc}/u);
          expect(Buffer.byteLength(value)).toBeLessThanOrEqual(4096);
        }
        const total = entries.reduce(
          (sum, [name, value]) => sum + name.length + Buffer.byteLength(value) + 2,
          0,
        );
        expect(total).toBeLessThanOrEqual(64 * 1024 + 100);
        expect(environment['BIRD_RULE']).toBe('ssh-brute-force');
      }),
      { numRuns: 30 },
    );
  });

  it('does not let a group take the place of another', () => {
    const environment = environmentOf(messageOf(['text'], { 'a-b': 'first', a_b: 'second' }), {});
    expect(environment['BIRD_FIELD_A_B']).toBe('first');
  });
});
