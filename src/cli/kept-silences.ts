import { createAlerting } from '../alerting/alerting.ts';
import type { Silence } from '../alerting/silence.ts';
import { millis, type Instant } from '../model/time.ts';
import type { LedgerReader } from '../store/contract.ts';

/** Who reads silences needs no one to tell of them. */
const nobody = { receivers: [], routes: [], channels: [], giveUpAfter: millis(1), maxWaiting: 1 };

/** The silences that a ledger holds and that have not ended, oldest first. */
export function keptSilences(reader: LedgerReader, now: Instant): readonly Silence[] {
  const alerting = createAlerting(nobody);
  alerting.restore(reader.restore().alertingRows);
  return alerting.silences().filter(({ endsAt }) => endsAt > now);
}
