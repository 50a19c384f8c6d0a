import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import { between, type Instant, millis } from '../../model/time.ts';
import type { Channel, ChannelKind, ProbeResult } from '../contract.ts';
import { xPostShape } from '../../render/x-text.ts';
import { openAccount, type XAccount } from './account.ts';
import { askMe, type Asked, sendPost, type XUser } from './client.ts';
import { loginExpiries } from './expiries.ts';
import { failedProbe } from './probe.ts';

const options = z.strictObject({
  account: z.string().describe('Which of `accounts` publishes.'),
  unprotected: z
    .enum(['refuse', 'allow'])
    .default('refuse')
    .describe('What to do while everybody could read the posts because the account is not protected.'),
});

/**
 * A post on the account's own page: seen by followers if the account is protected, else by everybody.
 *
 * `price`: $0.015 for each post, by the pay-per-use prices of
 * https://docs.x.com/x-api/getting-started/pricing as of August 2026. One with a link would be $0.20;
 * the shape leaves nothing in the text that X would link.
 */
export const xPost: ChannelKind<z.infer<typeof options>> = {
  kind: 'x-post',
  summary: 'A post on an X account, best a protected one.',
  options,
  concurrency: 1,
  budgets: [
    { window: millis(15 * 60_000), limit: 100 },
    { window: millis(24 * 3_600_000), limit: 10_000 },
  ],
  budgetKey: ({ account }) => `x-post ${account}`,
  price: 0.015,
  resolved: false,
  shownAgainst: 'a stand-in of X that verifies with oauthlib',
  shape: xPostShape,
  expiries: ({ account }, ports, signal) => loginExpiries(account, ports, signal),
  open: async ({ account: name, unprotected }, ports): Promise<Channel> => {
    const account = openAccount(name, ports);
    const objection = unprotected === 'allow' ? noObjection : guard(account);
    return {
      send: async (attempt) => (await objection(attempt.signal)) ?? (await sendPost(account, attempt)),
      probe: (signal) => probe(account, unprotected, signal),
      close: () => account.close(),
    };
  },
};

const noObjection = async (): Promise<undefined> => undefined;

/** How long an answer is believed: each question costs money, and people change their minds. */
const believeProtected = millis(24 * 3_600_000);
const believePublic = millis(5 * 60_000);

function guard(account: XAccount): (signal: AbortSignal) => Promise<Delivery | undefined> {
  let last: { readonly at: Instant; readonly user: XUser } | undefined;
  return async (signal) => {
    const believe = last?.user.protected === true ? believeProtected : believePublic;
    if (last === undefined || between(last.at, account.now()) >= believe) {
      const asked: Asked<XUser> = await askMe(account, signal);
      if (!asked.ok) return asked.delivery;
      last = { at: account.now(), user: asked.value };
    }
    if (last.user.protected === true) return undefined;
    return { type: 'failed', reason: 'rejected', detail: publicAccount(last.user) };
  };
}

const publicAccount = (user: XUser): string =>
  `everybody can read @${user.username}: protect its posts at X, or set unprotected: allow`;

async function probe(account: XAccount, unprotected: string, signal: AbortSignal): Promise<ProbeResult> {
  const me = await askMe(account, signal);
  if (!me.ok) return failedProbe(me.delivery);
  if (me.value.access === 'read') {
    const hint = 'set the application’s permission to "Read and write", then log in anew';
    return { ok: false, detail: `the token of @${me.value.username} may only read`, hint };
  }
  if (me.value.protected !== true && unprotected === 'refuse') {
    return { ok: false, detail: publicAccount(me.value) };
  }
  return { ok: true, detail: `@${me.value.username} may post` };
}
