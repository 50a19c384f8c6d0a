import { existsSync } from 'node:fs';
import type { LedgerReader } from '../store/contract.ts';
import { LedgerError } from '../store/failure.ts';
import { openLedgerReader } from '../store/ledger.ts';
import { exit, type ExitCode } from './exit.ts';
import { systemState, type Settings } from './settings.ts';
import { complain } from './terminal.ts';

/** Reads in the ledger, whether a daemon runs or not; says why where it cannot be read, after the words `before`. */
export async function withReader(
  settings: Pick<Settings, 'state'>,
  use: (reader: LedgerReader) => ExitCode,
  before = '',
): Promise<ExitCode> {
  const opened = await openLedgerReader({ directory: settings.state });
  if (!opened.ok) {
    complain(`${before}${opened.failure.detail}${elsewhere(settings, existsSync)}`);
    return exit.failed;
  }
  try {
    return use(opened.reader);
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    complain(`the ledger in ${settings.state} cannot be read: ${error.message}`);
    return exit.failed;
  } finally {
    opened.reader.close();
  }
}

/** Who asks as a user where the service works looks into the wrong place. Empty where there is no other. */
export function elsewhere({ state }: Pick<Settings, 'state'>, isThere: (path: string) => boolean): string {
  if (state === systemState || !isThere(systemState)) return '';
  return ` (what runs as a service keeps its state in ${systemState}: sudo bird-sentinel …)`;
}
