import { createAlerting } from '../alerting/alerting.ts';
import type { Config } from '../config/config.ts';
import { createMatchPorts } from '../daemon/node-ports.ts';
import { lookBack } from '../daemon/recovery.ts';
import { breachesOf, channelsOf, type Status } from '../daemon/status.ts';
import { buildOf } from '../daemon/way.ts';
import { millis, type Instant } from '../model/time.ts';
import type { LedgerReader } from '../store/contract.ts';

/** What a ledger tells where no daemon runs, in the words of a daemon's status. */
export interface KeptStatus extends Pick<
  Status,
  'rules' | 'receivers' | 'channels' | 'silences' | 'breaches' | 'ledger'
> {
  readonly version: 1;
  readonly running: false;
}

/** Who only reads needs no one to tell. */
const nobody = { receivers: [], routes: [], channels: [], giveUpAfter: millis(1), maxWaiting: 1 };

/**
 * How things stood at the last commit, budgets as they are at `now`. Without a configuration nothing is
 * known of what lines came to, and of channels only where something waits. Throws a `LedgerError` when the
 * ledger cannot be read.
 */
export function keptStatus(reader: LedgerReader, config: Config | undefined, now: Instant): KeptStatus {
  const restored = reader.restore();
  const counts = reader.counts();
  const { rules, alerting } =
    config === undefined
      ? { rules: [], alerting: createAlerting(nobody) }
      : withRules(lookBack(restored, buildOf(config, { match: createMatchPorts() })));
  if (config === undefined) alerting.restore(restored.alertingRows);
  return {
    version: 1,
    running: false,
    rules,
    receivers: alerting.counters(),
    channels: channelsOf(alerting.channels(now), config ?? { channels: [] }),
    silences: alerting.silences().filter(({ endsAt }) => endsAt > now).length,
    breaches: breachesOf(alerting.breaches()),
    ledger: counts,
  };
}

const withRules = ({ engine, alerting }: ReturnType<typeof lookBack>) => ({
  rules: engine.counters(),
  alerting,
});
