import { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { HttpSettings } from '../../channels/contract.ts';
import { openHttp } from '../../channels/http.ts';
import { codeOf } from '../../channels/private-file.ts';
import type { Config } from '../../config/config.ts';
import { bad, fine, type Finding } from './finding.ts';

const timeoutMs = 10_000;

/** Servers that the configuration names: of channels, accounts and the heartbeat, each once. */
export function serversOf(config: Pick<Config, 'channels' | 'accounts' | 'heartbeat'>): readonly URL[] {
  const found = new Map<string, URL>();
  const take = (value: unknown): void => {
    if (typeof value === 'string') {
      const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? readUrl(value) : undefined;
      if (url !== undefined && url.hostname !== '') found.set(`${url.protocol}//${url.host}`, url);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(take);
  };
  take(config.channels.map(({ options }) => options));
  take(config.accounts.map(({ api }) => api));
  take(config.heartbeat?.to ?? []);
  return [...found.values()];
}

function readUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** The proxy that HTTPS goes through, without its password; undefined: none. */
export function proxyOf(http: HttpSettings, env: NodeJS.ProcessEnv): URL | undefined {
  const named = http.proxy?.url ?? env['https_proxy'] ?? env['HTTPS_PROXY'] ?? '';
  return named === '' ? undefined : readUrl(named);
}

/** Whether the names of servers can be looked up; behind a proxy only the proxy's own must be. */
export async function checkNames(
  servers: readonly URL[],
  proxy: URL | undefined,
): Promise<readonly Finding[]> {
  const isWeb = ({ protocol }: URL): boolean => protocol === 'https:' || protocol === 'http:';
  const asked = [
    ...servers.filter((url) => proxy === undefined || !isWeb(url)),
    ...(proxy === undefined ? [] : [proxy]),
  ].map(({ hostname }) => hostname.replace(/^\[|\]$/g, ''));
  const names = [...new Set(asked)];
  if (names.length === 0) return [fine('dns', 'no name has to be looked up')];
  return Promise.all(
    names.map(async (name) => {
      try {
        const { address } = await within(lookup(name));
        return fine('dns', `${name} is ${address}`);
      } catch (error) {
        return bad(
          'dns',
          `${name} is not found (${codeOf(error)})`,
          'compare the name in the configuration; look at /etc/resolv.conf: getent hosts ' + name,
        );
      }
    }),
  );
}

/** Whether the proxy takes connections. */
export async function checkProxy(proxy: URL | undefined): Promise<Finding> {
  if (proxy === undefined) return fine('proxy', 'none is used');
  const place = `${proxy.hostname}:${proxy.port || (proxy.protocol === 'https:' ? '443' : '80')}`;
  try {
    await within(
      new Promise<void>((resolve, reject) => {
        const port = Number(place.slice(place.lastIndexOf(':') + 1));
        const socket = connect({ host: proxy.hostname.replace(/^\[|\]$/g, ''), port, timeout: timeoutMs });
        socket.once('connect', () => {
          socket.destroy();
          resolve();
        });
        socket.once('error', reject);
        socket.once('timeout', () => socket.destroy(new Error('timeout')));
      }),
    );
    return fine('proxy', `${place} answers`);
  } catch (error) {
    const todo = 'compare proxy.https, or HTTPS_PROXY in the environment of the service, with the proxy';
    return bad('proxy', `${place} takes no connection (${codeOf(error)})`, todo);
  }
}

/** Whether the further authorities that are trusted can be read and have not ended. */
export function checkAuthorities(
  http: HttpSettings,
  env: NodeJS.ProcessEnv,
  now: number,
): readonly Finding[] {
  const extra = env['NODE_EXTRA_CA_CERTS'] ?? '';
  const named: { readonly from: string; readonly pem: string | undefined }[] = [];
  if (http.ca !== undefined) named.push({ from: 'tls.ca-file', pem: http.ca });
  if (extra !== '') named.push({ from: extra, pem: readText(extra) });
  if (named.length === 0) return [fine('ca', "Node's own authorities are trusted, and no others")];
  return named.map(({ from, pem }) => judgeAuthorities(from, pem, now));
}

function judgeAuthorities(from: string, pem: string | undefined, now: number): Finding {
  const todo = 'put the PEM text of the authority there that signs for the proxy or server';
  if (pem === undefined) return bad('ca', `${from} cannot be read`, todo);
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    const ends = blocks.map((block) => Date.parse(new X509Certificate(block).validTo));
    if (ends.length === 0) return bad('ca', `${from} holds no certificate`, todo);
    const over = ends.filter((end) => end < now).length;
    // Bundles of distributions always hold some that are over.
    if (over === ends.length) return bad('ca', `every certificate in ${from} has ended`, todo);
    return fine('ca', `${ends.length} further authorities from ${from}`);
  } catch (error) {
    return bad('ca', `${from} holds no certificate that can be read (${codeOf(error)})`, todo);
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The `Date` of the first server that answers, through the proxy where there is one. */
export async function serverDate(
  servers: readonly URL[],
  settings: HttpSettings,
): Promise<{ readonly host: string; readonly date: string } | undefined> {
  const http = openHttp(settings);
  try {
    for (const { protocol, host } of servers) {
      if (protocol !== 'https:' && protocol !== 'http:') continue;
      const request = { method: 'GET', url: `${protocol}//${host}/`, headers: {} } as const;
      const limits = { totalMs: timeoutMs, signal: AbortSignal.timeout(timeoutMs) };
      const answer = await http.exchange(request, limits);
      const date = answer.type === 'answer' ? answer.headers['date'] : undefined;
      if (date !== undefined) return { host, date };
    }
    return undefined;
  } finally {
    await http.close();
  }
}

function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })), timeoutMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
