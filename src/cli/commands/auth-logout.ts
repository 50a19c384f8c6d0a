import { isAccountName, readCredentials, removeCredentials } from '../../channels/x/tokens.ts';
import { exit, type ExitCode } from '../exit.ts';
import type { Settings } from '../settings.ts';
import { complain, print } from '../terminal.ts';
import { whileStill } from './auth-store.ts';

/** `auth logout x`: forgets the tokens here; what X knows of them stays until it is revoked there. */
export async function authLogout(
  settings: Settings,
  [service = '']: readonly string[],
  flags: { readonly account: string },
): Promise<ExitCode> {
  if (service !== 'x' || !isAccountName(flags.account)) {
    complain('usage: auth logout x [--account NAME]');
    return exit.usage;
  }
  const read = await readCredentials(settings.state, flags.account);
  if (!read.ok && read.absent) {
    complain(`account ${flags.account} is not logged in`);
    return exit.failed;
  }
  const done = await whileStill(settings.state, flags.account, () =>
    removeCredentials(settings.state, flags.account),
  );
  const removed = done.ok ? done.value : done;
  if (!removed.ok) {
    complain(removed.detail);
    return exit.failed;
  }
  print('forgotten here; to revoke it too: x.com, Settings, Security, Connected apps');
  return exit.done;
}
