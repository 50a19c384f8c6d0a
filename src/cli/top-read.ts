import { callControl, type ControlAnswer } from '../control/client.ts';
import type { Metrics } from '../daemon/metrics/contract.ts';
import type { OpenAlerts } from '../daemon/metrics/open-alerts.ts';
import type { Json } from '../model/json.ts';

/** Everything that is shown, as the daemon told it at one moment. */
export interface Snapshot {
  readonly metrics: Metrics;
  readonly open: OpenAlerts;
}

export type Read =
  | { readonly ok: true; readonly snapshot: Snapshot }
  | { readonly ok: false; readonly detail: string };

const timeoutMs = 5_000;
/** Most open alerts that are asked for: more than any screen shows. */
const mostAlerts = 500;

/** Asks the daemon of a state directory. Never rejects. */
export async function readSnapshot(state: string): Promise<Read> {
  const [metrics, open] = await Promise.all([
    callControl(state, 'metrics', {}, { timeoutMs }),
    callControl(state, 'open-alerts', { limit: mostAlerts }, { timeoutMs }),
  ]);
  if (!metrics.ok) return { ok: false, detail: whyNot(metrics) };
  if (!open.ok) return { ok: false, detail: whyNot(open) };
  if (!isMetrics(metrics.value) || !isOpenAlerts(open.value)) return { ok: false, detail: otherVersion };
  return { ok: true, snapshot: { metrics: metrics.value, open: open.value } };
}

const otherVersion = 'the daemon is of another version than this program; restart it';

function whyNot(answer: Extract<ControlAnswer, { readonly ok: false }>): string {
  if (answer.reason === 'noDaemon') return 'no daemon runs (status tells what the ledger knows)';
  return answer.code === 'unknownCommand' ? otherVersion : `the daemon does not answer: ${answer.detail}`;
}

/** A daemon of this very program says so by the version: the rest of the form follows. */
const isMetrics = (value: unknown): value is Metrics => isFirst(value) && 'ledger' in value;
const isOpenAlerts = (value: unknown): value is OpenAlerts => isFirst(value) && 'alerts' in value;

const isFirst = (value: unknown): value is { readonly version: Json } =>
  typeof value === 'object' && value !== null && 'version' in value && value.version === 1;
