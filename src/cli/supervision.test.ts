import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../tests/peers/eventually.ts';
import { openSupervision } from './supervision.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'supervision-'));
  // Stands where systemd's own is found, and keeps what it was given.
  const script = `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> ${dir}/said\n`;
  writeFileSync(join(dir, 'systemd-notify'), script, { mode: 0o755 });
});
// What was told last may still be written.
afterEach(() => rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));

const said = (): string => (existsSync(join(dir, 'said')) ? readFileSync(join(dir, 'said'), 'utf8') : '');
const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: `${dir}:/usr/bin:/bin`,
  NOTIFY_SOCKET: '/run/notify',
  ...more,
});

describe('supervision', () => {
  test('says when it is ready and when it stops, in this order', async () => {
    const env = environment();
    const supervision = openSupervision(env, 1);
    supervision.ready();
    supervision.stopping();
    await eventually(() => said().includes('STOPPING'), 'the last message');
    expect(said()).toBe(
      '/run/notify READY=1 STATUS=watching\n/run/notify STOPPING=1 STATUS=finishing what is under way\n',
    );
    // What the program starts must not speak for it.
    expect(env['NOTIFY_SOCKET']).toBeUndefined();
  });

  test('feeds the watchdog while the pulse comes back, and no longer', async () => {
    const supervision = openSupervision(environment({ WATCHDOG_USEC: '30000', WATCHDOG_PID: '7' }), 7);
    let pulses = 0;
    const pulse = (): Promise<void> => (++pulses > 3 ? new Promise(() => undefined) : Promise.resolve());
    supervision.feed(pulse, () => `${pulses} lines read`);
    await eventually(() => pulses === 4, 'the fourth pulse');
    await eventually(() => said().includes('STATUS=3 lines read'), 'the third message');
    // A pulse under way is waited for, not repeated.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(said().match(/WATCHDOG=1/g)).toHaveLength(3);
    expect(pulses).toBe(4);
    supervision.stopping();
  });

  test.each([
    ['nobody listens', { NOTIFY_SOCKET: '' }],
    ['another process is watched', { WATCHDOG_USEC: '1000', WATCHDOG_PID: '8' }],
    ['nobody waits for a sign of life', {}],
  ])('%s: no watchdog is fed', async (_, more) => {
    let pulses = 0;
    const supervision = openSupervision(environment(more), 7);
    supervision.feed(
      async () => void pulses++,
      () => '',
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(pulses).toBe(0);
    supervision.stopping();
  });

  test('without systemd-notify nothing fails', async () => {
    const supervision = openSupervision({ PATH: '/nonexistent', NOTIFY_SOCKET: '/x' }, 1);
    supervision.ready();
    supervision.stopping();
    await new Promise((resolve) => setImmediate(resolve));
    expect(said()).toBe('');
  });
});
