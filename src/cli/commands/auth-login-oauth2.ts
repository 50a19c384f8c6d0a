import { randomBytes } from 'node:crypto';
import type { HttpSettings } from '../../channels/contract.ts';
import { type Http, openHttp } from '../../channels/http.ts';
import { secret } from '../../channels/secret.ts';
import { deliveryOfProblem } from '../../channels/x/classify.ts';
import {
  authorizePage,
  beginLogin,
  loginScopes,
  redeemCode,
  type TokensAsked,
  type XClient,
  type XTokens,
} from '../../channels/x/oauth2.ts';
import { readPasted } from '../../channels/x/pasted.ts';
import type { XGrant } from '../../channels/x/tokens.ts';
import { instant } from '../../model/time.ts';
import { openPrompt, type Prompt } from '../prompt.ts';
import { complain, print } from '../terminal.ts';

const exchangeMs = 30_000;

/** Where X shall send the browser: nothing listens there, the address is copied from the browser's bar. */
export const usualRedirect = 'http://127.0.0.1:8765/callback';

/** `auth login x --oauth2`: id, secret, and the address to which X sent the browser. */
export async function loginByOAuth2(
  api: string,
  http: HttpSettings,
  redirect: string,
): Promise<XGrant | undefined> {
  const prompt = openPrompt();
  const pool = openHttp(http);
  try {
    return await walk(api, prompt, pool, redirect);
  } finally {
    prompt.close();
    await pool.close();
  }
}

async function walk(api: string, prompt: Prompt, http: Http, redirect: string): Promise<XGrant | undefined> {
  if (process.stdin.isTTY) process.stderr.write(stepsTo(redirect));
  const clientId = await prompt.ask('Client ID: ');
  const clientSecret = await prompt.ask('Client secret (not shown; empty for a public client): ', {
    hidden: true,
  });
  if (!clientId || clientSecret === undefined) {
    return refuse('three lines are needed: client ID, client secret (may be empty), address');
  }
  const client: XClient = {
    api,
    clientId,
    ...(clientSecret === '' ? {} : { clientSecret: secret(clientSecret) }),
  };
  const login = beginLogin(redirect, (length) => randomBytes(length));
  print(authorizePage(client, login));
  const pasted = await prompt.ask(
    'Open this page as the account that shall send, approve, and paste the address to which it leads, within 30 seconds: ',
  );
  const code = readPasted(pasted ?? '', login.state);
  if (!code.ok) return refuse(code.detail);
  const limits = {
    totalMs: exchangeMs,
    signal: AbortSignal.timeout(exchangeMs),
    now: () => instant(Date.now()),
  };
  const asked = await redeemCode(http, client, login, code.code, limits);
  return asked.type === 'tokens' ? grantOf(client, asked.tokens) : explain(asked);
}

function grantOf(client: XClient, tokens: XTokens): XGrant {
  const lacking = loginScopes.filter((scope) => !tokens.scopes.includes(scope));
  if (lacking.length > 0) complain(`X did not grant ${lacking.join(', ')}: look at the app's permissions`);
  if (tokens.refreshToken === undefined) {
    complain('X gave no refresh token: this login ends with its access token');
  }
  return { type: 'oauth2', ...client, ...tokens, userId: '', screenName: '' };
}

function explain(asked: Exclude<TokensAsked, { readonly type: 'tokens' }>): undefined {
  if (asked.type === 'failure') return refuse(asked.detail);
  if (asked.refused) {
    return refuse(
      `X does not accept the code: it lives 30 seconds and works once, and the callback address must be registered exactly as here; start again`,
    );
  }
  const delivery = deliveryOfProblem(asked.answer, { now: instant(Date.now()), mayHaveArrived: false });
  return refuse(delivery.type === 'sent' ? 'X answered something else' : delivery.detail);
}

const stepsTo = (redirect: string): string => `Connecting X by OAuth 2.0, once:
 1. Open https://console.x.com as the account that shall send, and create an app.
 2. In its user authentication settings choose "Read and write and Direct message",
    and register the callback address ${redirect}
 3. Under "Keys and tokens" copy the client ID, and the client secret if the app has one.

`;

function refuse(detail: string): undefined {
  complain(detail);
}
