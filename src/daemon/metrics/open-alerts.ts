import { matches, subjectOfAlert } from '../../alerting/subject.ts';
import type { Silence } from '../../alerting/silence.ts';
import type { Config } from '../../config/config.ts';
import type { Alert, Notification } from '../../model/alert.ts';
import type { Severity } from '../../model/program.ts';
import type { Instant } from '../../model/time.ts';
import type { Way } from '../loop.ts';

/** An open alert as a board shows it; times in milliseconds since the epoch. Texts may quote a log. */
export interface OpenAlertShown {
  readonly id: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly title: string;
  /** The record that raised it last, cut. */
  readonly line: string;
  readonly host?: string;
  readonly raises: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Who takes care of it. */
  readonly ack?: string;
  /** Whose silence keeps it from being told. */
  readonly silencedBy?: string;
}

/** Open alerts, the worst first; of those the ones that nobody takes care of; of those the newest. */
export interface OpenAlerts {
  readonly version: 1;
  /** How many are open, also those that are not listed. */
  readonly total: number;
  readonly alerts: readonly OpenAlertShown[];
}

const ranks: readonly Severity[] = ['critical', 'warning', 'info'];
const longestLine = 500;

/** At most `limit` of the open alerts, with their titles. */
export function openAlertsOf(
  way: Way,
  config: Pick<Config, 'channels'>,
  now: Instant,
  limit: number,
): OpenAlerts {
  const { alerting } = way.machines;
  const silences = alerting.silences().filter(({ startsAt, endsAt }) => startsAt <= now && now < endsAt);
  const open = alerting.openAlerts().map((alert) => ({ alert, silence: silenceFor(alert, silences) }));
  const isQuiet = ({ alert, silence }: (typeof open)[number]): number =>
    Number(alert.ack !== undefined || silence !== undefined);
  const first = open
    .toSorted(
      (a, b) =>
        ranks.indexOf(a.alert.severity) - ranks.indexOf(b.alert.severity) ||
        isQuiet(a) - isQuiet(b) ||
        b.alert.lastAt - a.alert.lastAt,
    )
    .slice(0, limit);
  const channel = config.channels[0]?.name;
  return {
    version: 1,
    total: open.length,
    alerts: first.map(({ alert, silence }) => shown(alert, silence, titleOf(alert, way, channel, now))),
  };
}

const silenceFor = (alert: Alert, silences: readonly Silence[]): Silence | undefined =>
  silences.find(({ when }) => matches(when, subjectOfAlert(alert)));

function shown(alert: Alert, silence: Silence | undefined, title: string): OpenAlertShown {
  const { id, rule, severity, raises, firstAt, lastAt, last, ack } = alert;
  return {
    id,
    rule,
    severity,
    title,
    line: last.line.slice(0, longestLine),
    ...(last.host === undefined ? {} : { host: last.host }),
    raises,
    firstAt,
    lastAt,
    ...(ack === undefined ? {} : { ack: ack.author }),
    ...(silence === undefined ? {} : { silencedBy: silence.author }),
  };
}

/** As a message of any channel would have it. */
function titleOf(alert: Alert, way: Way, channel: string | undefined, now: Instant): string {
  if (channel === undefined) return alert.rule;
  return way.wording(asTold(alert, channel), [alert], now).payload.title;
}

const asTold = ({ id, severity, firstAt }: Alert, channel: string): Notification => ({
  id,
  alerts: [id],
  severity,
  receiver: channel,
  channel,
  hop: 0,
  reason: 'first',
  state: 'sent',
  createdAt: firstAt,
  dueAt: firstAt,
  attempt: 1,
  part: 0,
});
