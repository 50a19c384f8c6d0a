import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Delivery } from '../../src/model/delivery.ts';
import type { ChannelPorts } from '../../src/channels/contract.ts';
import { secret } from '../../src/channels/secret.ts';
import { readCredentials, writeCredentials, type XGrant } from '../../src/channels/x/tokens.ts';
import { after, instant, millis } from '../../src/model/time.ts';
import type { XStandin } from './x-standin.ts';

/** Logs the account `bot` in by OAuth 2.0, as if `secondsAgo` ago, with a token that ends in `seconds`. */
export async function grantTo(
  ports: ChannelPorts,
  x: XStandin,
  change: Partial<XGrant> & { readonly seconds?: number; readonly secondsAgo?: number } = {},
): Promise<XGrant> {
  const { seconds = 7200, secondsAgo = 0, ...rest } = change;
  const tokens = await x.grant(rest.clientId ?? 'publicClient', Math.max(1, seconds));
  const now = instant(Date.now());
  const grant: XGrant = {
    type: 'oauth2',
    api: x.url,
    userId: '1001',
    screenName: 'sentinel_bot',
    clientId: 'publicClient',
    accessToken: secret(tokens.access_token),
    refreshToken: secret(tokens.refresh_token),
    obtainedAt: after(now, millis(-secondsAgo * 1000)),
    expiresAt: after(now, millis(seconds * 1000)),
    scopes: ['dm.write', 'tweet.write'],
    ...rest,
  };
  const written = await writeCredentials(ports.stateDirectory, 'bot', grant);
  if (!written.ok) throw new Error(written.detail);
  return grant;
}

/** The grant in the file. */
export async function grantOf(ports: ChannelPorts): Promise<XGrant> {
  const read = await readCredentials(ports.stateDirectory, 'bot');
  if (!read.ok || read.credentials.type !== 'oauth2') throw new Error('no grant is in the file');
  return read.credentials;
}

/** How often X was asked for tokens, and how often it gave some. */
export async function renewals(x: XStandin): Promise<{ readonly asked: number; readonly given: number }> {
  const asked = (await x.seen()).filter(({ path }) => path === '/2/oauth2/token');
  return { asked: asked.length, given: asked.filter(({ status }) => status === 200).length };
}

/** A process of its own that sends by the login. */
export interface Sender {
  /** Sends a post; undefined when the process dies of it. */
  send(text: string): Promise<Delivery | undefined>;
  end(): Promise<void>;
}

/** Starts one. `fatal`: the step of a renewal at which it kills itself. */
export async function startSender(ports: ChannelPorts, x: XStandin, fatal = 'none'): Promise<Sender> {
  const script = join(import.meta.dirname, 'x-oauth2-child.mjs');
  const args = [script, ports.stateDirectory, x.url, x.caFile, fatal];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = endOf(child);
  if ((await lines.next()).value !== 'ready') throw new Error('a sender did not start');
  return {
    async send(text) {
      child.stdin.write(`${text}\n`);
      const line = await lines.next();
      return line.done === true ? undefined : (JSON.parse(line.value) as Delivery);
    },
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}

const endOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => child.once('close', () => resolve()));
