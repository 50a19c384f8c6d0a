import { randomBytes } from 'node:crypto';
import type { HttpSettings } from '../../channels/contract.ts';
import { openHttp } from '../../channels/http.ts';
import { secret } from '../../channels/secret.ts';
import { importFile } from '../../channels/x/import.ts';
import type { PinFailure } from '../../channels/x/pin-failure.ts';
import { accessToken, authorizeUrl, requestToken, type XApplication } from '../../channels/x/pin.ts';
import { openSigned, type SignedHttp } from '../../channels/x/signed.ts';
import { readTokenFile } from '../../channels/x/token-file.ts';
import { isAccountName, type XCredentials } from '../../channels/x/tokens.ts';
import { instant } from '../../model/time.ts';
import { exit, type ExitCode } from '../exit.ts';
import { openPrompt, type Prompt } from '../prompt.ts';
import { settingsForAccount } from '../read-config.ts';
import type { Settings } from '../settings.ts';
import { complain, print } from '../terminal.ts';
import { loginByOAuth2, usualRedirect } from './auth-login-oauth2.ts';
import { store } from './auth-store.ts';

const exchangeMs = 120_000;

interface LoginFlags {
  readonly account: string;
  readonly api?: string;
  readonly import?: string;
  readonly oauth2?: boolean;
  readonly redirect?: string;
  readonly tokenFile?: string;
}

/** `auth login x`: the PIN flow, or OAuth 2.0, as a wizard or as three lines of a script; or from a file. */
export async function authLogin(
  settings: Settings,
  [service = '']: readonly string[],
  flags: LoginFlags,
): Promise<ExitCode> {
  if (service !== 'x') {
    complain(`'${service}' is not a service to log in to; known: x`);
    return exit.usage;
  }
  if (!isAccountName(flags.account)) {
    complain(`'${flags.account}' cannot be the name of an account: letters, digits, - and _`);
    return exit.usage;
  }
  const known = await settingsForAccount(settings, flags.account);
  if (known === undefined) return exit.badConfiguration;
  const api = (flags.api ?? known.api).replace(/\/+$/, '');
  const ways = [flags.import, flags.oauth2, flags.tokenFile].filter((way) => way !== undefined);
  if (ways.length > 1) {
    complain('--oauth2, --import and --token-file are three ways to log in: choose one');
    return exit.usage;
  }
  const credentials = await obtain(api, known.http, flags);
  return credentials === undefined ? exit.notAuthorised : store(settings, known, flags.account, credentials);
}

async function obtain(api: string, http: HttpSettings, flags: LoginFlags): Promise<XCredentials | undefined> {
  if (flags.oauth2 === true) return loginByOAuth2(api, http, flags.redirect ?? usualRedirect);
  if (flags.import !== undefined) return chooseImported(flags.import, api);
  if (flags.tokenFile === undefined) return loginByPin(api, http);
  const read = await readTokenFile(flags.tokenFile, api, instant(Date.now()));
  return read.ok ? read.credentials : refuse(read.detail);
}

async function loginByPin(api: string, http: HttpSettings): Promise<XCredentials | undefined> {
  const prompt = openPrompt();
  const pool = openHttp(http);
  const signed = openSigned(pool, {
    now: () => instant(Date.now()),
    randomBytes: (length) => randomBytes(length),
  });
  try {
    return await walk(api, prompt, signed);
  } finally {
    prompt.close();
    await pool.close();
  }
}

async function walk(api: string, prompt: Prompt, signed: SignedHttp): Promise<XCredentials | undefined> {
  if (process.stdin.isTTY) process.stderr.write(steps);
  const consumerKey = await prompt.ask('API key: ');
  const consumerSecret = await prompt.ask('API key secret (not shown): ', { hidden: true });
  if (!consumerKey || !consumerSecret) return refuse('three lines are needed: key, secret, PIN');
  const application: XApplication = { api, consumerKey, consumerSecret: secret(consumerSecret) };
  const request = await requestToken(signed, application, AbortSignal.timeout(exchangeMs));
  if (!request.ok) return explain(request);
  print(authorizeUrl(api, request.value));
  const pin = await prompt.ask('Open this page as the account that shall send, approve, and enter the PIN: ');
  if (!pin) return refuse('no PIN was given');
  const access = await accessToken(signed, application, request.value, pin, AbortSignal.timeout(exchangeMs));
  return access.ok ? access.value : explain(access);
}

const steps = `Connecting X takes five minutes, once:
 1. Open https://console.x.com as the account that shall send, and create an app.
 2. In its settings choose "Read and write and Direct message" BEFORE any token is made,
    type "Native App", and register any callback address of yours (it is never called).
 3. Under "Keys and tokens" copy the API key and its secret (OAuth 1.0a consumer key).

`;

async function chooseImported(file: string, api: string): Promise<XCredentials | undefined> {
  const found = await importFile(file, api);
  for (const note of found.notes) complain(note);
  const chosen = found.accounts.find(({ isDefault }) => isDefault) ?? found.accounts[0];
  return chosen === undefined ? refuse(`no account that could be used is in ${file}`) : chosen.credentials;
}

function refuse(detail: string): undefined {
  complain(detail);
}

function explain(failure: PinFailure): undefined {
  complain(`${failure.detail}\n    ${failure.hint}`);
}
