import { readdir } from 'node:fs/promises';
import { askMe } from '../../channels/x/client.ts';
import { openAccount } from '../../channels/x/account.ts';
import { failedProbe } from '../../channels/x/probe.ts';
import { readCredentials } from '../../channels/x/tokens.ts';
import { safeForTerminal } from '../../kit/terminal.ts';
import { openLedgerReader } from '../../store/ledger.ts';
import { exit, type ExitCode } from '../exit.ts';
import { channelPortsWith } from '../host.ts';
import { settingsForAccount } from '../read-config.ts';
import type { Settings } from '../settings.ts';
import { complain, print, printJson } from '../terminal.ts';
import { timesOf, withLocalTimes } from '../times.ts';

const askMs = 30_000;

/** `auth status`: asks X for each account whose it is and what it may do (each question costs a user read). */
export async function authStatus(
  settings: Settings,
  _args: readonly string[],
  flags: { readonly account?: string },
): Promise<ExitCode> {
  const names = flags.account === undefined ? await accountsIn(settings.state) : [flags.account];
  if (names.length === 0) {
    complain(`no account is logged in (${settings.state}); run auth login x`);
    return exit.notAuthorised;
  }
  let allFine = true;
  for (const name of names) allFine = (await tell(settings, name)) && allFine;
  return allFine ? exit.done : exit.notAuthorised;
}

async function tell(settings: Settings, name: string): Promise<boolean> {
  const read = await readCredentials(settings.state, name);
  if (!read.ok) {
    complain(`${name}: ${read.absent ? 'not logged in' : read.detail}`);
    return false;
  }
  const known = await settingsForAccount(settings, name);
  if (known === undefined) return false;
  const { credentials } = read;
  const account = openAccount(
    name,
    channelPortsWith(known.http, [{ name, api: credentials.api }], settings.state, name),
  );
  const asked = await askMe(account, AbortSignal.timeout(askMs));
  await account.close();
  const base = {
    account: name,
    screenName: credentials.screenName || (asked.ok ? asked.value.username : ''),
    userId: credentials.userId || (asked.ok ? asked.value.id : ''),
    api: credentials.api,
    ...(await lifeOf(settings.state, name)),
    ...(await lastSuccess(settings.state, known.channels)),
  };
  const sent = base.lastSent === undefined ? '' : `, last sent ${base.lastSent}`;
  const zone = base.expiresAt === undefined && sent === '' ? '' : ` (${timesOf()})`;
  const last = `, ${withLocalTimes(`${lifeInWords(base)}${sent}`)}${zone}`;
  if (!asked.ok) {
    const { detail } = failedProbe(asked.delivery);
    if (settings.json) printJson({ version: 1, ...base, ok: false, detail });
    else print(safeForTerminal(`${name}: @${base.screenName} (${base.userId}): NOT ok: ${detail}${last}`));
    return false;
  }
  const access = asked.value.access ?? (base.scopes?.join(' ') || 'unknown');
  if (settings.json) printJson({ version: 1, ...base, ok: true, access });
  else
    print(
      safeForTerminal(
        `${name}: @${base.screenName} (${base.userId}) at ${credentials.api}: access ${access}${last}`,
      ),
    );
  return true;
}

/** Of what kind a login is and how long it lasts. */
interface Life {
  readonly kind: 'oauth1' | 'oauth2';
  readonly expiresAt?: string;
  /** The login renews itself when its access token ends. */
  readonly renews?: boolean;
  /** X refused the refresh token: when the access token ends, the login does. */
  readonly refused?: boolean;
  readonly scopes?: readonly string[];
}

/** Read after X was asked: the question may have renewed it. */
async function lifeOf(state: string, name: string): Promise<Life> {
  const read = await readCredentials(state, name);
  if (!read.ok || read.credentials.type === 'oauth1') return { kind: 'oauth1' };
  const { expiresAt, refreshToken, refusedAt, scopes } = read.credentials;
  return {
    kind: 'oauth2',
    expiresAt: new Date(expiresAt).toISOString(),
    renews: refreshToken !== undefined && !read.given,
    refused: refusedAt !== undefined,
    scopes,
  };
}

function lifeInWords({ kind, expiresAt = '', renews, refused }: Life): string {
  if (kind === 'oauth1') return 'OAuth 1.0a, does not end';
  if (refused === true) return `OAuth 2.0, ends ${expiresAt}: X refused the refresh token, log in again`;
  return `OAuth 2.0, ${renews === true ? 'next renewed about' : 'ends'} ${expiresAt}`;
}

/** When a message last went out by these channels, as far as a ledger tells. */
async function lastSuccess(
  directory: string,
  channels: readonly string[],
): Promise<{ readonly lastSent?: string }> {
  const opened = await openLedgerReader({ directory }, () => undefined);
  if (!opened.ok) return {};
  const last = opened.reader.lastSent(channels);
  opened.reader.close();
  return last === undefined ? {} : { lastSent: new Date(last).toISOString() };
}

async function accountsIn(state: string): Promise<readonly string[]> {
  const names = await readdir(state).catch(() => []);
  return names.flatMap((name) => /^x-(.+)\.json$/.exec(name)?.[1] ?? []);
}
