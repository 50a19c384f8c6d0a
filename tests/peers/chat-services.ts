import { byteLength } from '../../src/kit/text.ts';
import { type ChatReply, type ChatService, type Posts, rememberPosts, text } from './chat-standin.ts';

/** The secret that each stand-in wants, and the places that it has. */
export interface ServiceSetting {
  readonly secret: string;
  readonly posts?: Posts;
}

/** Slack's ids are upper case; names resolve to them. */
const slackChannels: { readonly [name: string]: string } = { '#alerts': 'C012AB3CD', C012AB3CD: 'C012AB3CD' };

/**
 * Slack's Web API: chat.postMessage and chat.update
 * (https://docs.slack.dev/reference/methods/chat.postMessage, "Errors"). It refuses with status 200.
 */
export function slackApi({ secret, posts = rememberPosts() }: ServiceSetting): ChatService {
  const no = (error: string): ChatReply => ({ status: 200, body: { ok: false, error } });
  return ({ path, headers, fields, method }) => {
    if (method !== 'POST' || headers['content-type'] !== 'application/json; charset=utf-8')
      return no('invalid_arguments');
    if (headers.authorization !== `Bearer ${secret}`) return no('invalid_auth');
    const channel = slackChannels[text(fields, 'channel')];
    if (channel === undefined) return no('channel_not_found');
    const refusal = slackRefusal(fields);
    if (refusal !== undefined) return no(refusal);
    if (path === '/api/chat.update') {
      const ts = text(fields, 'ts');
      if (!posts.has(ts)) return no('message_not_found');
      return { status: 200, body: { ok: true, channel, ts, text: '' }, isTaken: true };
    }
    if (path !== '/api/chat.postMessage') return no('unknown_method');
    const root = text(fields, 'thread_ts');
    if (root !== '' && !posts.has(root)) return no('thread_not_found');
    const ts = `1503435956.${String(posts.count() + 1).padStart(6, '0')}`;
    posts.add(ts);
    return { status: 200, body: { ok: true, channel, ts, message: { text: '' } }, isTaken: true };
  };
}

function slackRefusal(fields: { readonly [name: string]: unknown }): string | undefined {
  const words = text(fields, 'text');
  if (words === '') return 'no_text';
  if (words.length > 40_000) return 'msg_too_long';
  // Control sequences begin with <: an unescaped one would be one.
  if (/<|>|&(?!amp;|lt;|gt;)/.test(words)) return 'invalid_blocks_format';
  return JSON.stringify(fields['blocks'] ?? '').length > 13_000 ? 'msg_blocks_too_long' : undefined;
}

/** An incoming webhook of Slack: the answers are words (…/sending-messages-using-incoming-webhooks). */
export const slackWebhook =
  ({ secret }: ServiceSetting): ChatService =>
  ({ path, fields }) => {
    if (path !== `/services/T000/B000/${secret}`) return { status: 404, body: 'no_service' };
    const refusal = slackRefusal(fields);
    return refusal === undefined
      ? { status: 200, body: 'ok', isTaken: true }
      : { status: 400, body: 'invalid_payload' };
  };

/**
 * A webhook of Discord (https://docs.discord.com/developers/resources/webhook, "Execute Webhook" and "Edit
 * Webhook Message"; codes of …/topics/opcodes-and-status-codes#json).
 */
export function discordWebhook({ secret, posts = rememberPosts() }: ServiceSetting): ChatService {
  return ({ method, path, query, fields }) => {
    const [, id, token, message] = /^\/api\/webhooks\/(\d+)\/([^/]+)(?:\/messages\/(\d+))?$/.exec(path) ?? [];
    if (id !== '223704706495545344')
      return { status: 404, body: { message: 'Unknown Webhook', code: 10_015 } };
    if (token !== secret) return { status: 401, body: { message: 'Invalid Webhook Token', code: 50_027 } };
    const content = text(fields, 'content');
    if (content.trim() === '')
      return { status: 400, body: { message: 'Cannot send an empty message', code: 50_006 } };
    if (content.length > 2000) return { status: 400, body: discordTooLong };
    if (method === 'PATCH') {
      if (!posts.has(message ?? ''))
        return { status: 404, body: { message: 'Unknown Message', code: 10_008 } };
      return { status: 200, body: { id: message, channel_id: '1' }, isTaken: true };
    }
    const posted = String(1_000_000_000_000_000_000n + BigInt(posts.count() + 1));
    posts.add(posted);
    // Without wait the message is not told.
    return query.get('wait') === 'true'
      ? { status: 200, body: { id: posted, channel_id: '1', content }, isTaken: true }
      : { status: 204, isTaken: true };
  };
}

const discordTooLong = {
  message: 'Invalid Form Body',
  code: 50_035,
  errors: {
    content: {
      _errors: [{ code: 'BASE_TYPE_MAX_LENGTH', message: 'Must be 2000 or fewer in length.' }],
    },
  },
};

/**
 * A workflow of Power Automate that posts to Teams: 202 and no body, errors as Logic Apps tells them
 * (https://learn.microsoft.com/azure/logic-apps/logic-apps-http-endpoint); a message over 28 KB is refused.
 */
export const teamsWorkflow =
  ({ secret }: ServiceSetting): ChatService =>
  ({ path, query, fields, body }) => {
    const error = (code: string, message: string): object => ({ error: { code, message } });
    if (path !== '/workflows/f0/triggers/manual/paths/invoke')
      return { status: 404, body: error('WorkflowNotFound', 'The workflow could not be found.') };
    if (query.get('sig') !== secret)
      return {
        status: 401,
        body: error('AuthorizationFailed', 'The authentication credentials are not valid.'),
      };
    if (byteLength(body) > 28 * 1024)
      return { status: 413, body: error('RequestEntityTooLarge', 'The request entity is too large.') };
    const [card] = Array.isArray(fields['attachments']) ? fields['attachments'] : [];
    const isCard =
      fields['type'] === 'message' &&
      card?.contentType === 'application/vnd.microsoft.card.adaptive' &&
      card?.content?.type === 'AdaptiveCard';
    return isCard
      ? { status: 202, isTaken: true }
      : { status: 400, body: error('TriggerInputSchemaMismatch', 'The input did not match the schema.') };
  };

/**
 * Telegram's Bot API (https://core.telegram.org/bots/api#sendmessage, "Making requests"). The text is counted
 * in UTF-16 code units after it is trimmed; entities must lie in it.
 */
export function telegramApi({ secret, posts = rememberPosts() }: ServiceSetting): ChatService {
  const no = (code: number, description: string): ChatReply => ({
    status: code,
    body: { ok: false, error_code: code, description },
  });
  return ({ path, fields }) => {
    const [, token] = /^\/bot([^/]+)\/sendMessage$/.exec(path) ?? [];
    if (token !== secret) return no(401, 'Unauthorized');
    if (fields['chat_id'] !== -1001234 && fields['chat_id'] !== '@alerts')
      return no(400, 'Bad Request: chat not found');
    const words = text(fields, 'text');
    if (words.trim() === '') return no(400, 'Bad Request: message text is empty');
    if (words.length > 4096) return no(400, 'Bad Request: message is too long');
    const entities = Array.isArray(fields['entities']) ? fields['entities'] : [];
    if (entities.some(({ offset, length }) => offset < 0 || length < 1 || offset + length > words.length))
      return no(400, "Bad Request: can't parse entities: an entity lies outside of the text");
    const id = posts.count() + 1;
    posts.add(String(id));
    return { status: 200, body: { ok: true, result: { message_id: id, chat: { id: 1 } } }, isTaken: true };
  };
}

/**
 * A homeserver of Matrix (https://spec.matrix.org/latest/client-server-api/#sending-events-to-a-room): the
 * same transaction id gives the same event, an event of more than 65,536 bytes is refused.
 */
export function matrixHomeserver({ secret }: ServiceSetting): ChatService {
  const events = new Map<string, string>();
  const no = (status: number, errcode: string, error: string): ChatReply => ({
    status,
    body: { errcode, error },
  });
  return ({ method, path, headers, fields, body }) => {
    const [, room, txn] =
      /^\/_matrix\/client\/v3\/rooms\/([^/]+)\/send\/m\.room\.message\/([^/]+)$/.exec(path) ?? [];
    if (method !== 'PUT' || txn === undefined) return no(404, 'M_UNRECOGNIZED', 'Unrecognized request');
    if (headers.authorization !== `Bearer ${secret}`) return no(401, 'M_UNKNOWN_TOKEN', 'Unknown token');
    if (room !== '!room:example.org') return no(403, 'M_FORBIDDEN', 'User not in room');
    if (byteLength(body) + 1024 > 65_536) return no(413, 'M_TOO_LARGE', 'event too large');
    if (text(fields, 'msgtype') === '' || text(fields, 'body') === '')
      return no(400, 'M_BAD_JSON', 'msgtype and body are required');
    const known = events.get(txn);
    if (known !== undefined) return { status: 200, body: { event_id: known } };
    const id = `$event${events.size + 1}`;
    events.set(txn, id);
    return { status: 200, body: { event_id: id }, isTaken: true };
  };
}

const mattermostChannel = 'abcdefghijklmnopqrstuvwxyz';

/** A Mattermost server (https://api.mattermost.com/#tag/posts, …/#tag/errors). */
export function mattermostServer({ secret, posts = rememberPosts() }: ServiceSetting): ChatService {
  const no = (status: number, id: string, message: string): ChatReply => ({
    status,
    body: { id, message, detailed_error: '', request_id: 'r', status_code: status },
  });
  return ({ path, headers, fields }) => {
    if (path !== '/api/v4/posts')
      return no(404, 'api.context.404.app_error', 'Sorry, we could not find the page.');
    if (headers.authorization !== `Bearer ${secret}`)
      return no(
        401,
        'api.context.session_expired.app_error',
        'Invalid or expired session, please login again.',
      );
    if (fields['channel_id'] !== mattermostChannel)
      return no(403, 'api.context.permissions.app_error', 'You do not have the appropriate permissions.');
    if ([...text(fields, 'message')].length > 16_383)
      return no(400, 'model.post.is_valid.msg.app_error', 'Invalid message.');
    const root = text(fields, 'root_id');
    if (root !== '' && !posts.has(root))
      return no(400, 'api.post.create_post.root_id.app_error', 'Invalid RootId parameter.');
    const id = `post${String(posts.count() + 1).padStart(22, '0')}`;
    posts.add(id);
    return { status: 201, body: { id, channel_id: mattermostChannel }, isTaken: true };
  };
}

/** An incoming webhook of Mattermost (https://developers.mattermost.com/integrate/webhooks/incoming). */
export const mattermostWebhook =
  ({ secret }: ServiceSetting): ChatService =>
  ({ path, fields }) => {
    if (path !== `/hooks/${secret}`)
      return {
        status: 400,
        body: { id: 'web.incoming_webhook.invalid.app_error', message: 'Invalid webhook.', status_code: 400 },
      };
    return [...text(fields, 'text')].length > 16_383
      ? { status: 400, body: { id: 'model.post.is_valid.msg.app_error', message: 'Invalid message.' } }
      : { status: 200, body: 'ok', isTaken: true };
  };

/** A workspace of Rocket.Chat (https://developer.rocket.chat/apidocs/post-message). */
export function rocketchatWorkspace({ secret, posts = rememberPosts() }: ServiceSetting): ChatService {
  const no = (error: string, status = 400): ChatReply => ({
    status,
    body: { success: false, error: `[${error}]`, errorType: error },
  });
  return ({ path, headers, fields }) => {
    if (path !== '/api/v1/chat.postMessage') return no('error-not-found', 404);
    if (headers['x-auth-token'] !== secret || headers['x-user-id'] !== 'user1')
      return { status: 401, body: { status: 'error', message: 'You must be logged in to do this.' } };
    if (fields['channel'] !== '#alerts' && fields['roomId'] !== 'room1') return no('error-room-not-found');
    if (text(fields, 'text').length > 5000) return no('error-message-size-exceeded');
    const root = text(fields, 'tmid');
    if (root !== '' && !posts.has(root)) return no('error-invalid-message');
    const id = `msg${posts.count() + 1}`;
    posts.add(id);
    return {
      status: 200,
      body: { success: true, ts: 1, channel: 'alerts', message: { _id: id } },
      isTaken: true,
    };
  };
}

/** An incoming integration of Rocket.Chat (https://docs.rocket.chat/docs/integrations). */
export const rocketchatHook =
  ({ secret }: ServiceSetting): ChatService =>
  ({ path, fields }) => {
    if (path !== `/hooks/id/${secret}`)
      return { status: 404, body: { success: false, error: 'Invalid integration id or token provided.' } };
    return text(fields, 'text').length > 5000
      ? { status: 400, body: { success: false, error: 'error-message-size-exceeded' } }
      : { status: 200, body: { success: true }, isTaken: true };
  };

/** An organisation of Zulip (https://zulip.com/api/send-message, …/rest-error-handling). */
export function zulipOrganisation({ secret, posts = rememberPosts() }: ServiceSetting): ChatService {
  const login = Buffer.from(`bird-bot@example.org:${secret}`).toString('base64');
  const no = (status: number, code: string, msg: string): ChatReply => ({
    status,
    body: { result: 'error', code, msg },
  });
  return ({ path, headers, fields }) => {
    if (path !== '/api/v1/messages') return no(404, 'BAD_REQUEST', 'Not found');
    if (headers.authorization !== `Basic ${login}`) return no(401, 'UNAUTHORIZED', 'Invalid API key');
    const isDirect = fields['type'] === 'private';
    if (isDirect && text(fields, 'to') !== '["night@example.org"]')
      return no(400, 'BAD_REQUEST', "Invalid email 'x'");
    if (!isDirect && fields['to'] !== 'ops')
      return no(400, 'STREAM_DOES_NOT_EXIST', "Channel 'x' does not exist");
    const topic = text(fields, 'topic');
    if (!isDirect && (topic === '' || [...topic].length > 60)) return no(400, 'BAD_REQUEST', 'Invalid topic');
    const content = text(fields, 'content');
    if (content.trim() === '') return no(400, 'BAD_REQUEST', 'Message must not be empty');
    if ([...content].length > 10_000) return no(400, 'BAD_REQUEST', 'Message too long');
    posts.add(String(posts.count() + 1));
    return { status: 200, body: { result: 'success', msg: '', id: posts.count() }, isTaken: true };
  };
}
