import { parseDuration } from '../../kit/duration.ts';
import { safeForTerminal, safeLine } from '../../kit/terminal.ts';
import type { Alert, Notification } from '../../model/alert.ts';
import { instant } from '../../model/time.ts';
import type { LedgerReader } from '../../store/contract.ts';
import { exit, type ExitCode } from '../exit.ts';
import type { Settings } from '../settings.ts';
import { complain, print, printJson, table } from '../terminal.ts';
import { localTime, timesOf, withLocalTimes } from '../times.ts';
import { withReader } from '../with-reader.ts';

interface ListFlags {
  readonly rule?: string;
  readonly severity?: string;
  readonly since?: string;
  readonly open?: boolean;
  readonly undelivered?: boolean;
  readonly limit: string;
}

/** Most alerts that are looked at for those that are wanted. */
const mostRead = 100_000;

/** `alerts list`: newest first. */
export async function list(
  settings: Settings,
  _args: readonly string[],
  flags: ListFlags,
): Promise<ExitCode> {
  const limit = Number(flags.limit);
  const length = flags.since === undefined ? undefined : parseDuration(flags.since);
  const wrong =
    !Number.isInteger(limit) || limit < 1
      ? `--limit takes a whole number from 1, not '${flags.limit}'`
      : flags.since !== undefined && length === undefined
        ? `--since takes a length of time such as 2h, not '${flags.since}'`
        : undefined;
  if (wrong !== undefined) {
    complain(wrong);
    return exit.usage;
  }
  return withReader(settings, (reader) => {
    const isSifted = flags.severity !== undefined || flags.undelivered === true;
    const read = reader.alerts({
      limit: isSifted ? mostRead : limit,
      ...(flags.rule === undefined ? {} : { rule: flags.rule }),
      ...(length === undefined ? {} : { since: instant(Date.now() - length) }),
      ...(flags.open === true ? { status: 'open' as const } : {}),
    });
    const found = isSifted ? read.filter((alert) => isWanted(alert, flags, reader)).slice(0, limit) : read;
    if (settings.json) for (const alert of found) printJson({ version: 1, ...alert });
    else if (found.length === 0) print('no alerts');
    else {
      print(timesOf());
      print(table(found.map((alert) => row(alert, stateOf(reader.notificationsOf(alert.id))))));
    }
    if (isSifted && read.length === mostRead && found.length < limit)
      complain(`only the newest ${mostRead} alerts were looked at; --since or --rule narrows it down`);
    return exit.done;
  });
}

const isWanted = (alert: Alert, { severity, undelivered }: ListFlags, reader: LedgerReader): boolean =>
  (severity === undefined || alert.severity === severity) &&
  (undelivered !== true || reader.notificationsOf(alert.id).some(({ state }) => state === 'dead'));

/** `alerts show ID`: the alert and its messages. */
export function show(settings: Settings, [prefix = '']: readonly string[]): Promise<ExitCode> {
  return withAlert(settings, prefix, (alert, reader) => {
    const notifications = reader.notificationsOf(alert.id);
    if (settings.json) {
      printJson({ version: 1, ...alert, notifications });
      return;
    }
    print(timesOf());
    print(
      table([
        ['id', alert.id],
        ['rule', alert.rule],
        ['key', alert.key.join(' ')],
        ['severity', alert.severity],
        ['status', alert.status],
        ['raises', String(alert.raises)],
        ['first', localTime(alert.firstAt)],
        ['last', localTime(alert.lastAt)],
        ...(alert.ack === undefined
          ? []
          : [
              [
                'acknowledged',
                `${localTime(alert.ack.at)} by ${alert.ack.author} ${alert.ack.note}`.trimEnd(),
              ],
            ]),
      ]),
    );
    for (const sample of alert.samples) print(quoted(sample));
    for (const notification of notifications) {
      print(`\n${describe(notification)}`);
      for (const part of reader.message(notification.id)?.parts ?? []) print(indent(safeForTerminal(part)));
    }
  });
}

/** `alerts why ID`: every decision, in the order in which it was made. */
export function why(settings: Settings, [prefix = '']: readonly string[]): Promise<ExitCode> {
  return withAlert(settings, prefix, (alert, reader) => {
    const decisions = reader.decisionsOf(alert.id);
    if (settings.json) {
      for (const decision of decisions) printJson({ version: 1, ...decision });
      return;
    }
    print(timesOf());
    print(`${alert.id}  ${alert.severity}  ${alert.rule}  ${safeLine(alert.key.join(' '))}`.trimEnd());
    print(`from ${safeLine(`${alert.last.source} ${alert.last.stream}`)} at byte ${alert.last.offset}:`);
    print(quoted(alert.last.line));
    print(table(decisions.map(({ at, step, text }) => [localTime(at), step, withLocalTimes(text)])));
    const waiting = reader
      .notificationsOf(alert.id)
      .filter(({ state }) => ['pending', 'held', 'unknown'].includes(state));
    for (const notification of waiting) print(`waits: ${describe(notification)}`);
  });
}

/** A record of a log, each of its lines marked as one. */
const quoted = (record: string): string => safeForTerminal(record).replaceAll(/^/gm, '  | ');
const indent = (text: string): string => text.replaceAll(/^/gm, '    ');

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

function describe(notification: Notification): string {
  const { receiver, channel, state, attempt, why: reason } = notification;
  const due = ['pending', 'held', 'unknown'].includes(state)
    ? `, next at ${localTime(notification.dueAt)}`
    : '';
  const because = reason === undefined ? '' : `: ${safeLine(withLocalTimes(reason))}`;
  return `${state} to ${receiver} by ${channel}, attempt ${attempt}${due}${because}`;
}

function withAlert(
  settings: Settings,
  prefix: string,
  use: (alert: Alert, reader: LedgerReader) => void,
): Promise<ExitCode> {
  return withReader(settings, (reader) => {
    const found = reader.findAlerts(prefix.replace(/^#/, '').toUpperCase());
    const [alert, other] = found;
    if (alert === undefined) complain(`no alert begins with '${safeLine(prefix)}'`);
    else if (other !== undefined)
      complain(`several alerts begin with '${safeLine(prefix)}': ${found.map(({ id }) => id).join(' ')}`);
    else {
      use(alert, reader);
      return exit.done;
    }
    return exit.failed;
  });
}
