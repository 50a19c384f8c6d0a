import { createSecureContext, type SecureContext } from 'node:tls';
import type { Dispatcher, EnvHttpProxyAgent } from 'undici';
import { authoritiesWith } from './authorities.ts';
import type { HttpSettings } from './contract.ts';

const connectTimeoutMs = 10_000;

/**
 * Opens the pool of connections that the settings ask for: through the proxy named there, else the one
 * of HTTPS_PROXY, HTTP_PROXY and NO_PROXY, else straight. Throws when a proxy's URL cannot be read.
 */
export async function openDispatcher(settings: HttpSettings): Promise<Dispatcher> {
  // Loading it costs a tenth of a second, which commands that send nothing need not pay.
  const undici = await import('undici');
  const tls = { timeout: connectTimeoutMs, ...(settings.ca === undefined ? {} : trusting(settings.ca)) };
  return new undici.EnvHttpProxyAgent({
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
    ...proxyOptions(settings),
  });
}

function proxyOptions(settings: HttpSettings): EnvHttpProxyAgent.Options {
  const { proxy } = settings;
  if (proxy === undefined) return {};
  const url = new URL(proxy.url);
  const user = decodeURIComponent(url.username);
  const password = proxy.password?.() ?? decodeURIComponent(url.password);
  url.username = '';
  url.password = '';
  return {
    httpProxy: url.href,
    httpsProxy: url.href,
    noProxy: proxy.noProxy.join(','),
    ...(user === '' ? {} : { token: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }),
  };
}

/** Reading all authorities takes a tenth of a second: once, not for each connection. */
const trusting = (pem: string): { readonly secureContext: SecureContext } => ({
  secureContext: createSecureContext({ ca: authoritiesWith(pem) }),
});
