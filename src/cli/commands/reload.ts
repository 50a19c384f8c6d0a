import { existsSync } from 'node:fs';
import { callControl } from '../../control/client.ts';
import { exit, type ExitCode } from '../exit.ts';
import type { Settings } from '../settings.ts';
import { elsewhere } from '../with-reader.ts';
import { complain, print } from '../terminal.ts';

const timeoutMs = 60_000;

/** `reload`: the daemon reads its configuration again; a wrong one changes nothing. */
export async function reload(settings: Settings): Promise<ExitCode> {
  const answered = await callControl(settings.state, 'reload', {}, { timeoutMs });
  if (answered.ok) {
    if (!settings.quiet) print('reloaded');
    return exit.done;
  }
  complain(
    answered.reason === 'noDaemon'
      ? `no daemon works on ${settings.state}${elsewhere(settings, existsSync)}`
      : `not reloaded: ${answered.detail}`,
  );
  return exit.failed;
}
