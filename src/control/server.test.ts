import { mkdtempSync, rmSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { millis } from '../model/time.ts';
import { callControl } from './client.ts';
import type { AnswerControl } from './connection.ts';
import { longestText } from './protocol.ts';
import { serveControl, type ControlOptions } from './server.ts';

const endings: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'control-'));
  endings.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const heldIn = (directory: string) => ({ ok: true as const, directory, release: () => undefined });

/** Answers with the request itself. */
const echo: AnswerControl = async (request) => ({ ok: true, value: JSON.parse(JSON.stringify(request)) });

async function serve(answer: AnswerControl, options: ControlOptions = {}): Promise<string> {
  const directory = freshDirectory();
  const served = await serveControl(heldIn(directory), answer, options);
  if (!served.ok) throw new Error(served.detail);
  endings.push(() => served.close());
  return directory;
}

/** Sends bytes as they are and gives all that comes back until the daemon hangs up. */
function raw(directory: string, bytes: string | Uint8Array, andEnd = true): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ path: join(directory, 'control.sock'), allowHalfOpen: true });
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (more: string) => (text += more));
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.on('close', () => resolve(text));
    if (andEnd) socket.end(bytes);
    else socket.write(bytes);
  });
}

test('a request comes to the daemon as it was sent, and its answer back', async () => {
  const directory = await serve(echo);
  const args = {
    to: ['night'],
    text: 'a "quoted"\nword 😀',
    severity: 'critical',
    wait: false,
    fields: { check_code: 2 },
    isDrill: true,
  } as const;
  expect(await callControl(directory, 'send', args, { timeoutMs: 5000 })).toEqual({
    ok: true,
    value: { command: 'send', args },
  });
  expect(await callControl(directory, 'status', {}, { timeoutMs: 5000 })).toEqual({
    ok: true,
    value: { command: 'status', args: {} },
  });
});

test('the longest text comes through, also where JSON takes six bytes for a character', async () => {
  const directory = await serve(async (request) => ({ ok: true, value: request.command }));
  const text = '\u0001'.repeat(longestText);
  const args = { to: [], text, severity: 'info', wait: false } as const;
  expect(await callControl(directory, 'send', args, { timeoutMs: 5000 })).toEqual({
    ok: true,
    value: 'send',
  });
  const more = { ...args, text: `${text}x` };
  expect(await callControl(directory, 'send', more, { timeoutMs: 5000 })).toMatchObject({
    reason: 'refused',
  });
});

test('the socket is for its owner only', async () => {
  const directory = await serve(echo);
  expect(statSync(join(directory, 'control.sock')).mode & 0o777).toBe(0o600);
});

test('an answer of several values gives each of them as it comes', async () => {
  const directory = await serve(async function* () {
    yield 1;
    yield { two: 2 };
  });
  const values: unknown[] = [];
  const answer = await callControl(
    directory,
    'status',
    {},
    { timeoutMs: 5000, onValue: (v) => values.push(v) },
  );
  expect(answer).toEqual({ ok: true, value: null });
  expect(values).toEqual([1, { two: 2 }]);
});

test('what the daemon refuses keeps its code', async () => {
  const directory = await serve(async () => ({
    ok: false,
    error: { code: 'noSuchAlert', message: 'no A1' },
  }));
  expect(await callControl(directory, 'resolve', { alert: 'A1', why: 'fixed' }, { timeoutMs: 5000 })).toEqual(
    {
      ok: false,
      reason: 'refused',
      code: 'noSuchAlert',
      detail: 'no A1',
    },
  );
});

test('an answer that throws is reported and told without its words', async () => {
  const reported: unknown[] = [];
  const bug = new Error('secret inside');
  const directory = await serve(() => Promise.reject(bug), { report: (error) => reported.push(error) });
  const answer = await callControl(directory, 'reload', {}, { timeoutMs: 5000 });
  expect(answer).toMatchObject({ ok: false, reason: 'refused', code: 'internal' });
  expect(JSON.stringify(answer)).not.toContain('secret');
  expect(reported).toEqual([bug]);
});

test('without a daemon the client says so, for a missing directory and for a socket left behind', async () => {
  const directory = freshDirectory();
  const missing = await callControl(join(directory, 'nowhere'), 'status', {}, { timeoutMs: 5000 });
  expect(missing).toMatchObject({ ok: false, reason: 'noDaemon' });
  writeFileSync(join(directory, 'control.sock'), '');
  const dead = await callControl(directory, 'status', {}, { timeoutMs: 5000 });
  expect(dead).toMatchObject({ ok: false, reason: 'noDaemon' });
});

test('a daemon that never answers is left after the time limit, and hears that the client has gone', async () => {
  let gone = false;
  const directory = await serve(
    (_, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          gone = true;
          resolve({ ok: true, value: null });
        });
      }),
  );
  const answer = await callControl(directory, 'status', {}, { timeoutMs: 50 });
  expect(answer).toMatchObject({ ok: false, reason: 'timeout' });
  await expect.poll(() => gone).toBe(true);
});

test('a path too long for a socket works all the same', async () => {
  const directory = join(freshDirectory(), 'x'.repeat(120));
  mkdirSync(directory, { mode: 0o700 });
  const served = await serveControl(heldIn(directory), echo);
  if (!served.ok) throw new Error(served.detail);
  expect(statSync(join(directory, 'control.sock')).mode & 0o777).toBe(0o600);
  expect(await callControl(directory, 'reload', {}, { timeoutMs: 5000 })).toMatchObject({ ok: true });
  await served.close();
  expect(statSync(join(directory, 'control.sock'), { throwIfNoEntry: false })).toBeUndefined();
});

test('malformed requests are answered with an error each, and the connection goes on', async () => {
  const directory = await serve(echo);
  const requests = [
    'nonsense',
    '[1]',
    '{"v":2,"id":7,"command":"status"}',
    '{"v":1,"id":{},"command":"status"}',
    '{"v":1,"id":8,"command":"launch"}',
    '{"v":1,"id":9,"command":"send","args":{"to":"x"}}',
    '{"v":1,"id":10,"command":"status","args":{"__proto__":{"a":1}}}',
    '['.repeat(500_000),
    '\u0000\ud800',
    '',
    '{"v":1,"id":"last","command":"status"}',
  ];
  const replies = (await raw(directory, `${requests.join('\n')}\n`))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(replies.map(({ v, id, ok, error }) => [v, id, ok, error?.code])).toEqual([
    [1, null, false, 'malformed'],
    [1, null, false, 'malformed'],
    [1, 7, false, 'version'],
    [1, null, false, 'malformed'],
    [1, 8, false, 'unknownCommand'],
    [1, 9, false, 'badArguments'],
    [1, 10, false, 'badArguments'],
    [1, null, false, 'malformed'],
    [1, null, false, 'malformed'],
    [1, null, false, 'malformed'],
    [1, 'last', true, undefined],
  ]);
});

test('bytes that are no text at all do no harm', async () => {
  const directory = await serve(echo);
  const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 256);
  const replies = (await raw(directory, bytes)).trim().split('\n');
  expect(new Set(replies.map((line) => JSON.parse(line).error.code))).toEqual(new Set(['malformed']));
  expect(await callControl(directory, 'status', {}, { timeoutMs: 5000 })).toMatchObject({ ok: true });
});

test('a line without end is refused', async () => {
  const directory = await serve(echo);
  const reply = await raw(directory, 'x'.repeat(3 * 1024 * 1024));
  expect(JSON.parse(reply)).toMatchObject({ id: null, ok: false, error: { code: 'tooLarge' } });
});

test('a client that is silent, or drips, or does not read, is dropped', async () => {
  const directory = await serve(echo, { patience: millis(100) });
  expect(await raw(directory, '', false)).toBe('');
  expect(await raw(directory, '{"v":1,', false)).toBe('');
  const deaf = connect(join(directory, 'control.sock'));
  endings.push(() => void deaf.destroy());
  let closed = false;
  deaf.on('close', () => (closed = true)).on('error', () => undefined);
  const text = 'x'.repeat(200_000);
  const request = `${JSON.stringify({ v: 1, id: 1, command: 'send', args: { to: [], text, severity: 'info' } })}\n`;
  deaf.pause();
  deaf.write(request.repeat(20));
  await expect.poll(() => closed, { timeout: 10_000 }).toBe(true);
});

test('a client beyond the limit is told so; when one leaves there is room again', async () => {
  const directory = await serve(echo, { connections: 2 });
  const open = await Promise.all(
    [1, 2].map(
      () =>
        new Promise<ReturnType<typeof connect>>((resolve) => {
          const socket = connect(join(directory, 'control.sock'), () => resolve(socket));
        }),
    ),
  );
  const answer = await callControl(directory, 'status', {}, { timeoutMs: 5000 });
  expect(answer).toMatchObject({ ok: false, reason: 'refused', code: 'busy' });
  for (const socket of open) socket.destroy();
  await expect
    .poll(async () => (await callControl(directory, 'status', {}, { timeoutMs: 5000 })).ok)
    .toBe(true);
});

test('a socket left by a dead daemon is replaced, anything else is not', async () => {
  const directory = freshDirectory();
  const first = await serveControl(heldIn(directory), echo);
  const second = await serveControl(heldIn(directory), async () => ({ ok: true, value: 'second' }));
  if (!first.ok || !second.ok) throw new Error('not served');
  expect(await callControl(directory, 'status', {}, { timeoutMs: 5000 })).toEqual({
    ok: true,
    value: 'second',
  });
  await second.close();
  await first.close();
  writeFileSync(join(directory, 'control.sock'), 'precious');
  expect(await serveControl(heldIn(directory), echo)).toMatchObject({ ok: false });
});

test('a daemon that is none of ours is a protocol failure for the client, whatever it sends', async () => {
  const speeches = [
    '',
    'HTTP/1.1 400 Bad Request\r\n\r\n',
    '{"v":2,"id":1,"ok":true,"value":1}\n',
    '{"v":1}\n',
    '\0\n',
  ];
  for (const speech of speeches) {
    const directory = freshDirectory();
    const server = createServer((socket) => socket.on('error', () => undefined).end(speech));
    endings.push(() => void server.close());
    await new Promise<void>((resolve) => server.listen(join(directory, 'control.sock'), resolve));
    const answer = await callControl(directory, 'status', {}, { timeoutMs: 5000 });
    expect(answer).toMatchObject({ ok: false, reason: 'protocol' });
  }
});
