import { afterEach, describe, expect, it } from 'vitest';
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

describe('asking a chat without sending anything', () => {
  it.each<[ChatName, string, object, string]>([
    ['slack', 'POST /api/auth.test', { ok: true, user: 'bird', user_id: 'U1' }, 'writes as bird'],
    [
      'discord',
      'GET /api/webhooks/223704706495545344/s3cr3t-t0ken',
      { id: '223704706495545344', name: 'Bird' },
      'the webhook Bird',
    ],
    [
      'telegram',
      'POST /bots3cr3t-t0ken/getChat',
      { ok: true, result: { id: -1001234, type: 'supergroup', title: 'Alerts\u202e' } },
      'the chat Alerts\\u202e',
    ],
    [
      'matrix',
      'GET /_matrix/client/v3/account/whoami',
      { user_id: '@bird:example.org' },
      'writes as @bird:example.org',
    ],
    [
      'mattermost',
      'GET /api/v4/channels/abcdefghijklmnopqrstuvwxyz',
      { id: 'abcdefghijklmnopqrstuvwxyz', display_name: 'Alerts' },
      'the channel Alerts',
    ],
    ['rocketchat', 'GET /api/v1/me', { _id: 'user1', username: 'bird', success: true }, 'writes as bird'],
    [
      'zulip',
      'GET /api/v1/users/me',
      { result: 'success', full_name: 'Bird', email: 'b@x' },
      'writes as Bird',
    ],
  ])('%s is asked %s', async (name, asked, body, detail) => {
    const { standin, channel } = await sceneOf(name);
    standin.next.push({ status: 200, body }, { status: 200, body: '<html>' }, { status: 503, body: '' });
    const signal = AbortSignal.timeout(30_000);
    expect(await channel.probe?.(signal)).toEqual({ ok: true, detail });
    const { method, path } = standin.requests[0] ?? expect.fail();
    expect(`${method} ${path}`).toBe(asked);
    expect(await channel.probe?.(signal)).toMatchObject({ ok: false });
    expect(await channel.probe?.(signal)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('503'),
    });
    // Its own answer: the stand-in knows no questions, and perhaps repeats the secret.
    const own = await channel.probe?.(signal);
    expect(own).toMatchObject({ ok: false });
    expect(JSON.stringify(own)).not.toContain('s3cr3t');
    expect(standin.taken()).toBe(0);
  });

  it.each<ChatName>(['slack webhook', 'teams', 'mattermost webhook', 'rocketchat hook'])(
    'there is nothing to ask of %s',
    async (name) => {
      const { channel } = await sceneOf(name);
      expect(channel.probe).toBeUndefined();
    },
  );
});
