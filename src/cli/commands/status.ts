import { counted } from '../../kit/count.ts';
import { callControl } from '../../control/client.ts';
import type { Status } from '../../daemon/status.ts';
import { safeLine } from '../../kit/terminal.ts';
import { instant } from '../../model/time.ts';
import { channelLines } from '../channel-lines.ts';
import { exit, type ExitCode } from '../exit.ts';
import { checkConfig } from '../read-config.ts';
import type { Settings } from '../settings.ts';
import { complain, print, printJson, table } from '../terminal.ts';
import { clockTime, timesOf } from '../times.ts';
import { withReader } from '../with-reader.ts';

const timeoutMs = 5_000;

/** `status`: the daemon's own words, or what the ledger holds when none runs (exit 1). */
export async function status(settings: Settings): Promise<ExitCode> {
  const answered = await callControl(settings.state, 'status', {}, { timeoutMs });
  if (answered.ok) {
    if (settings.json) printJson(answered.value);
    else if (isStatus(answered.value)) printStatus(answered.value);
    else {
      complain('the daemon is of another version than this program; restart it, or use --json');
      return exit.failed;
    }
    return exit.done;
  }
  if (answered.reason !== 'noDaemon') {
    complain(`the daemon does not answer: ${answered.detail}`);
    return exit.failed;
  }
  return statusOfLedger(settings);
}

async function statusOfLedger(settings: Settings): Promise<ExitCode> {
  const checked = await checkConfig(settings);
  const config = checked.ok ? checked.value : undefined;
  // A daemon that answers needs none of the machines.
  const { keptStatus } = await import('../kept-status.ts');
  const before = 'no daemon runs, and ';
  return withReader(
    settings,
    (reader) => {
      const kept = keptStatus(reader, config, instant(Date.now()));
      if (settings.json) printJson(kept);
      else {
        print('no daemon runs; this is what the ledger knows');
        if (config === undefined)
          print('the configuration cannot be used: rules and budgets are left out (see check)');
        print(timesOf());
        printSums(kept);
        printChannels(kept);
      }
      return exit.failed;
    },
    before,
  );
}

/** A daemon of this very program says so by the version of its status: the rest of the form follows. */
const isStatus = (value: unknown): value is Status =>
  typeof value === 'object' &&
  value !== null &&
  'version' in value &&
  value.version === 1 &&
  'breaches' in value;

function printStatus(status: Status): void {
  print(`running since ${clock(status.startedAt)}, process ${status.pid}, ${mebibytes(status.rssBytes)}`);
  print(timesOf());
  print('\nsources');
  print(table(status.sources.map(sourceRow)));
  if (status.catchingUp.length > 0) print(`  catching up: ${status.catchingUp.join(' ')}`);
  printSums(status);
  printChannels(status);
}

/** Both sums, and those that do not hold. */
function printSums(status: Pick<Status, 'rules' | 'receivers' | 'breaches'>): void {
  print('\nrules: matched = raised + absorbed');
  const busy = status.rules.filter(({ matched }) => matched > 0);
  print(
    busy.length === 0
      ? `  none of ${status.rules.length} matched yet`
      : table(
          busy.map((rule) => [`  ${rule.rule}`, `${rule.matched} = ${rule.raised} + ${sum(rule.absorbed)}`]),
        ),
  );
  print('\nreceivers: raised = delivered + joined + muted + held + pending + undelivered');
  for (const each of status.receivers) {
    const { raised, delivered, joined, muted, held, pending, undelivered } = each;
    const right = [delivered, joined, sum(muted), held, pending, undelivered].join(' + ');
    print(`  ${each.receiver}  ${each.rule}  ${raised} = ${right}`);
  }
  for (const { rule, receiver, at, text } of status.breaches)
    print(
      safeLine(
        `  DOES NOT HOLD since ${clock(at)}: ${rule}${receiver === undefined ? '' : ` for ${receiver}`}: ${text}`,
      ),
    );
}

function printChannels(status: Pick<Status, 'channels' | 'silences' | 'ledger'>): void {
  print('\nchannels');
  for (const channel of status.channels)
    for (const line of channelLines(channel, instant(Date.now()))) print(safeLine(line));
  if (status.silences > 0) print(`\n${status.silences} silence(s): see silences list`);
  print(`\nledger: ${ledgerLine(status.ledger)}`);
  const { dead = 0 } = status.ledger.byState;
  if (dead > 0) print(`  ${dead} message(s) given up: see alerts list --undelivered`);
  if (status.ledger.trouble !== undefined) print(`  CANNOT BE WRITTEN: ${safeLine(status.ledger.trouble)}`);
}

const sourceRow = (source: Status['sources'][number]): readonly string[] => [
  `  ${source.name}`,
  counted(source.lines, 'line'),
  `${source.candidates} candidates`,
  source.streams.map(({ stream, condition }) => `${stream} ${condition}`).join(', '),
];

const sum = (parts: { readonly [name: string]: number }): number =>
  Object.values(parts).reduce((total, part) => total + part, 0);

/** By the clocks of this machine, as all times of a status that a person reads. */
const clock = (iso: string): string => clockTime(instant(Date.parse(iso)), instant(Date.now()));

const mebibytes = (bytes: number): string => `${Math.round(bytes / 1048576)} MiB`;

function ledgerLine(counts: Status['ledger']): string {
  const states = Object.entries(counts.byState).map(([state, count]) => `${count} ${state}`);
  const commit = counts.commitMedianMs === undefined ? '' : `, commit ${counts.commitMedianMs.toFixed(2)} ms`;
  return `${counted(counts.alerts, 'alert')}, ${counts.openAlerts} open; messages: ${states.join(', ') || 'none'}; ${mebibytes(counts.bytes)}${commit}`;
}
