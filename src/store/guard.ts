import type { Ledger, LedgerFailure, LedgerReader } from './contract.ts';
import { failureOf, LedgerError } from './failure.ts';
import type { RawReader } from './read.ts';

/**
 * Told that the disk failed under a read, or that what was read is damaged. When it returns, the read
 * answers with nothing; it may throw instead.
 */
export type OnReadFailure = (failure: LedgerFailure) => void;

/** For callers that would rather catch: a `LedgerError`. */
export const throwFailure: OnReadFailure = (failure) => {
  throw new LedgerError(failure);
};

/**
 * The same reader, whose methods never throw for what the world did: each such failure is told to
 * `onFailure`, and the answer is empty. Only `restore` throws a `LedgerError` whatever `onFailure` does,
 * because a start from nothing would raise everything again.
 */
export function guardReads(reader: RawReader, onFailure: OnReadFailure): LedgerReader {
  const guarded = <T>(read: () => T, otherwise: T): T => {
    try {
      return read();
    } catch (error) {
      onFailure(worldly(error));
      return otherwise;
    }
  };
  return {
    alerts: (filter) => guarded(() => reader.alerts(filter), []),
    countAlerts: (filter) => guarded(() => reader.countAlerts(filter), 0),
    findAlerts: (prefix) => guarded(() => reader.findAlerts(prefix), []),
    openAlerts: () => guarded(reader.openAlerts, []),
    notificationsOf: (alert) => guarded(() => reader.notificationsOf(alert), []),
    decisionsOf: (alert) => guarded(() => reader.decisionsOf(alert), []),
    message: (notification) => guarded(() => reader.message(notification), undefined),
    unsettled: (limit) => guarded(() => reader.unsettled(limit), []),
    countUnsettled: () => guarded(reader.countUnsettled, 0),
    intents: (filter) => guarded(() => reader.intents(filter), []),
    lastSent: (channels) => guarded(() => reader.lastSent(channels), undefined),
    counts: () => guarded(reader.counts, { alerts: 0, openAlerts: 0, byState: {}, bytes: 0 }),
    marks: () => guarded(reader.marks, undefined),
    memo: (name) => guarded(() => reader.memo(name), undefined),
    close: () => guarded(reader.close, undefined),
    recall: reader.recall,
    restore() {
      const recalled = reader.recall();
      if (!recalled.ok) throw new LedgerError(recalled.failure);
      return recalled.restored;
    },
  };
}

/** The same for retention: a failure ends the call early, and the next one goes on. */
export function guardRetention({ retain }: Pick<Ledger, 'retain'>, onFailure: OnReadFailure): typeof retain {
  return (limits) => {
    try {
      return retain(limits);
    } catch (error) {
      onFailure(worldly(error));
      return { deleted: 0 };
    }
  };
}

function worldly(error: unknown): LedgerFailure {
  const failure = failureOf(error);
  if (failure === undefined) throw error;
  return failure;
}
