import type { Expiry } from '../../model/delivery.ts';
import type { ChannelPorts } from '../contract.ts';
import { openAccount } from './account.ts';

/**
 * When the login of an account ends: by OAuth 2.0 without a refresh token with its access token, and with
 * one once X has refused that. Looking also renews a login that nothing has renewed for a week.
 */
export async function loginExpiries(
  name: string,
  ports: ChannelPorts,
  signal: AbortSignal,
): Promise<readonly Expiry[]> {
  const account = openAccount(name, ports);
  await account.keepAlive(signal);
  await account.close();
  const ready = await account.credentials();
  if (!ready.ok || ready.credentials.type !== 'oauth2') return [];
  const { credentials: grant, given } = ready;
  const what = `the login of X account ${name}`;
  if (grant.refusedAt !== undefined) return [{ what, at: grant.expiresAt }];
  return given || grant.refreshToken === undefined ? [{ what, at: grant.expiresAt }] : [];
}
