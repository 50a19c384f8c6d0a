import { safeForTerminal, safeLine } from '../../kit/terminal.ts';
import type { Alert, Notification } from '../../model/alert.ts';
import type { LedgerReader } from '../../store/contract.ts';
import { exit, type ExitCode } from '../exit.ts';
import type { Settings } from '../settings.ts';
import { complain, print, printJson, table } from '../terminal.ts';
import { localTime, timesOf, withLocalTimes } from '../times.ts';
import { withReader } from '../with-reader.ts';

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
