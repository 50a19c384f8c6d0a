import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  appendFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Daemon } from '../../daemon/contract.ts';
import { createMemoryLedger } from '../../store/memory.ts';
import type { LedgerFailure } from '../../store/contract.ts';
import { exit } from '../exit.ts';
import type { Hosted } from '../host.ts';
import type { Settings } from '../settings.ts';
import { askHosted } from '../ask.ts';
import { run, runOnce } from './run.ts';
import { send, sendHosted } from './send.ts';

const output = { stdout: '', stderr: '' };
const endings: (() => void)[] = [];
/** Of the forms in which a stream is written to, the one that is used here. */
type Write = (text: string | Uint8Array, done?: unknown) => boolean;

beforeEach(() => {
  for (const name of ['stdout', 'stderr'] as const) {
    output[name] = '';
    const write: Write = (text, done) => {
      output[name] += String(text);
      if (typeof done === 'function') done();
      return true;
    };
    const spy = vi.spyOn(process[name], 'write').mockImplementation(write);
    endings.push(() => spy.mockRestore());
  }
});

afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** A daemon of which only some methods are ever called. */
function hosted(methods: Partial<Daemon>, more: Partial<Hosted> = {}): Hosted {
  const unexpected = (): never => {
    throw new Error('not expected to be called');
  };
  const daemon: Daemon = {
    start: () => undefined,
    sourcesEnded: async () => undefined,
    quiet: () => true,
    send: unexpected,
    outcome: unexpected,
    undelivered: () => 0,
    resolve: unexpected,
    find: unexpected,
    acknowledge: unexpected,
    silence: unexpected,
    expire: unexpected,
    silences: unexpected,
    signal: unexpected,
    reload: unexpected,
    status: unexpected,
    metrics: unexpected,
    openAlerts: unexpected,
    trouble: () => undefined,
    troubledFor: () => 0,
    pulse: async () => undefined,
    stop: async () => undefined,
    ...methods,
  };
  const leave = async (): Promise<void> => undefined;
  return { daemon, reader: createMemoryLedger(), backUp: leave, unread: () => undefined, leave, ...more };
}

const full: LedgerFailure = { type: 'full', detail: 'the disk is full' };
const outgoing = { to: [], text: 'x', severity: 'info' } as const;
const quietly = { json: false, quiet: true };

describe('run --once', () => {
  test('a source that ends by a bug is told and fails the run', async () => {
    let left = false;
    const broken = hosted(
      { sourcesEnded: () => Promise.reject(new Error('cannot happen')), quiet: () => true },
      { leave: async () => void (left = true) },
    );
    expect(await runOnce(broken)).toBe(exit.failed);
    expect(output.stderr).toContain('a source ended by a bug: Error: cannot happen');
    expect(left).toBe(true);
  });

  test('what could not be read is no success', async () => {
    const failure: LedgerFailure = { type: 'io', detail: 'disk I/O error' };
    expect(await runOnce(hosted({}, { unread: () => failure }))).toBe(exit.failed);
    expect(output.stderr).toContain('the ledger cannot be read: disk I/O error');
    expect(await runOnce(hosted({}))).toBe(exit.done);
  });
});

describe('send without a daemon', () => {
  const message = { id: 'N', alerts: ['A'], receiver: 'r', channel: 'c', state: 'sent' } as never;

  test('trouble that passes does not keep a message from being sent', async () => {
    let trouble: LedgerFailure | undefined = full;
    const late = hosted({
      trouble: () => trouble,
      send: () =>
        new Promise((resolve) =>
          setTimeout(() => {
            trouble = undefined;
            resolve(['A']);
          }, 50),
        ),
      outcome: () => [message],
    });
    expect(await sendHosted(quietly, late, outgoing, false)).toBe(exit.done);
    expect(output.stderr).toBe('');
  });

  test('a ledger that is merely slow leaves it open whether the message was kept', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
    endings.push(() => vi.useRealTimers());
    const never = () => new Promise<never>(() => undefined);
    const slow = sendHosted(quietly, hosted({ send: never }), outgoing, false);
    await vi.advanceTimersByTimeAsync(6000);
    expect(await slow).toBe(exit.failed);
    expect(output.stderr).toContain('it is not known whether the message was kept');
    const failing = sendHosted(quietly, hosted({ send: never, trouble: () => full }), outgoing, false);
    await vi.advanceTimersByTimeAsync(6000);
    expect(await failing).toBe(exit.failed);
    expect(output.stderr).toContain('the disk is full; the message was not kept');
  });

  test('what the ledger takes while the program leaves is told as queued', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
    endings.push(() => vi.useRealTimers());
    let take: (alerts: readonly string[]) => void = () => undefined;
    const kept = hosted(
      { send: () => new Promise((resolve) => (take = resolve)) },
      { leave: async () => take(['A']) },
    );
    const sending = sendHosted(quietly, kept, outgoing, false);
    await vi.advanceTimersByTimeAsync(6000);
    expect(await sending).toBe(exit.queued);
  });

  test('a text that is too long is refused in the same words with and without a daemon', async () => {
    const settings = { config: ['/nowhere'], configIsDefault: false, state: '/nowhere', json: false };
    const all = { ...settings, verbose: false, quiet: false, color: false };
    expect(await send(all, ['x'.repeat(262_145)], { severity: 'info' })).toBe(exit.usage);
    expect(output.stderr).toContain('at most 262144 characters');
  });
});

describe('a change without a daemon', () => {
  const ack = { alert: '#ab', author: 'anna', note: '' };
  const found = { find: (prefix: string) => (prefix === 'AB' ? ['ABCDEFGHJK'] : []) };

  test('is told once the ledger has it, by the whole id', async () => {
    let left = false;
    const kept = hosted(
      { ...found, acknowledge: async (id) => id === 'ABCDEFGHJK' },
      { leave: async () => void (left = true) },
    );
    expect(await askHosted(kept, 'acknowledge', ack)).toEqual({ ok: true, value: { alert: 'ABCDEFGHJK' } });
    expect(left).toBe(true);
  });

  test('is refused in words: no such alert, several, or one that is over', async () => {
    const several = hosted({ find: () => ['ABC', 'ABD'] });
    const over = hosted({ ...found, acknowledge: async () => false });
    const full = hosted({ silence: async () => undefined });
    const times = { startsAt: 0, endsAt: 1 };
    expect(await askHosted(several, 'acknowledge', ack)).toMatchObject({ ok: false, code: exit.failed });
    expect(await askHosted(over, 'acknowledge', ack)).toMatchObject({ ok: false });
    expect(await askHosted(hosted({ find: () => [] }), 'resolve', { alert: 'X' })).toMatchObject({
      ok: false,
    });
    expect(
      await askHosted(full, 'silence-add', { when: {}, author: 'a', comment: 'c', ...times }),
    ).toMatchObject({ ok: false });
    expect(output.stderr).toBe(
      `bird-sentinel: several alerts begin with 'AB': ABC ABD
bird-sentinel: alert ABCDEFGHJK is over
bird-sentinel: no alert begins with 'X'
bird-sentinel: it would end before it begins or now, or there are too many silences
`,
    );
  });

  test('is not claimed where the ledger cannot be written', async () => {
    const failing = hosted({
      ...found,
      acknowledge: () => new Promise(() => undefined),
      trouble: () => full,
    });
    expect(await askHosted(failing, 'acknowledge', ack, 50)).toMatchObject({ ok: false, code: exit.failed });
    expect(output.stderr).toContain('the ledger cannot be written, so nothing was done: the disk is full');
  });
});

describe('run --once --dry-run', () => {
  function stage(): { readonly settings: Settings; append(line: string): void; content(): unknown } {
    const root = mkdtempSync(join(tmpdir(), 'dry-run-'));
    endings.push(() => rmSync(root, { recursive: true, force: true }));
    const log = join(root, 'app.log');
    const state = join(root, 'state');
    const config = join(root, 'sentinel.yaml');
    writeFileSync(log, '');
    writeFileSync(
      config,
      `sources: { app: { file: ${log}, start: beginning } }
rules: [{ id: n, match: 'needle (?<n>[a-z]+)', key: [n], count: { reach: 2, within: 1h }, alert: {} }]
channels: { out: { screen: {} } }
receivers: { all: { channels: [out] } }
`,
    );
    const flags = { json: false, verbose: false, quiet: true, color: false, configIsDefault: false };
    return {
      settings: { ...flags, config: [config], state },
      append: (line) => appendFileSync(log, `${line}\n`),
      content: () =>
        readdirSync(state)
          .filter((name) => !name.endsWith('-shm') && statSync(join(state, name)).size > 0)
          .map((name) => [name, readFileSync(join(state, name), 'base64')]),
    };
  }

  test('goes on from the saved position and state, and moves nothing', async () => {
    const { settings, append, content } = stage();
    append('needle told');
    append('needle told');
    append('needle half');
    expect(await run(settings, [], { once: true })).toBe(exit.done);
    expect(output.stdout).toContain('told');
    output.stdout = '';
    append('needle half');
    const before = content();
    for (const turn of [1, 2]) {
      expect(await run(settings, [], { once: true, dryRun: true })).toBe(exit.done);
      expect(output.stdout, `turn ${turn}`).toContain('half');
      expect(output.stdout).not.toContain('told');
      output.stdout = '';
    }
    expect(content()).toEqual(before);
  });

  test('without a ledger it begins as a first run would', async () => {
    const { settings, append } = stage();
    append('needle told');
    append('needle told');
    expect(await run(settings, [], { once: true, dryRun: true })).toBe(exit.done);
    expect(output.stdout).toContain('told');
  });
});
