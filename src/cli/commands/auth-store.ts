import { openAccount } from '../../channels/x/account.ts';
import { askMe } from '../../channels/x/client.ts';
import { lockOf } from '../../channels/x/grant.ts';
import { failedProbe } from '../../channels/x/probe.ts';
import { readCredentials, writeCredentials, type XCredentials } from '../../channels/x/tokens.ts';
import { prepareStateDirectory } from '../../store/directory.ts';
import { takeExclusive } from '../exclusive.ts';
import { exit, type ExitCode } from '../exit.ts';
import { channelPortsWith } from '../host.ts';
import type { AccountUse } from '../read-config.ts';
import type { Settings } from '../settings.ts';
import { complain, print } from '../terminal.ts';

const askMs = 30_000;
const lockMs = 60_000;

/** Writes new credentials, then asks X whose they are, if they do not say so themselves. */
export async function store(
  settings: Settings,
  known: AccountUse,
  account: string,
  credentials: XCredentials,
): Promise<ExitCode> {
  const refused = await write(settings.state, account, credentials);
  if (refused !== undefined) {
    complain(refused);
    return exit.failed;
  }
  const named = credentials.screenName === '' ? await identify(settings.state, known, account) : credentials;
  if (typeof named === 'string') {
    complain(`the tokens are kept in ${settings.state}, but X could not be asked whose they are: ${named}`);
    return exit.notAuthorised;
  }
  print(
    `logged in as @${named.screenName} (${named.userId}); tokens are in ${settings.state}, readable by you alone`,
  );
  return exit.done;
}

/** Does something while no process renews the account's login: its answer would undo what is done. */
export async function whileStill<T>(
  state: string,
  account: string,
  act: () => Promise<T>,
): Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly detail: string }> {
  const refused = prepareStateDirectory(state);
  if (refused !== undefined) return { ok: false, detail: refused.detail };
  const held = await takeExclusive(lockOf(state, account), AbortSignal.timeout(lockMs));
  if (!held.ok) return held;
  try {
    return { ok: true, value: await act() };
  } finally {
    held.release();
  }
}

async function write(state: string, account: string, credentials: XCredentials): Promise<string | undefined> {
  const done = await whileStill(state, account, () => writeCredentials(state, account, credentials));
  if (!done.ok) return done.detail;
  return done.value.ok ? undefined : done.value.detail;
}

/** The credentials with their owner's name, which are written, too; or why X did not tell. */
async function identify(state: string, known: AccountUse, account: string): Promise<XCredentials | string> {
  const read = await readCredentials(state, account);
  if (!read.ok) return read.detail;
  const { api } = read.credentials;
  const opened = openAccount(account, channelPortsWith(known.http, [{ name: account, api }], state, account));
  const me = await askMe(opened, AbortSignal.timeout(askMs));
  await opened.close();
  if (!me.ok) return failedProbe(me.delivery).detail;
  const done = await whileStill(state, account, async () => {
    // It may have been renewed by the question.
    const now = await readCredentials(state, account);
    const named = now.ok
      ? { ...now.credentials, userId: me.value.id, screenName: me.value.username }
      : undefined;
    if (named !== undefined) await writeCredentials(state, account, named);
    return named;
  });
  return (done.ok ? done.value : undefined) ?? 'the tokens were changed meanwhile';
}
