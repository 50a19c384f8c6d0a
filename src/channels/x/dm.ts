import { z } from 'zod';
import { millis } from '../../model/time.ts';
import type { Attempt, Channel, ChannelKind, ProbeResult } from '../contract.ts';
import { xDmShape } from '../../render/x-text.ts';
import { openAccount, type XAccount } from './account.ts';
import { askByName, askMe, type Asked, sendDirectMessage } from './client.ts';
import { loginExpiries } from './expiries.ts';
import { type NameMemory, openNames } from './names.ts';
import { failedProbe } from './probe.ts';

const options = z.strictObject({
  account: z.string().describe('Which of `accounts` writes: best one of its own, not the reader’s.'),
  to: z
    .string()
    .regex(/^(?:@[A-Za-z0-9_]{1,15}|\d{1,19})$/, 'must be @name, a numeric user id, or @me')
    .describe('Who is written to: `@name`, a numeric user id, or `@me` for the account itself.'),
});

/**
 * A private message on X.
 *
 * `price`: $0.015 for each message sent, by the pay-per-use prices of
 * https://docs.x.com/x-api/getting-started/pricing as of August 2026.
 */
export const xDm: ChannelKind<z.infer<typeof options>> = {
  kind: 'x-dm',
  summary: 'A direct message on X to one person.',
  options,
  concurrency: 1,
  // One bucket for all ways of sending direct messages, per user.
  budgets: [
    { window: millis(15 * 60_000), limit: 15 },
    { window: millis(24 * 3_600_000), limit: 1440 },
  ],
  budgetKey: ({ account }) => `x-dm ${account}`,
  price: 0.015,
  resolved: false,
  shownAgainst: 'a stand-in of X that verifies with oauthlib',
  shape: xDmShape,
  expiries: ({ account }, ports, signal) => loginExpiries(account, ports, signal),
  open: async ({ account: name, to }, ports): Promise<Channel> => {
    const account = openAccount(name, ports);
    const names = openNames(ports.stateDirectory);
    return {
      send: (attempt) => send(account, names, to, attempt),
      probe: (signal) => probe(account, to, signal),
      close: () => account.close(),
    };
  },
};

async function send(
  account: XAccount,
  names: NameMemory,
  to: string,
  attempt: Attempt,
): ReturnType<Channel['send']> {
  const recipient = await recipientId(account, names, to, attempt.signal);
  return recipient.ok ? sendDirectMessage(account, recipient.value, attempt) : recipient.delivery;
}

async function recipientId(
  account: XAccount,
  names: NameMemory,
  to: string,
  signal: AbortSignal,
): Promise<Asked<string>> {
  if (!to.startsWith('@')) return { ok: true, value: to };
  if (to === '@me') {
    const ready = await account.credentials();
    if (!ready.ok) return ready;
    const { userId } = ready.credentials;
    if (userId !== '') return { ok: true, value: userId };
    const me = await askMe(account, signal);
    return me.ok ? { ok: true, value: me.value.id } : me;
  }
  const name = to.slice(1);
  const known = await names.find(account.api, name);
  if (known !== undefined) return { ok: true, value: known };
  const asked = await askByName(account, name, signal);
  if (!asked.ok) return asked;
  await names.remember(account.api, name, asked.value.id);
  return { ok: true, value: asked.value.id };
}

async function probe(account: XAccount, to: string, signal: AbortSignal): Promise<ProbeResult> {
  const me = await askMe(account, signal);
  if (!me.ok) return failedProbe(me.delivery);
  if (me.value.access !== undefined && me.value.access !== 'read-write-directmessages') {
    const hint = 'set the application’s permission to "Read and write and Direct message", then log in anew';
    return { ok: false, detail: `the token of @${me.value.username} may only ${me.value.access}`, hint };
  }
  if (!to.startsWith('@') || to === '@me')
    return { ok: true, detail: `@${me.value.username} writes to ${to}` };
  const them = await askByName(account, to.slice(1), signal);
  if (!them.ok) return failedProbe(them.delivery);
  if (them.value.receivesYourDm === false) {
    const hint = `let ${to} follow @${me.value.username}, or write to it first`;
    return { ok: false, detail: `${to} does not receive messages of @${me.value.username}`, hint };
  }
  return { ok: true, detail: `@${me.value.username} may write to ${to}` };
}
