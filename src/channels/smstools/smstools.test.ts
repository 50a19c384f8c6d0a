import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptAt, channelPorts, type TestPorts } from '../../../tests/peers/channel-ports.ts';
import type { Delivery } from '../../model/delivery.ts';
import type { Attempt } from '../contract.ts';
import { smstools } from './smstools.ts';
import { spoolFile } from './spool-file.ts';

describe('spoolFile', () => {
  it.each([
    ['+491701234567', undefined, 'To: 491701234567\nAlphabet: UTF-8\n\nGrüße @ €\nTo: 1'],
    ['1234', 'D1', 'To: s1234\nQueue: D1\nAlphabet: UTF-8\n\nGrüße @ €\nTo: 1'],
  ])('to %s by %s', (to, queue, expected) => {
    expect(spoolFile('Grüße @ €\nTo: 1', { to, queue }).toString('utf8')).toBe(expected);
  });

  it('is UTF-16 behind the head when the GSM alphabet lacks a letter', () => {
    const file = spoolFile('日🐦', { to: '+49', queue: undefined });
    expect(file.toString('latin1')).toBe('To: 49\nAlphabet: UCS2\n\n\u0065\u00e5\u00d8\u003d\u00dc\u0026');
  });
});

describe('smstools', () => {
  let dir: string;
  let spool: string;
  let ports: TestPorts;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'smstools-'));
    spool = join(dir, 'outgoing');
    mkdirSync(spool);
    ports = await channelPorts('https://x.test');
  });
  afterEach(async () => {
    await ports.remove();
    rmSync(dir, { recursive: true, force: true });
  });
  const send = async (attempt: Attempt, options: object = {}): Promise<Delivery> => {
    const channel = await smstools.open(
      smstools.options.parse({ to: '+4917012345', spool, ...options }),
      ports,
    );
    return channel.send(attempt);
  };

  it('leaves one file for each part, and none twice', async () => {
    const parts = attemptAt(['one', 'two']);
    expect(await send(parts)).toMatchObject({ type: 'sent' });
    expect(await send({ ...parts, part: 1 })).toMatchObject({ type: 'sent' });
    expect(await send({ ...parts, attempt: 2, mayHaveArrived: true })).toMatchObject({ type: 'sent' });
    const texts = readdirSync(spool).map((name) =>
      readFileSync(join(spool, name), 'utf8').split('\n').at(-1),
    );
    expect(new Set(texts)).toEqual(new Set(['one', 'two']));
    expect(texts).toHaveLength(2);
  });

  it('takes the place of what a crash left behind', async () => {
    await send(attemptAt('text'));
    const [name = ''] = readdirSync(spool);
    rmSync(join(spool, name));
    writeFileSync(join(spool, `${name}.part.LOCK`), 'half');
    expect(await send(attemptAt('text'))).toMatchObject({ type: 'sent' });
    expect(readdirSync(spool)).toEqual([name]);
  });

  it('leaves the lock alone by which smsd says that it is sending the first attempt', async () => {
    await send(attemptAt('text'));
    const [name = ''] = readdirSync(spool);
    writeFileSync(join(spool, `${name}.LOCK`), '');
    expect(await send(attemptAt('text', { attempt: 2 }))).toMatchObject({ type: 'sent' });
    expect(readdirSync(spool).toSorted()).toEqual([name, `${name}.LOCK`]);
  });

  it('writes again what smsd removed as it started', async () => {
    let removed = 0;
    const removing = watch(spool, (_event, name) => {
      if (removed > 0 || name?.endsWith('.LOCK') !== true) return;
      removed += 1;
      rmSync(join(spool, name), { force: true });
    });
    try {
      expect(await send(attemptAt('text'))).toMatchObject({ type: 'sent' });
    } finally {
      removing.close();
    }
    expect([removed, readdirSync(spool).length]).toEqual([1, 1]);
  });

  it('leaves nothing where too much waits, or everybody writes', async () => {
    writeFileSync(join(spool, 'a'), '');
    expect(await send(attemptAt('text'), { 'max-waiting': 1 })).toMatchObject({
      type: 'retry',
      reason: 'unavailable',
      detail: `1 file waits in ${spool}: smsd does not take them`,
    });
    chmodSync(spool, 0o777);
    expect(await send(attemptAt('text'))).toMatchObject({ type: 'retry', reason: 'auth' });
    expect(readdirSync(spool)).toEqual(['a']);
  });

  it('says whether it could leave one, without doing so', async () => {
    const ask = async (folder: string): Promise<object | undefined> => {
      const channel = await smstools.open(smstools.options.parse({ to: '+491701', spool: folder }), ports);
      return channel.probe?.(new AbortController().signal);
    };
    expect(await ask(spool)).toEqual({ ok: true, detail: `${spool} can be written` });
    expect(await ask(join(dir, 'none'))).toEqual({
      ok: false,
      detail: `${join(dir, 'none')} does not exist`,
    });
    expect(readdirSync(spool)).toEqual([]);
  });

  describe.skipIf(process.geteuid?.() !== 0)('by whom the daemon reads it', () => {
    const daemon = 4242;
    const nobody = 65_534;
    const left = (): object => {
      const [name = ''] = readdirSync(spool);
      const { uid, gid, mode } = statSync(join(spool, name));
      return { uid, gid, mode: (mode & 0o777).toString(8) };
    };
    /** As a user who is in the group `nobody` only. */
    async function asNobody<Result>(act: () => Promise<Result>): Promise<Result> {
      chmodSync(dir, 0o755);
      process.setegid?.(nobody);
      process.seteuid?.(nobody);
      try {
        return await act();
      } finally {
        process.seteuid?.(0);
        process.setegid?.(0);
      }
    }

    it('from root it is the daemon’s own', async () => {
      chownSync(spool, daemon, daemon);
      await send(attemptAt('text'));
      expect(left()).toEqual({ uid: daemon, gid: daemon, mode: '600' });
    });

    it.each([0o770, 0o2770])('from another it is its group’s, in a folder of mode %o', async (mode) => {
      chownSync(spool, daemon, nobody);
      chmodSync(spool, mode);
      expect(await asNobody(() => send(attemptAt('text')))).toMatchObject({ type: 'sent' });
      expect(left()).toEqual({ uid: nobody, gid: nobody, mode: '660' });
    });

    it('and who may not write is told so', async () => {
      chownSync(spool, daemon, daemon);
      chmodSync(spool, 0o750);
      expect(await asNobody(() => send(attemptAt('text')))).toMatchObject({ type: 'retry', reason: 'auth' });
      expect(readdirSync(spool)).toEqual([]);
    });
  });

  it.each([
    { to: '+49 170' },
    { to: 'ops' },
    { to: '+49', queue: 'a\nTo: 1' },
    { to: '+49', spool: 'relative' },
  ])('refuses the options %j', (options) => {
    expect(smstools.options.safeParse(options).success).toBe(false);
  });
});
