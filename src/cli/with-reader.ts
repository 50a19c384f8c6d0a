import type { LedgerReader } from '../store/contract.ts';
import { LedgerError } from '../store/failure.ts';
import { openLedgerReader } from '../store/ledger.ts';
import { exit, type ExitCode } from './exit.ts';
import type { Settings } from './settings.ts';
import { complain } from './terminal.ts';

/** Reads in the ledger, whether a daemon runs or not; says why where it cannot be read, after the words `before`. */
export async function withReader(
  settings: Pick<Settings, 'state'>,
  use: (reader: LedgerReader) => ExitCode,
  before = '',
): Promise<ExitCode> {
  const opened = await openLedgerReader({ directory: settings.state });
  if (!opened.ok) {
    complain(`${before}no ledger in ${settings.state}: ${opened.failure.detail}`);
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
