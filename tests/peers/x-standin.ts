import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** One message that the stand-in took, as somebody at X would see it. */
interface Sent {
  readonly kind: 'dm' | 'post';
  readonly id: string;
  readonly from: string;
  readonly to?: string;
  readonly text: string;
}

/**
 * What goes wrong with the next request whose path holds `path`. `before`: instead of acting, else after
 * it has acted. `times`: for so many requests.
 */
export type Fault = { readonly path?: string; readonly before?: boolean; readonly times?: number } & (
  | {
      readonly fault:
        | 'hang'
        | 'reset'
        | 'garbage'
        | 'echo'
        | 'truncate'
        | 'longer'
        | 'shorter'
        | 'empty'
        | 'huge';
    }
  | { readonly fault: 'slow'; readonly seconds: number }
  | {
      readonly fault: 'answer';
      readonly status: number;
      readonly headers?: { readonly [name: string]: string | number | null };
      /** An object is sent as JSON, a text as it is. */
      readonly body?: unknown;
    }
);

interface XUserOfStandin {
  readonly id: string;
  readonly username: string;
  readonly protected?: boolean;
  readonly receives_your_dm?: boolean;
  readonly access?: 'read' | 'read-write' | 'read-write-directmessages';
}

interface StandinClient {
  readonly secret?: string;
  readonly redirects: readonly string[];
  /** Scopes that it grants to nobody. */
  readonly withheld?: readonly string[];
}

/** What the stand-in knows; all of it can be changed while it runs. */
export interface StandinSettings {
  readonly apps: { readonly [key: string]: { secret: string; suspended?: boolean; callback?: boolean } };
  readonly tokens: { readonly [token: string]: { secret: string; user: string } };
  readonly users: { readonly [id: string]: XUserOfStandin };
  /** Calls per quarter of an hour. */
  readonly limits: { readonly [kind in 'dm' | 'post' | 'users']?: number };
  /** Applications by OAuth 2.0; without a secret they are public. */
  readonly clients: { readonly [id: string]: StandinClient };
  /** Seconds that an access token of OAuth 2.0 lives. */
  readonly tokenLife: number;
  /** Seconds that a code lives. */
  readonly codeLife: number;
  /** Seconds by which its clock is ahead of this machine's. */
  readonly clock: number;
}

export interface XStandin {
  readonly url: string;
  readonly caFile: string;
  readonly ca: string;
  /** Everything it took, in order. */
  sent(): Promise<readonly Sent[]>;
  /** Every request it answered. */
  seen(): Promise<readonly { readonly method: string; readonly path: string; readonly status: number }[]>;
  /** Replaces the faults to come. */
  plan(faults: readonly Fault[]): Promise<void>;
  settings(change: Partial<StandinSettings>): Promise<void>;
  /** What the person at the browser does: gives the PIN. */
  approve(requestToken: string, user: string): Promise<string>;
  expire(requestToken: string): Promise<void>;
  /** What the person at the browser does with the page of OAuth 2.0: the address to which X leads. */
  authorize(page: string, user: string): Promise<{ readonly location?: string; readonly error?: string }>;
  /** A pair of tokens, as if somebody had logged in. `life`: of the access token, in seconds. */
  grant(
    client: string,
    life?: number,
  ): Promise<{ readonly access_token: string; readonly refresh_token: string }>;
  /** Takes every grant back. */
  revoke(): Promise<void>;
  /** Lets every access token end. */
  endTokens(): Promise<void>;
  stop(): Promise<void>;
}

/** Keys that the stand-in takes unless told otherwise: the bot may do everything. */
export const standinKeys = {
  consumerKey: 'cKey4standin',
  consumerSecret: 'c0nsumer-secret/with+odd=signs&',
  token: '1001-t0ken4bot',
  tokenSecret: 't0ken-secret~of!the*bot',
} as const;

/** The callback address that both applications registered. */
const standinRedirect = 'http://127.0.0.1:8765/callback';

const standinScopes = ['tweet.read', 'tweet.write', 'users.read', 'dm.read', 'dm.write', 'offline.access'];

/** Two users: the bot (1001) that writes and the person (2002) who reads. */
const usual: StandinSettings = {
  apps: { [standinKeys.consumerKey]: { secret: standinKeys.consumerSecret } },
  tokens: { [standinKeys.token]: { secret: standinKeys.tokenSecret, user: '1001' } },
  users: {
    '1001': { id: '1001', username: 'sentinel_bot', protected: true, access: 'read-write-directmessages' },
    '2002': { id: '2002', username: 'night_admin', receives_your_dm: true },
  },
  limits: { dm: 100_000, post: 100_000, users: 100_000 },
  clients: {
    publicClient: { redirects: [standinRedirect] },
    closedClient: { secret: 'cl1ent:secret/with+odd=signs&', redirects: [standinRedirect] },
  },
  tokenLife: 7200,
  codeLife: 30,
  clock: 0,
};

const here = import.meta.dirname;

/** Why it cannot run here, or undefined. */
export async function standinObstacle(): Promise<string | undefined> {
  try {
    await promisify(execFile)('/usr/bin/python3', ['-c', 'import oauthlib.oauth1']);
    return undefined;
  } catch {
    return 'python3-oauthlib is not installed (Debian: apt install python3-oauthlib)';
  }
}

/** Starts a stand-in on free ports of 127.0.0.1, with a certificate for localhost. */
export async function startXStandin(change: Partial<StandinSettings> = {}): Promise<XStandin> {
  const dir = await mkdtemp(join(tmpdir(), 'x-standin-'));
  await promisify(execFile)('bash', [join(here, 'mkca.sh'), dir]);
  const files = { dir, cert: join(dir, 'server.pem'), key: join(dir, 'server.key') };
  await writeFile(join(dir, 'settings.json'), JSON.stringify({ ...usual, ...change, ...files }));
  const child = spawn('/usr/bin/python3', [join(here, 'x-standin.py'), join(dir, 'settings.json')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { port, door } = await firstLine(child);
  const caFile = join(dir, 'ca.pem');
  const knock = async (path: string, body?: unknown): Promise<unknown> => {
    const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`http://127.0.0.1:${door}/${path}`, request);
    return answer.json();
  };
  return {
    url: `https://localhost:${port}`,
    caFile,
    ca: await readFile(caFile, 'utf8'),
    sent: () => readSent(join(dir, 'sent.jsonl')),
    seen: async () => (await knock('seen')) as Awaited<ReturnType<XStandin['seen']>>,
    plan: async (faults) => void (await knock('plan', faults)),
    settings: async (change) => void (await knock('settings', change)),
    approve: async (token, user) => ((await knock('approve', { token, user })) as { pin: string }).pin,
    expire: async (token) => void (await knock('expire', { token })),
    authorize: async (url, user) =>
      (await knock('oauth2/approve', { url, user })) as Awaited<ReturnType<XStandin['authorize']>>,
    grant: async (client, life) => {
      const asked = { user: '1001', client, scopes: standinScopes, ...(life === undefined ? {} : { life }) };
      return (await knock('oauth2/grant', asked)) as Awaited<ReturnType<XStandin['grant']>>;
    },
    revoke: async () => void (await knock('oauth2/revoke', {})),
    endTokens: async () => void (await knock('oauth2/end', {})),
    stop: async () => {
      await ended(child);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function firstLine(child: ChildProcess): Promise<{ port: number; door: number }> {
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error('the stand-in ended before it was ready');
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.stdin?.end();
  });
}

async function readSent(file: string): Promise<readonly Sent[]> {
  try {
    const text = await readFile(file, 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Sent => JSON.parse(line));
  } catch {
    return [];
  }
}
