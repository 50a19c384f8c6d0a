import { afterEach, describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/model/delivery.ts';
import { obeys } from '../contracts/channel-answers.ts';
import { attemptAt } from './channel-ports.ts';
import { type ChatName, type ChatScene, chatSettings, openScene } from './chat-scene.ts';
import type { ChatReply } from './chat-standin.ts';

const names = Object.keys(chatSettings) as ChatName[];
const open: ChatScene[] = [];
afterEach(async () => {
  for (const scene of open.splice(0)) await scene.close();
});

async function sceneOf(...of: Parameters<typeof openScene>): Promise<ChatScene> {
  const scene = await openScene(...of);
  open.push(scene);
  return scene;
}

async function answerTo(name: ChatName, reply: ChatReply): Promise<Delivery> {
  const { standin, channel } = await sceneOf(name);
  standin.next.push(reply);
  return obeys(await channel.send(attemptAt('plain words')));
}

const failed = (reason: string): object => ({ type: 'failed', reason });
const retry = (reason: string, afterMs?: number): object => ({
  type: 'retry',
  reason,
  ...(afterMs === undefined ? {} : { afterMs }),
});
const slackNo = (error: string): ChatReply => ({ status: 200, body: { ok: false, error } });
const telegramNo = (error_code: number, description: string, parameters?: object): ChatReply => ({
  status: error_code,
  body: { ok: false, error_code, description, ...(parameters === undefined ? {} : { parameters }) },
});
const matrixNo = (status: number, errcode: string, more: object = {}): ChatReply => ({
  status,
  body: { errcode, error: 'words', ...more },
});
const mattermostNo = (status_code: number, id: string): ChatReply => ({
  status: status_code,
  body: { id, message: 'words', detailed_error: '', request_id: 'r', status_code },
});
const rocketNo = (error: string, errorType?: string): ChatReply => ({
  status: 400,
  body: { success: false, error, ...(errorType === undefined ? {} : { errorType }) },
});
const zulipNo = (status: number, code: string, msg: string, more: object = {}): ChatReply => ({
  status,
  body: { result: 'error', code, msg, ...more },
});
const logicApps = (status: number, code: string): ChatReply => ({
  status,
  body: { error: { code, message: 'words' } },
});

describe('what the documentation of a chat says it answers', () => {
  it.each<[ChatName, ChatReply, object]>([
    ['slack', slackNo('invalid_auth'), failed('auth')],
    ['slack', slackNo('token_revoked'), failed('auth')],
    ['slack', slackNo('missing_scope'), failed('auth')],
    ['slack', slackNo('channel_not_found'), failed('recipient')],
    ['slack', slackNo('not_in_channel'), failed('recipient')],
    ['slack', slackNo('is_archived'), failed('recipient')],
    ['slack', slackNo('msg_too_long'), failed('tooLong')],
    ['slack', slackNo('no_text'), failed('rejected')],
    ['slack', slackNo('rate_limited'), retry('rateLimited')],
    ['slack', slackNo('internal_error'), retry('unavailable')],
    ['slack', slackNo('fatal_error'), retry('unavailable')],
    [
      'slack',
      { status: 429, headers: { 'retry-after': '30' }, body: { ok: false, error: 'ratelimited' } },
      retry('rateLimited', 30_000),
    ],
    ['slack', { status: 503, body: '<html>' }, retry('unavailable')],
    ['slack', { status: 200, body: '<html>a portal</html>' }, { type: 'unknown' }],
    ['slack', { status: 200, body: '{"ok":f', breaksOff: true }, { type: 'unknown' }],
    ['slack webhook', { status: 200, body: 'ok' }, { type: 'sent' }],
    ...(['slack webhook', 'mattermost webhook', 'rocketchat hook', 'teams'] as const).map(
      (name): [ChatName, ChatReply, object] => [
        name,
        { status: 200, body: '<!DOCTYPE html><title>Log in</title>' },
        { type: 'unknown' },
      ],
    ),
    ['slack webhook', { status: 400, body: 'invalid_payload' }, failed('rejected')],
    ['slack webhook', { status: 403, body: 'invalid_token' }, failed('auth')],
    ['slack webhook', { status: 403, body: 'action_prohibited' }, failed('auth')],
    ['slack webhook', { status: 404, body: 'no_service' }, failed('auth')],
    ['slack webhook', { status: 404, body: 'channel_not_found' }, failed('recipient')],
    ['slack webhook', { status: 410, body: 'channel_is_archived' }, failed('recipient')],
    ['slack webhook', { status: 500, body: 'rollup_error' }, retry('unavailable')],
    [
      'discord',
      {
        status: 429,
        headers: { 'retry-after': '65', 'x-ratelimit-scope': 'user' },
        body: { message: 'You are being rate limited.', retry_after: 64.57, global: false },
      },
      retry('rateLimited', 64_570),
    ],
    ['discord', { status: 401, body: { message: 'Invalid Webhook Token', code: 50_027 } }, failed('auth')],
    ['discord', { status: 404, body: { message: 'Unknown Webhook', code: 10_015 } }, failed('recipient')],
    ['discord', { status: 404, body: { message: 'Unknown Channel', code: 10_003 } }, failed('recipient')],
    ['discord', { status: 403, body: { message: 'Missing Permissions', code: 50_013 } }, failed('recipient')],
    ['discord', { status: 400, body: { message: 'Cannot send', code: 50_006 } }, failed('rejected')],
    ['discord', { status: 200, body: '{"id', breaksOff: true }, { type: 'sent' }],
    ['discord', { status: 502, body: '<html>' }, retry('unavailable')],
    ['teams', { status: 202 }, { type: 'sent' }],
    ['teams', { status: 200, body: '1' }, { type: 'sent' }],
    [
      'teams',
      {
        status: 200,
        body: 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId tcid=1.',
      },
      retry('rateLimited'),
    ],
    [
      'teams',
      { status: 200, body: 'Microsoft Teams endpoint returned HTTP error 413 with ContextId' },
      failed('tooLong'),
    ],
    ['teams', logicApps(401, 'DirectApiAuthorizationRequired'), failed('auth')],
    ['teams', logicApps(404, 'WorkflowNotFound'), failed('recipient')],
    ['teams', logicApps(400, 'WorkflowTriggerIsNotEnabled'), failed('recipient')],
    ['teams', logicApps(400, 'TriggerInputSchemaMismatch'), failed('rejected')],
    ['teams', logicApps(413, 'RequestEntityTooLarge'), failed('tooLong')],
    [
      'teams',
      { ...logicApps(429, 'TooManyRequests'), headers: { 'retry-after': '9' } },
      retry('rateLimited', 9000),
    ],
    ['telegram', telegramNo(401, 'Unauthorized'), failed('auth')],
    ['telegram', telegramNo(404, 'Not Found'), failed('auth')],
    ['telegram', telegramNo(400, 'Bad Request: chat not found'), failed('recipient')],
    ['telegram', telegramNo(403, 'Forbidden: bot was blocked by the user'), failed('recipient')],
    ['telegram', telegramNo(403, 'Forbidden: bot was kicked from the group chat'), failed('recipient')],
    ['telegram', telegramNo(403, 'Forbidden: the group chat was deleted'), failed('recipient')],
    [
      'telegram',
      telegramNo(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
        migrate_to_chat_id: -100_999,
      }),
      { ...failed('recipient'), detail: expect.stringContaining('-100999') },
    ],
    ['telegram', telegramNo(400, 'Bad Request: message is too long'), failed('tooLong')],
    ['telegram', telegramNo(400, 'Bad Request: message text is empty'), failed('rejected')],
    [
      'telegram',
      telegramNo(429, 'Too Many Requests: retry after 5', { retry_after: 5 }),
      retry('rateLimited', 5000),
    ],
    ['telegram', telegramNo(500, 'Internal Server Error'), retry('unavailable')],
    ['matrix', matrixNo(401, 'M_UNKNOWN_TOKEN', { soft_logout: false }), failed('auth')],
    ['matrix', matrixNo(403, 'M_FORBIDDEN'), failed('recipient')],
    ['matrix', matrixNo(404, 'M_UNRECOGNIZED'), failed('rejected')],
    ['matrix', matrixNo(413, 'M_TOO_LARGE'), failed('tooLong')],
    ['matrix', matrixNo(429, 'M_LIMIT_EXCEEDED', { retry_after_ms: 2000 }), retry('rateLimited', 2000)],
    [
      'matrix',
      { ...matrixNo(429, 'M_LIMIT_EXCEEDED'), headers: { 'retry-after': '3' } },
      retry('rateLimited', 3000),
    ],
    ['matrix', matrixNo(403, 'M_RESOURCE_LIMIT_EXCEEDED'), retry('unavailable')],
    ['matrix', { status: 200, body: '<html>' }, { type: 'unknown' }],
    ['mattermost', mattermostNo(401, 'api.context.session_expired.app_error'), failed('auth')],
    ['mattermost', mattermostNo(403, 'api.context.permissions.app_error'), failed('recipient')],
    ['mattermost', mattermostNo(400, 'model.post.is_valid.msg.app_error'), failed('tooLong')],
    ['mattermost', mattermostNo(400, 'api.context.invalid_body_param.app_error'), failed('rejected')],
    ['mattermost', mattermostNo(413, 'api.context.too_large'), failed('tooLong')],
    [
      'mattermost',
      { status: 429, headers: { 'x-ratelimit-reset': '7' }, body: 'limit exceeded' },
      retry('rateLimited', 7000),
    ],
    ['mattermost webhook', mattermostNo(400, 'web.incoming_webhook.invalid.app_error'), failed('auth')],
    [
      'mattermost webhook',
      mattermostNo(403, 'web.incoming_webhook.permissions.app_error'),
      failed('recipient'),
    ],
    [
      'rocketchat',
      { status: 401, body: { status: 'error', message: 'You must be logged in to do this.' } },
      failed('auth'),
    ],
    ['rocketchat', { status: 200, body: '{"succ', breaksOff: true }, { type: 'unknown' }],
    ['rocketchat hook', { status: 200, body: '{"succ', breaksOff: true }, { type: 'unknown' }],
    ['rocketchat', rocketNo('TOTP Required [totp-required]', 'totp-required'), failed('auth')],
    ['rocketchat', rocketNo('[error-room-not-found]', 'error-room-not-found'), failed('recipient')],
    ['rocketchat', rocketNo('[error-not-allowed]', 'error-not-allowed'), failed('recipient')],
    ['rocketchat', rocketNo('error-message-size-exceeded'), failed('tooLong')],
    ['rocketchat', rocketNo('invalid-params'), failed('rejected')],
    [
      'rocketchat',
      {
        status: 429,
        body: {
          success: false,
          error:
            'Error, too many requests. Please slow down. You must wait 36 seconds before trying this endpoint again. [error-too-many-requests]',
        },
      },
      retry('rateLimited', 36_000),
    ],
    [
      'rocketchat hook',
      { status: 404, body: { success: false, error: 'Invalid integration id' } },
      failed('recipient'),
    ],
    ['zulip', zulipNo(401, 'UNAUTHORIZED', 'Invalid API key'), failed('auth')],
    ['zulip', zulipNo(401, 'USER_DEACTIVATED', 'Account is deactivated'), failed('auth')],
    ['zulip', zulipNo(400, 'STREAM_DOES_NOT_EXIST', "Channel 'x' does not exist"), failed('recipient')],
    ['zulip', zulipNo(400, 'BAD_REQUEST', "Not authorized to send to channel 'x'"), failed('recipient')],
    ['zulip', zulipNo(400, 'BAD_REQUEST', 'Invalid topic'), failed('rejected')],
    [
      'zulip',
      zulipNo(429, 'RATE_LIMIT_HIT', 'API usage exceeded rate limit', { 'retry-after': 28.706 }),
      retry('rateLimited', 28_706),
    ],
  ])('%s: %j', async (name, reply, expected) => {
    expect(await answerTo(name, reply)).toMatchObject(expected);
  });
});

describe.each(names)('%s', (name) => {
  it('is sent, and not twice', async () => {
    const { standin, channel } = await sceneOf(name);
    expect(obeys(await channel.send(attemptAt('plain words')))).toMatchObject({ type: 'sent' });
    expect(standin.taken()).toBe(1);
    expect(standin.requests).toHaveLength(1);
  });

  it('waits for a human with a secret that is wrong, and never shows it', async () => {
    const { channel, standin } = await sceneOf(name, { wanted: 'another' });
    const delivery = obeys(await channel.send(attemptAt('plain words')));
    expect(delivery.type).toBe('failed');
    expect(JSON.stringify(delivery)).not.toContain('s3cr3t');
    expect(standin.taken()).toBe(0);
  });

  it.each(['', '\n', 'two words', 'ümlaut', 'a\r\nb', '\u0000'])(
    'sends nothing with %j for a secret',
    async (content) => {
      const { channel, standin } = await sceneOf(name, { content });
      const delivery = obeys(await channel.send(attemptAt('plain words')));
      expect(delivery).toMatchObject({ type: 'retry', reason: 'auth' });
      expect(standin.requests).toEqual([]);
    },
  );

  it('understands anything that is answered', async () => {
    for (const status of [200, 201, 204, 301, 400, 403, 404, 410, 413, 418, 429, 500, 504]) {
      for (const body of [
        '',
        '[]',
        'null',
        '{',
        '{"error":{"code":[]},"message":7,"id":{}}',
        '\u0000\u202e',
      ]) {
        const delivery = await answerTo(name, { status, body, headers: { 'retry-after': 'soon' } });
        if (status >= 300) expect(delivery.type).not.toBe('sent');
      }
    }
  });
});

it.each(['ftp://example.org/x', 'https://user:pw@example.org/x', 'https://example.org', 'xoxb-1'])(
  'takes no %s for the address of a webhook',
  async (content) => {
    const { channel } = await sceneOf('discord', { content });
    expect(await channel.send(attemptAt('plain words'))).toMatchObject({ type: 'retry', reason: 'auth' });
  },
);
