import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import { probeBy } from '../chat-probe.ts';
import type { Attempt, ChannelPorts, ProbeResult } from '../contract.ts';
import { durationOf } from '../duration-option.ts';
import {
  deliveryOfAnswer,
  type HttpService,
  type JsonObject,
  type ServiceCall,
  serviceTimeout,
  textIn,
  under,
  withToken,
} from '../http-call.ts';
import { idOf, takenAs } from '../taken-as.ts';
import { httpAddress } from '../http-address.ts';
import { twilioComplaint } from './errors.ts';

const sid = (prefix: string) => z.string().regex(new RegExp(`^${prefix}[0-9a-f]{32}$`), `must be ${prefix}…`);

/** A phone number as Twilio wants it (E.164). */
export const e164 = z.string().regex(/^\+[1-9][0-9]{5,14}$/, 'must be a number such as +491701234567');

/** What both ways over Twilio need. */
export const accountOptions = {
  'account-sid': sid('AC').describe('The SID of the account.'),
  'api-key': sid('SK').optional().describe('The SID of an API key, whose secret is then in token-file.'),
  'token-file': z
    .string()
    .describe('File (mode 0600) with the auth token of the account, or the secret of api-key.'),
  api: httpAddress.default('https://api.twilio.com').describe('Where the API is.'),
  timeout: serviceTimeout,
};

interface Account {
  readonly 'account-sid': string;
  readonly 'api-key'?: string | undefined;
  readonly 'token-file': string;
  readonly api: string;
  readonly timeout: string;
}

/** An account of Twilio and how to reach it. */
export interface Twilio {
  readonly service: HttpService;
  readonly account: Account;
  readonly ports: ChannelPorts;
}

/**
 * Asks for something to be made of the account: Messages or Calls
 * (https://www.twilio.com/docs/messaging/api/message-resource, …/docs/voice/api/call-resource).
 */
export const create = (
  twilio: Twilio,
  resource: 'Messages' | 'Calls',
  form: { readonly [name: string]: string },
  { signal }: Attempt,
): Promise<Delivery> =>
  call(twilio, { url: `${resource}.json`, form }, signal, (body) => idOf(textIn(body, 'sid')));

/** Whether the account is there and the token its own: the list of its messages, of which one is enough. */
export const askAccount = (twilio: Twilio): ((signal: AbortSignal) => Promise<ProbeResult>) =>
  probeBy((signal) =>
    call(twilio, { method: 'GET', url: 'Messages.json?PageSize=1' }, signal, (body) =>
      Array.isArray(body?.['messages']) ? 'the account is there' : '',
    ),
  );

const call = (
  { service, account, ports }: Twilio,
  asked: ServiceCall,
  signal: AbortSignal,
  mark: (body: JsonObject | undefined) => string,
): Promise<Delivery> =>
  withToken(account['token-file'], async (token) => {
    const sid = account['account-sid'];
    const login = Buffer.from(`${account['api-key'] ?? sid}:${token}`).toString('base64');
    const url = under(account.api, `2010-04-01/Accounts/${sid}/${asked.url}`);
    const headers = { authorization: `Basic ${login}` };
    const limits = { timeoutMs: durationOf(account.timeout), signal };
    return deliveryOfAnswer(await service.call({ ...asked, url, headers }, limits), {
      now: ports.now(),
      hidden: [token, login, Buffer.from(token).toString('base64')],
      complaint: twilioComplaint,
      accepted: (body) => takenAs('Twilio', mark(body)),
    });
  });
