import { existsSync } from 'node:fs';
import { createAlerting, type Alerting } from '../alerting/alerting.ts';
import type { Config } from '../config/config.ts';
import { alertingRules } from '../daemon/alerting-rules.ts';
import { recover, type Recovered } from '../daemon/recovery.ts';
import { buildOf } from '../daemon/way.ts';
import type { MatchPorts } from '../match/contract.ts';
import type { Row } from '../model/machine.ts';
import type { LedgerFailure } from '../store/contract.ts';
import { ledgerPath } from '../store/directory.ts';
import { openLedgerReader } from '../store/ledger.ts';
import { createMemoryLedger } from '../store/memory.ts';
import { seedLedger } from './seed.ts';

/** The machines as the ledger has them, in memory; without one, as they begin. */
export interface StandingMachines {
  readonly engine: Recovered['machines']['engine'];
  readonly rows: readonly Row[];
  readonly alerting: Alerting;
  readonly nextSeq: number;
  /** Whether there is a ledger. */
  readonly isKept: boolean;
}

export type Stood =
  | { readonly ok: true; readonly machines: StandingMachines }
  | { readonly ok: false; readonly failure: LedgerFailure };

/** Reads the state that rules and alerts are in; changes nothing on disk, whether a daemon runs or not. */
export async function standingMachines(
  config: Config,
  directory: string | undefined,
  match: MatchPorts,
): Promise<Stood> {
  const ledger = createMemoryLedger();
  const isKept = directory !== undefined && existsSync(ledgerPath(directory));
  let alertingRows: readonly Row[] = [];
  if (isKept) {
    const failure = (await seedLedger(ledger, directory)) ?? undefined;
    if (failure !== undefined) return { ok: false, failure };
    const opened = await openLedgerReader({ directory });
    if (!opened.ok) return opened;
    const recalled = opened.reader.recall();
    opened.reader.close();
    if (!recalled.ok) return recalled;
    alertingRows = recalled.restored.alertingRows;
  }
  const recovery = recover(ledger, buildOf(config, { match }));
  if (!recovery.ok) return recovery;
  const settled = ledger.recall();
  if (!settled.ok) return settled;
  const alerting = createAlerting(alertingRules(config));
  alerting.restore(alertingRows);
  const { machines, nextSeq } = recovery.recovered;
  return {
    ok: true,
    machines: { engine: machines.engine, rows: settled.restored.engineRows, alerting, nextSeq, isKept },
  };
}
