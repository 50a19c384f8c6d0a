import { z } from 'zod';
import type { Config } from '../config/config.ts';
import type { Checkpoint, Ledger } from '../store/contract.ts';
import type { Offer } from './contract.ts';
import type { Log } from './log.ts';

const name = 'orphans';

/**
 * Open alerts of rules that changed, to be kept with the checkpoint of the new rules: after a crash before they
 * were ended nothing else would tell that their rules were others.
 */
export function orphansOf(
  ledger: Pick<Ledger, 'openAlerts' | 'memo'>,
  changed: readonly string[],
): Pick<Checkpoint, 'memo'> {
  const known = knownOrphans(ledger);
  const open = ledger.openAlerts().filter(({ id, rule }) => changed.includes(rule) || known.has(id));
  return open.length === 0 ? {} : { memo: { name, value: open.map(({ id }) => id) } };
}

/** Those of the last change; most are over by now. */
const knownOrphans = (ledger: Pick<Ledger, 'memo'>): ReadonlySet<string> =>
  new Set(z.array(z.string()).catch([]).parse(ledger.memo(name)));

/** Alerts of rules that are not what they were have nobody left who could end them. */
export function endOrphans(
  { ledger, log }: { readonly ledger: Pick<Ledger, 'openAlerts' | 'memo'>; readonly log: Pick<Log, 'warn'> },
  { program }: Pick<Config, 'program'>,
  changed: readonly string[],
  offer: Offer,
): void {
  if (changed.length > 0) log.warn('rules changed: their state starts afresh', { rules: changed });
  const rules = new Set(program.rules.map(({ id }) => id));
  const known = knownOrphans(ledger);
  for (const { id, rule } of ledger.openAlerts()) {
    const isGone = !rules.has(rule) && !rule.startsWith('sentinel/');
    if (!isGone && !known.has(id)) continue;
    offer({
      type: 'decide',
      input: (now) => ({ type: 'resolve', now, alert: id, why: 'its rule changed', isOrphan: true }),
    });
  }
}
