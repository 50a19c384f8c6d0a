import { afterEach, describe, expect, it } from 'vitest';
import type { Attempt } from '../../src/channels/contract.ts';
import type { Delivery, Message } from '../../src/model/delivery.ts';
import { obeys } from '../contracts/channel-answers.ts';
import { attemptAt, messageOf } from './channel-ports.ts';
import { type ChatName, type ChatScene, openScene } from './chat-scene.ts';

const open: ChatScene[] = [];
afterEach(async () => {
  for (const scene of open.splice(0)) await scene.close();
});

async function sceneOf(...of: Parameters<typeof openScene>): Promise<ChatScene> {
  const scene = await openScene(...of);
  open.push(scene);
  return scene;
}

const about = (reason: string, parts: readonly string[] = ['words']): Message => {
  const message = messageOf(parts);
  return { ...message, idempotencyKey: reason, payload: { ...message.payload, reason } };
};

async function send(scene: ChatScene, reason: string, change: Partial<Attempt> = {}): Promise<Delivery> {
  const attempt = attemptAt('', { message: about(reason), ...change });
  return obeys(await scene.channel.send(attempt));
}

/** The first message, then another one about the same alert; gives the last request. */
async function follow(scene: ChatScene, reason: string) {
  const first = await send(scene, 'first');
  if (first.type !== 'sent' || first.reference === undefined) return expect.fail('no reference');
  const next = await send(scene, reason, { earlier: first.reference });
  expect(next).toMatchObject({ type: 'sent' });
  const request = scene.standin.requests.at(-1) ?? expect.fail();
  return { id: first.receipt ?? '', request, fields: request.fields };
}

describe('the end of an alert', () => {
  it('comes in the thread of its first message', async () => {
    const slack = await follow(await sceneOf('slack'), 'resolved');
    expect(slack.fields).toMatchObject({ thread_ts: slack.id.split('/')[1], reply_broadcast: false });
    const mattermost = await follow(await sceneOf('mattermost'), 'resolved');
    expect(mattermost.fields['root_id']).toBe(mattermost.id);
    const rocketchat = await follow(await sceneOf('rocketchat'), 'resolved');
    expect(rocketchat.fields['tmid']).toBe(rocketchat.id);
    const matrix = await follow(await sceneOf('matrix', { more: { follow: 'thread' } }), 'resolved');
    expect(matrix.fields['m.relates_to']).toEqual({
      rel_type: 'm.thread',
      event_id: matrix.id,
      is_falling_back: true,
      'm.in_reply_to': { event_id: matrix.id },
    });
  });

  it('answers it where there are no threads', async () => {
    const telegram = await follow(await sceneOf('telegram'), 'resolved');
    expect(telegram.fields['reply_parameters']).toEqual({
      message_id: Number(telegram.id),
      allow_sending_without_reply: true,
    });
    const matrix = await follow(await sceneOf('matrix'), 'resolved');
    expect(matrix.fields['m.relates_to']).toEqual({ 'm.in_reply_to': { event_id: matrix.id } });
  });

  it('takes its place where that is wanted', async () => {
    const more = { 'resolve-by': 'edit' };
    const slack = await follow(await sceneOf('slack', { more }), 'resolved');
    expect(slack.request.path).toBe('/api/chat.update');
    expect(slack.fields).toMatchObject({ channel: 'C012AB3CD', ts: slack.id.split('/')[1] });
    const discord = await follow(await sceneOf('discord', { more }), 'resolved');
    expect(discord.request).toMatchObject({
      method: 'PATCH',
      path: `/api/webhooks/223704706495545344/s3cr3t-t0ken/messages/${discord.id}`,
    });
  });

  it('stands alone where that is wanted', async () => {
    for (const name of ['slack', 'mattermost', 'rocketchat'] as const) {
      const { fields } = await follow(await sceneOf(name, { more: { thread: false } }), 'resolved');
      for (const key of ['thread_ts', 'root_id', 'tmid']) expect(fields[key]).toBeUndefined();
    }
    const { request } = await follow(await sceneOf('discord'), 'resolved');
    expect(request.method).toBe('POST');
  });
});

describe('what is news about an alert that was told', () => {
  it('is seen in the channel and not only in a thread', async () => {
    const slack = await follow(await sceneOf('slack'), 'escalated');
    expect(slack.fields).toMatchObject({ reply_broadcast: true });
    const mattermost = await follow(await sceneOf('mattermost'), 'repeated');
    expect(mattermost.fields['root_id']).toBeUndefined();
    const rocketchat = await follow(await sceneOf('rocketchat'), 'escalated');
    expect(rocketchat.fields['tmid']).toBeUndefined();
    const matrix = await follow(await sceneOf('matrix', { more: { follow: 'thread' } }), 'repeated');
    expect(matrix.fields['m.relates_to']).toEqual({ 'm.in_reply_to': { event_id: matrix.id } });
    const discord = await follow(await sceneOf('discord', { more: { 'resolve-by': 'edit' } }), 'escalated');
    expect(discord.request.method).toBe('POST');
  });
});

describe('an earlier message that cannot be found', () => {
  it.each<[ChatName, object, string]>([
    ['slack', {}, 'C012AB3CD/17.000001 #alerts'],
    ['slack', { 'resolve-by': 'edit' }, 'C012AB3CD/17.000001 #alerts'],
    ['discord', { 'resolve-by': 'edit' }, '17 223704706495545344'],
    ['mattermost', {}, 'zzzzzzzzzzzzzzzzzzzzzzzzzz abcdefghijklmnopqrstuvwxyz'],
    ['rocketchat', {}, 'gone #alerts'],
    ['telegram', {}, '4711 -1001234'],
  ])('does not keep the end from being told: %s %j', async (name, more, earlier) => {
    const scene = await sceneOf(name, { more });
    expect(await send(scene, 'resolved', { earlier })).toMatchObject({ type: 'sent' });
    expect(scene.standin.taken()).toBe(1);
  });

  it.each<[ChatName, string]>([
    ['slack', 'C012AB3CD/17.000001 #elsewhere'],
    ['slack', '../../x #alerts'],
    ['discord', '17 1'],
    ['mattermost', 'zzzzzzzzzzzzzzzzzzzzzzzzzz zyxwvutsrqponmlkjihgfedcba'],
    ['rocketchat', 'gone #elsewhere'],
    ['telegram', '17 -1'],
    ['telegram', 'x'],
    ['matrix', '$event1 !other:example.org'],
  ])('is not looked for in another place: %s %s', async (name, earlier) => {
    const scene = await sceneOf(name, { more: name === 'discord' ? { 'resolve-by': 'edit' } : {} });
    expect(await send(scene, 'resolved', { earlier })).toMatchObject({ type: 'sent' });
    const [request, ...more] = scene.standin.requests;
    expect(more).toEqual([]);
    for (const key of ['thread_ts', 'root_id', 'tmid', 'reply_parameters', 'm.relates_to'])
      expect(request?.fields[key]).toBeUndefined();
  });
});

it('a repeat in Matrix is the same event', async () => {
  const scene = await sceneOf('matrix');
  const [first, again] = [await send(scene, 'first'), await send(scene, 'first', { mayHaveArrived: true })];
  expect(again).toEqual(first);
  expect(scene.standin.taken()).toBe(1);
  const message = about('first', ['one', 'two']);
  await send(scene, 'first', { message, part: 1 });
  expect(scene.standin.taken()).toBe(2);
});

it('Zulip has a topic for each rule and key', async () => {
  const scene = await sceneOf('zulip');
  const topicOf = async (rule: string, key: readonly string[], total?: number): Promise<unknown> => {
    const message = about('first');
    const payload = { ...message.payload, rule, key, ...(total === undefined ? {} : { total }) };
    expect(await send(scene, 'first', { message: { ...message, payload } })).toMatchObject({ type: 'sent' });
    return scene.standin.requests.at(-1)?.fields['topic'];
  };
  expect(await topicOf('ssh-brute-force', ['203.0.113.9'])).toBe('ssh-brute-force 203.0.113.9');
  expect(await topicOf('disk', ['\u202ea\nb\u0000'])).toBe('disk \ufffda b');
  expect(await topicOf('disk', ['x'], 7)).toBe('alerts');
  expect(await topicOf('', [])).toBe('alerts');
  for (const long of ['x'.repeat(100), '🐦'.repeat(100), 'e\u0301\u0301\u0301'.repeat(100)])
    expect([...String(await topicOf('disk', [long]))].length).toBeLessThanOrEqual(60);
});

it('Telegram gets plain words when it does not take the markup', async () => {
  const scene = await sceneOf('telegram');
  const body = { ok: false, error_code: 400, description: "Bad Request: can't parse entities: x" };
  scene.standin.next.push({ status: 400, body });
  const message = about('first', [`SSH brute force\n@night_admin https://evil.example ${'🐦'.repeat(2500)}`]);
  expect(await send(scene, 'first', { message })).toMatchObject({ type: 'sent' });
  const { fields } = scene.standin.requests.at(-1) ?? expect.fail();
  expect(fields['entities']).toBeUndefined();
  expect(String(fields['text'])).not.toMatch(/@night|evil\.example/);
  expect(String(fields['text'])).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
});

it('Discord is silent about what is named so, and never shows a preview', async () => {
  const scene = await sceneOf('discord', {
    more: { silent: ['resolved'], 'thread-id': '17', username: 'Bird' },
  });
  await send(scene, 'resolved');
  await send(scene, 'first');
  expect(scene.standin.requests.map(({ fields }) => fields['flags'])).toEqual([4 + 4096, 4]);
  expect(scene.standin.requests[0]?.fields['username']).toBe('Bird');
  expect(scene.standin.requests[0]?.query.get('thread_id')).toBe('17');
});

it('Telegram is silent about what is named so', async () => {
  const scene = await sceneOf('telegram', { more: { silent: ['info', 'resolved'], topic: 7 } });
  await send(scene, 'resolved');
  expect(scene.standin.requests[0]?.fields).toMatchObject({
    disable_notification: true,
    message_thread_id: 7,
  });
  await send(scene, 'first');
  expect(scene.standin.requests[1]?.fields['disable_notification']).toBeUndefined();
});
