import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptAt, channelPorts, type TestPorts } from '../../../tests/peers/channel-ports.ts';
import { openTerminals, type Terminals } from '../../../tests/peers/terminals.ts';
import type { Delivery } from '../../model/delivery.ts';
import { allTerminals } from './terminals.ts';
import { wall } from './wall.ts';

describe('wall', { timeout: 60_000 }, () => {
  let terminals: Terminals;
  let ports: TestPorts;
  let dir: string;
  beforeEach(async () => {
    terminals = await openTerminals(2);
    ports = await channelPorts('https://x.test');
    dir = mkdtempSync(join(tmpdir(), 'wall-'));
  });
  afterEach(async () => {
    terminals.stop();
    await ports.remove();
    rmSync(dir, { recursive: true, force: true });
  });

  const tell = async (text: string, options: object = {}): Promise<Delivery> => {
    const channel = await wall.open(wall.options.parse({ terminals: terminals.paths, ...options }), ports);
    return channel.send(attemptAt(text));
  };
  const heads = (screen = ''): number => screen.split('Message from bird-sentinel@').length - 1;

  it('writes to each that takes messages, and rings', async () => {
    expect(await tell('disk full\non web1')).toEqual({ type: 'sent', receipt: '2 terminals' });
    for (const screen of terminals.screens()) {
      expect(heads(screen)).toBe(1);
      expect(screen).toMatch(/disk full\r+\non web1\r+\n/);
      expect(screen).toContain('\u0007');
    }
    await tell('again', { bell: false });
    expect(terminals.screens().join('').split('\u0007')).toHaveLength(3);
  });

  it('leaves those alone that do not', async () => {
    const [first = '', second = ''] = terminals.paths;
    chmodSync(first, 0o600);
    expect(await tell('words')).toEqual({ type: 'sent', receipt: '1 terminal' });
    expect(terminals.screens().map(heads)).toEqual([0, 1]);
    chmodSync(second, 0o600);
    expect(await tell('words')).toMatchObject({ type: 'retry', reason: 'recipient' });
    expect(terminals.screens().map(heads)).toEqual([0, 1]);
  });

  it('shows no control of the log’s', async () => {
    await tell('a\u001b]0;owned\u0007\u001b[2J\u009b31m\u202eb\u0000\rc');
    for (const screen of terminals.screens()) {
      const [, said = ''] = screen.split(/Message from [^\n]*\n/);
      expect(said).toContain('a\\x1b]0;owned\\x07\\x1b[2J\\x9b31m\\u202eb\\x00\\rc');
      expect(said.replace(/\r+\n/g, '')).not.toMatch(/\p{Cc}/u);
    }
  });

  it('writes to nothing that is no terminal, and follows no link', async () => {
    const [first = ''] = terminals.paths;
    const file = join(dir, 'file');
    const link = join(dir, 'link');
    writeFileSync(file, '', { mode: 0o666 });
    symlinkSync(first, link);
    for (const path of [file, link, '/dev/null', join(dir, 'none')])
      expect([path, await tell('words', { terminals: [path] })]).toMatchObject([path, { type: 'retry' }]);
    expect(terminals.screens().map(heads)).toEqual([0, 0]);
  });

  it('says how many take messages now, without writing', async () => {
    chmodSync(terminals.paths[0] ?? '', 0o600);
    const channel = await wall.open(wall.options.parse({ terminals: terminals.paths }), ports);
    expect(await channel.probe?.(new AbortController().signal)).toEqual({
      ok: true,
      detail: '1 of 2 terminals take messages now',
    });
    expect(terminals.screens()).toEqual(['', '']);
  });

  it('finds terminals by itself', async () => {
    expect(await allTerminals()).toEqual(expect.arrayContaining([...terminals.paths]));
  });
});
