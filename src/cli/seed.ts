import { existsSync } from 'node:fs';
import type { Ledger, LedgerFailure, Restored } from '../store/contract.ts';
import { ledgerPath } from '../store/directory.ts';
import { openLedgerReader } from '../store/ledger.ts';

/**
 * Puts the positions and the engine's state of a state directory into an empty ledger, so that a dry run
 * goes on where the last run ended. Of alerts and messages it takes nothing: a dry run delivers only its
 * own. Changes nothing on disk; where no ledger is there, there is nothing to go on from.
 */
export async function seedLedger(ledger: Ledger, directory: string): Promise<LedgerFailure | undefined> {
  if (!existsSync(ledgerPath(directory))) return undefined;
  const opened = await openLedgerReader({ directory });
  if (!opened.ok) return opened.failure;
  const recalled = opened.reader.recall();
  opened.reader.close();
  return recalled.ok ? copy(ledger, recalled.restored) : recalled.failure;
}

function copy(ledger: Ledger, restored: Restored): LedgerFailure | undefined {
  const { nextSeq, now, engineRows, rules, journal, marks } = restored;
  // The checkpoint first: it would empty the journal of what comes before its number.
  const checkpointed = ledger.checkpoint({ nextSeq: journal[0]?.seq ?? nextSeq, now, engineRows, rules });
  if (!checkpointed.ok) return checkpointed.failure;
  const committed = ledger.commit({
    at: now,
    nextSeq,
    journal,
    marks: [...marks].flatMap(([source, streams]) =>
      [...streams].map(([stream, mark]) => ({ source, stream, mark })),
    ),
    alerts: [],
    notifications: [],
    messages: new Map(),
    decisions: [],
    alertingRows: [],
  });
  return committed.ok ? undefined : committed.failure;
}
