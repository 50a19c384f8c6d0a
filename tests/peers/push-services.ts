import type { ChatReply, ChatRequest, ChatService } from './chat-standin.ts';
import { text } from './chat-standin.ts';

/** What the stand-ins take for the secret of an account. */
export const pushSecrets = {
  ntfy: 'tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2',
  gotify: 'AWy0c2-DQTk5dFE',
  pushoverToken: 'azGDORePK8gMaC0QOYAMyEEuzJnyUi',
  pushoverUser: 'uQiRzpo4DXghDmr9QzzfQu27cmVRsG',
  pagerduty: '0123456789abcdef0123456789abcdef',
  opsgenie: 'eb243592-faa2-4ba2-a551-1afdf565c889',
  twilio: '0123456789abcdef0123456789abcdee',
} as const;

export const twilioAccount = `AC${'1'.repeat(32)}`;

const length = (value: unknown): number => (typeof value === 'string' ? [...value].length : 0);
const refusal = (status: number, body: object): ChatReply => ({ status, body });
const taken = (status: number, body: object): ChatReply => ({ status, body, isTaken: true });

/** https://docs.ntfy.sh/publish/#publish-as-json; errors as in its server/errors.go. */
export const ntfyService: ChatService = ({ method, path, headers, fields }) => {
  const error = (code: number, http: number, words: string): ChatReply =>
    refusal(http, { code, http, error: words, link: 'https://ntfy.sh/docs/publish/' });
  if (method === 'GET' && path === '/v1/health') return { status: 200, body: { healthy: true } };
  if (method !== 'POST' || path !== '/') return error(40_401, 404, 'page not found');
  // A user with a password may publish as well ("Authentication").
  const logins = [`Bearer ${pushSecrets.ntfy}`, `Basic ${btoa(`alice:${pushSecrets.ntfy}`)}`];
  if (!logins.includes(headers.authorization ?? '')) return error(40_101, 401, 'unauthorized');
  const topic = text(fields, 'topic');
  if (!/^[-_A-Za-z0-9]{1,64}$/.test(topic)) return error(40_009, 400, 'invalid request: topic invalid');
  if (![1, 2, 3, 4, 5].includes(Number(fields['priority'] ?? 3)))
    return error(40_007, 400, 'invalid request: priority invalid');
  if (Buffer.byteLength(text(fields, 'message')) > 4096)
    return error(40_014, 400, 'invalid request: attachments not allowed');
  return taken(200, { id: 'sPs71M8A2T', time: 1_643_935_928, event: 'message', topic });
};

/** https://gotify.net/api-docs, POST /message. */
export const gotifyService: ChatService = ({ method, path, headers, fields }) => {
  const error = (errorCode: number, name: string, errorDescription: string): ChatReply =>
    refusal(errorCode, { error: name, errorCode, errorDescription });
  if (method === 'GET' && path === '/health')
    return { status: 200, body: { health: 'green', database: 'green' } };
  if (method !== 'POST' || path !== '/message') return error(404, 'Not Found', 'page not found');
  if (headers['x-gotify-key'] !== pushSecrets.gotify)
    return error(
      401,
      'Unauthorized',
      'you need to provide a valid access token or user credentials to access this api',
    );
  if (text(fields, 'message') === '') return error(400, 'Bad Request', "Field 'message' is required");
  return taken(200, { id: 25, appid: 5, ...fields });
};

/** https://pushover.net/api and https://pushover.net/api/receipts. */
export const pushoverService: ChatService = ({ method, path, fields }) => {
  const request = '5042853c-402d-4a18-abcb-168734a801de';
  const invalid = (name: string, why: string): ChatReply =>
    refusal(400, { [name]: 'invalid', errors: [why], status: 0, request });
  if (method !== 'POST') return refusal(404, { status: 0, request });
  if (fields['token'] !== pushSecrets.pushoverToken) return invalid('token', 'application token is invalid');
  if (/^\/1\/receipts\/cancel_by_tag\/[\w-]+\.json$/.test(path))
    return { status: 200, body: { status: 1, request } };
  if (fields['user'] !== pushSecrets.pushoverUser)
    return invalid('user', 'user identifier is not a valid user, group, or subscribed user key');
  if (path === '/1/users/validate.json')
    return { status: 200, body: { status: 1, group: 0, devices: ['phone'], request } };
  if (path !== '/1/messages.json') return refusal(404, { status: 0, request });
  if (length(fields['message']) === 0) return invalid('message', 'message cannot be blank');
  if (length(fields['message']) > 1024) return invalid('message', 'message is too long');
  if (length(fields['title']) > 250) return invalid('title', 'title is too long');
  if (fields['priority'] !== '2') return taken(200, { status: 1, request });
  if (!(Number(fields['retry']) >= 30)) return invalid('retry', 'must be at least 30 seconds');
  if (!(Number(fields['expire']) <= 10_800)) return invalid('expire', 'must be less than 10800 seconds');
  return taken(200, { receipt: 'rLqVuqTRh62UzxtmqiaLzQmVcPgiCy', status: 1, request });
};

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events/. */
export const pagerdutyService: ChatService = ({ method, path, fields }) => {
  const invalid = (...errors: string[]): ChatReply =>
    refusal(400, { status: 'invalid event', message: 'Event object is invalid', errors });
  if (method !== 'POST' || path !== '/v2/enqueue') return { status: 404 };
  if (length(fields['routing_key']) !== 32)
    return invalid("Length of 'routing_key' is incorrect (should be 32 characters)");
  if (fields['routing_key'] !== pushSecrets.pagerduty) return invalid('Invalid routing key');
  const action = text(fields, 'event_action');
  if (!['trigger', 'acknowledge', 'resolve'].includes(action)) return invalid("'event_action' is invalid");
  const key = text(fields, 'dedup_key');
  if (key.length > 255 || (key === '' && action !== 'trigger'))
    return invalid("'dedup_key' is missing or too long");
  const payload = Object(fields['payload']) as ChatRequest['fields'];
  if (action === 'trigger') {
    if (length(payload['summary']) === 0 || length(payload['summary']) > 1024)
      return invalid("'payload.summary' is missing or blank");
    if (length(payload['source']) === 0) return invalid("'payload.source' is missing or blank");
    if (!['critical', 'warning', 'error', 'info'].includes(text(payload, 'severity')))
      return invalid("'payload.severity' is invalid (must be one of the following: 'critical', …)");
  }
  return taken(202, { status: 'success', message: 'Event processed', dedup_key: key });
};

/** https://docs.opsgenie.com/docs/alert-api, Create Alert and Close Alert. */
export const opsgenieService: ChatService = ({ method, path, query, headers, fields }) => {
  const answer = { took: 0.302, requestId: '43a29c5c-3dbf-4fa4-9c26-f4f71023e120' };
  if (headers.authorization !== `GenieKey ${pushSecrets.opsgenie}`)
    return refusal(401, { message: 'Could not authenticate', ...answer });
  const done = taken(202, { result: 'Request will be processed', ...answer });
  if (
    method === 'POST' &&
    /^\/v2\/alerts\/[^/]+\/close$/.test(path) &&
    query.get('identifierType') === 'alias'
  )
    return done;
  if (method !== 'POST' || path !== '/v2/alerts') return refusal(404, { message: 'No path', ...answer });
  const limits = { message: 130, alias: 512, description: 15_000, entity: 512, source: 100 };
  const long = Object.entries(limits).filter(([name, most]) => length(fields[name]) > most);
  if (long.length > 0 || length(fields['message']) === 0)
    return refusal(422, {
      message: 'Request body is not processable. Please check the errors.',
      errors: Object.fromEntries(long),
      ...answer,
    });
  return done;
};

/** https://www.twilio.com/docs/messaging/api/message-resource and …/docs/voice/api/call-resource. */
export const twilioService: ChatService = ({ method, path, headers, fields }) => {
  const error = (status: number, code: number, message: string): ChatReply =>
    refusal(status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status });
  const login = Buffer.from(`${twilioAccount}:${pushSecrets.twilio}`).toString('base64');
  if (headers.authorization !== `Basic ${login}`) return error(401, 20_003, 'Authenticate');
  const base = `/2010-04-01/Accounts/${twilioAccount}`;
  if (method === 'GET' && path === `${base}/Messages.json`)
    return { status: 200, body: { messages: [], page_size: 1 } };
  const to = text(fields, 'To');
  if (!/^\+[1-9]\d{5,14}$/.test(to))
    return error(400, 21_211, `The 'To' number ${to} is not a valid phone number.`);
  if (to === '+15550111') return error(400, 21_610, 'Attempt to send to unsubscribed recipient');
  if (method === 'POST' && path === `${base}/Calls.json`)
    return text(fields, 'Twiml').length > 4000
      ? error(400, 21_250, 'Twiml is too long')
      : taken(201, { sid: `CA${'2'.repeat(32)}`, status: 'queued' });
  if (method !== 'POST' || path !== `${base}/Messages.json`) return error(404, 20_404, 'not found');
  if (length(fields['Body']) > 1600)
    return error(400, 21_617, 'The concatenated message body exceeds the 1600 character limit');
  if (text(fields, 'From') === '' && text(fields, 'MessagingServiceSid') === '')
    return error(400, 21_603, "A 'From' phone number is required.");
  return taken(201, { sid: `SM${'2'.repeat(32)}`, status: 'queued', num_segments: '1', error_code: null });
};
