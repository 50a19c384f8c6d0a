import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Attempt, ChannelPorts, HttpSettings } from '../../src/channels/contract.ts';
import { takeExclusive } from '../../src/cli/exclusive.ts';
import { secret } from '../../src/channels/secret.ts';
import { writeCredentials } from '../../src/channels/x/tokens.ts';
import type { Message } from '../../src/model/delivery.ts';
import { instant } from '../../src/model/time.ts';
import { standinKeys } from './x-standin.ts';

/** What a channel needs, over a state directory of its own that `remove` takes away. */
export interface TestPorts extends ChannelPorts {
  readonly printed: string[];
  readonly remove: () => Promise<void>;
}

/** Real ports; `api` is where the account `bot` lives. */
export async function channelPorts(api: string, change: Partial<ChannelPorts> = {}): Promise<TestPorts> {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'bird-state-'));
  const printed: string[] = [];
  return {
    name: 'phone',
    now: () => instant(Date.now()),
    randomBytes: (length) => randomBytes(length),
    stateDirectory,
    http: {},
    accounts: new Map([['bot', { name: 'bot', api }]]),
    print: async (text) => void printed.push(text),
    exclusive: takeExclusive,
    ...change,
    printed,
    remove: () => rm(stateDirectory, { recursive: true, force: true }),
  };
}

/** Lets the account `bot` speak with the keys that the stand-in takes. */
export async function logIn(
  ports: ChannelPorts,
  api: string,
  change: { tokenSecret?: string } = {},
): Promise<void> {
  const { consumerKey, consumerSecret, token, tokenSecret } = { ...standinKeys, ...change };
  const written = await writeCredentials(ports.stateDirectory, 'bot', {
    type: 'oauth1',
    api,
    userId: '1001',
    screenName: 'sentinel_bot',
    consumerKey,
    consumerSecret: secret(consumerSecret),
    token,
    tokenSecret: secret(tokenSecret),
  });
  if (!written.ok) throw new Error(written.detail);
}

/** Settings under which only the authority named counts, and no proxy of the environment. */
export const directHttp = (ca: string): HttpSettings => ({
  ca,
  proxy: { url: 'http://127.0.0.1:9', noProxy: ['localhost', '127.0.0.1'] },
});

/** One attempt at a text, or at several parts. */
export function attemptAt(texts: string | readonly string[], change: Partial<Attempt> = {}): Attempt {
  const parts = typeof texts === 'string' ? [texts] : texts;
  return {
    message: messageOf(parts),
    part: 0,
    attempt: 1,
    mayHaveArrived: false,
    signal: new AbortController().signal,
    ...change,
  };
}

export function messageOf(
  parts: readonly string[],
  groups: { readonly [name: string]: string } = {},
): Message {
  return {
    title: 'SSH brute force',
    body: parts.join(''),
    parts,
    severity: 'critical',
    idempotencyKey: '7ZK3M9QX2A-phone',
    payload: {
      version: 1,
      id: '7ZK3M9QX2A',
      status: 'open',
      reason: 'first',
      rule: 'ssh-brute-force',
      key: ['203.0.113.9'],
      severity: 'critical',
      title: 'SSH brute force',
      text: parts.join(''),
      count: 5,
      first: '2026-11-20T10:00:00.000Z',
      last: '2026-11-20T10:00:06.000Z',
      source: 'auth',
      line: 'Failed password for root from 203.0.113.9 port 4242 ssh2',
      fields: {},
      groups,
    },
  };
}
