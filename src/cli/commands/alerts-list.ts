import { parseDuration } from '../../kit/duration.ts';
import type { Alert, Notification } from '../../model/alert.ts';
import { instant } from '../../model/time.ts';
import type { AlertFilter, LedgerReader } from '../../store/contract.ts';
import { exit, type ExitCode } from '../exit.ts';
import type { Settings } from '../settings.ts';
import { complain, print, printJson, table } from '../terminal.ts';
import { localTime, timesOf } from '../times.ts';
import { withReader } from '../with-reader.ts';

interface ListFlags {
  readonly rule?: string;
  readonly severity?: string;
  readonly since?: string;
  readonly open?: boolean;
  readonly undelivered?: boolean;
  readonly limit: string;
  readonly all?: boolean;
}

/** What is listed: at most `limit`, sifted out of what the ledger finds by `filter`. */
interface Wanted {
  readonly filter: Omit<AlertFilter, 'limit'>;
  readonly limit: number;
  readonly isSifted: boolean;
  readonly fits: (alert: Alert, reader: LedgerReader) => boolean;
}

/** What was found; `more` fit as well and are left out. */
interface Found {
  readonly alerts: readonly Alert[];
  readonly more: number;
  /** Not all of the ledger was looked at. */
  readonly isPartial: boolean;
}

/** Most alerts that are looked at for those that are wanted, unless all are. */
const mostRead = 100_000;

const unlimited = Number.MAX_SAFE_INTEGER;

/** `alerts list`: newest first. */
export async function list(
  settings: Settings,
  _args: readonly string[],
  flags: ListFlags,
): Promise<ExitCode> {
  const wanted = wantedBy(flags);
  if (typeof wanted === 'string') {
    complain(wanted);
    return exit.usage;
  }
  return withReader(settings, (reader) => {
    const found = find(reader, wanted);
    show(settings, reader, found.alerts);
    const left = leftOut(found);
    if (left !== undefined && !settings.quiet) complain(left);
    return exit.done;
  });
}

/** What the flags ask for, or what is wrong with them. */
function wantedBy(flags: ListFlags): Wanted | string {
  const limit = flags.all === true ? unlimited : Number(flags.limit);
  if (!Number.isInteger(limit) || limit < 1)
    return `--limit takes a whole number from 1, not '${flags.limit}'`;
  const length = flags.since === undefined ? undefined : parseDuration(flags.since);
  if (flags.since !== undefined && length === undefined)
    return `--since takes a length of time such as 2h, not '${flags.since}'`;
  const filter = {
    ...(flags.rule === undefined ? {} : { rule: flags.rule }),
    ...(length === undefined ? {} : { since: instant(Date.now() - length) }),
    ...(flags.open === true ? { status: 'open' as const } : {}),
  };
  const isSifted = flags.severity !== undefined || flags.undelivered === true;
  return { filter, limit, isSifted, fits: (alert, reader) => fits(alert, flags, reader) };
}

const fits = (alert: Alert, { severity, undelivered }: ListFlags, reader: LedgerReader): boolean =>
  (severity === undefined || alert.severity === severity) &&
  (undelivered !== true || reader.notificationsOf(alert.id).some(({ state }) => state === 'dead'));

function find(reader: LedgerReader, { filter, limit, isSifted, fits }: Wanted): Found {
  if (!isSifted) {
    const alerts = reader.alerts({ ...filter, limit });
    const more = alerts.length < limit ? 0 : reader.countAlerts(filter) - alerts.length;
    return { alerts, more: Math.max(0, more), isPartial: false };
  }
  const most = Math.max(limit, mostRead);
  const read = reader.alerts({ ...filter, limit: most });
  const fitting = read.filter((alert) => fits(alert, reader));
  const alerts = fitting.slice(0, limit);
  return { alerts, more: fitting.length - alerts.length, isPartial: read.length === most };
}

/** What the list does not show, in words for a person; undefined where it shows all. */
function leftOut({ more, isPartial }: Found): string | undefined {
  if (more > 0)
    return `${isPartial ? 'at least ' : ''}${more} more fit and are not shown: --limit N shows more, --all all of them`;
  return isPartial
    ? `only the newest ${mostRead} alerts were looked at; --since or --rule narrows it down, --all looks at all`
    : undefined;
}

function show(settings: Settings, reader: LedgerReader, alerts: readonly Alert[]): void {
  if (settings.json) for (const alert of alerts) printJson({ version: 1, ...alert });
  else if (alerts.length === 0) print('no alerts');
  else {
    print(timesOf());
    print(table(alerts.map((alert) => row(alert, stateOf(reader.notificationsOf(alert.id))))));
  }
}

const row = (alert: Alert, state: string): readonly string[] => [
  alert.id,
  localTime(alert.firstAt),
  alert.severity,
  alert.status,
  `${alert.raises}x`,
  state,
  alert.rule,
  alert.key.join(' '),
];

/** The worst that became of its messages, in a word. */
function stateOf(notifications: readonly Notification[]): string {
  const states = notifications.map(({ state }) => state);
  const worst = (['dead', 'unknown', 'sending', 'pending', 'held', 'joined', 'sent', 'muted'] as const).find(
    (state) => states.includes(state),
  );
  return worst ?? 'untold';
}
