import { counted } from '../../kit/count.ts';
import type { Daemon } from '../../daemon/contract.ts';
import { openLog, type Log } from '../../daemon/log.ts';
import { answerControl } from '../../daemon/control-answers.ts';
import { serveControl } from '../../control/server.ts';
import type { LedgerFailure } from '../../store/contract.ts';
import { boundHeap } from '../heap.ts';
import { exit, type ExitCode } from '../exit.ts';
import { host, type Hosted } from '../host.ts';
import { hostPatiently } from '../patient-start.ts';
import { checkWatched, readConfig } from '../read-config.ts';
import type { Settings } from '../settings.ts';
import { openSupervision, type Supervision } from '../supervision.ts';
import { stopSignal, workAtSignals } from '../signals.ts';
import { complain, formatDiagnostic, outliveOutput } from '../terminal.ts';
import { until } from '../until.ts';

/** How long a clean stop waits for sends under way. */
const stopGraceMs = 15_000;
/** How long `--once` tries a ledger that cannot be written. */
const troubleGraceMs = 3_000;
/** How long `--once` waits for messages that are tried again, before they stay queued. */
const onceGraceMs = 10_000;

/** How often it is looked at whether the ledger's backup is of today. */
const backUpEveryMs = 3_600_000;

/** `run`: the daemon, in the foreground. */
export async function run(
  settings: Settings,
  _args: readonly string[],
  flags: { readonly once?: boolean; readonly dryRun?: boolean },
): Promise<ExitCode> {
  outliveOutput();
  const config = await readConfig(settings, { onScreen: flags.dryRun === true, watches: true });
  if (config === undefined) return exit.badConfiguration;
  boundHeap(60);
  const log = await openLog(settings.verbose ? 'debug' : settings.quiet ? 'error' : 'info');
  const waits = flags.once !== true && flags.dryRun !== true;
  const supervision = openSupervision(process.env, process.pid);
  const hosting = await (waits ? hostPatiently : host)({
    config,
    ...(flags.dryRun === true ? { seedFrom: settings.state } : { state: settings.state }),
    mode: 'live',
    follow: flags.once !== true,
    log,
  });
  if (!hosting.ok) return hosting.code;
  return flags.once === true ? runOnce(hosting.hosted) : runOn(hosting.hosted, settings, log, supervision);
}

/** Reads what is new, delivers, stops. */
export async function runOnce({ daemon, unread, leave }: Hosted): Promise<ExitCode> {
  daemon.start();
  let read = false;
  let bug: unknown;
  daemon.sourcesEnded().then(
    () => (read = true),
    (error: unknown) => (bug = error ?? 'no reason'),
  );
  const trouble = (): boolean => bug !== undefined || daemon.troubledFor() > troubleGraceMs;
  await until(() => (read && daemon.quiet()) || trouble(), Infinity);
  await until(() => daemon.quiet() && daemon.undelivered() === 0, onceGraceMs);
  const unwritten = daemon.trouble();
  const left = daemon.undelivered();
  await leave(stopGraceMs);
  const failure = whyFailed(bug, unwritten, unread());
  if (failure !== undefined) {
    complain(`${failure}; what was not committed is read again by the next run`);
    return exit.failed;
  }
  if (left > 0) complain(`${left} message(s) are queued; the next run or send tries again`);
  return left > 0 ? exit.queued : exit.done;
}

function whyFailed(
  bug: unknown,
  unwritten: LedgerFailure | undefined,
  unread: LedgerFailure | undefined,
): string | undefined {
  if (bug !== undefined) return `a source ended by a bug: ${traceOf(bug)}`;
  if (unwritten !== undefined) return `the ledger cannot be written: ${unwritten.detail}`;
  return unread && `the ledger cannot be read: ${unread.detail}`;
}

async function runOn(
  { daemon, lock, backUp, leave }: Hosted,
  settings: Settings,
  log: Log,
  supervision: Supervision,
): Promise<ExitCode> {
  const reload = async () => {
    const checked = await checkWatched(settings);
    const told = checked.diagnostics.map(formatDiagnostic);
    if (!checked.ok)
      return { ok: false as const, detail: ['nothing changed, for there are mistakes', ...told].join('\n') };
    const failed = await daemon.reload(checked.value);
    if (failed !== undefined) return { ok: false as const, detail: failed.detail };
    log.info('configuration read again', { rules: checked.value.program.rules.length, warnings: told });
    return { ok: true as const };
  };
  const report = (error: unknown): void =>
    log.error('a command on the control socket failed by a bug', { text: traceOf(error) });
  const control =
    lock === undefined ? undefined : await serveControl(lock, answerControl(daemon, reload), { report });
  if (control?.ok === false) log.warn('no control socket', { text: control.detail });
  const stopped = stopSignal();
  daemon.start();
  workAtSignals({
    SIGHUP: () =>
      void reload().then(
        (result) => result.ok || log.error('reload', { text: result.detail }),
        (error: unknown) => log.error('reload', { text: String(error) }),
      ),
    SIGUSR1: () => log.info('status', { status: daemon.status() }),
    // What rules write to files and connections opens anew, as after the rotation of their logs.
    SIGUSR2: () => void daemon.signal('USR2'),
  });
  log.info('watching', { pid: process.pid });
  supervision.ready();
  supervision.feed(
    () => isAlive(daemon),
    () => sentenceOf(daemon),
  );
  let copying = backUp();
  const copies = setInterval(() => void (copying = backUp()), backUpEveryMs);
  await stopped;
  log.info('stopping');
  supervision.stopping();
  clearInterval(copies);
  await copying;
  if (control?.ok === true) await control.close();
  await leave(stopGraceMs);
  return exit.done;
}

/** A ledger that cannot be written is known and told: another start would only say it again. */
async function isAlive(daemon: Daemon): Promise<void> {
  const isTroubled = (): boolean => daemon.trouble() !== undefined;
  if (isTroubled()) return;
  let arrived = false;
  void daemon.pulse().then(() => (arrived = true));
  await until(() => arrived || isTroubled(), Infinity);
}

/** What `systemctl status` shows: log text is no part of it. */
function sentenceOf(daemon: Daemon): string {
  const trouble = daemon.trouble();
  if (trouble !== undefined) return `the ledger cannot be written (${trouble.type})`;
  const { sources, ledger } = daemon.status();
  const lines = sources.reduce((total, source) => total + source.lines, 0);
  const messages = daemon.undelivered();
  const waiting = `${counted(messages, 'message')} ${messages === 1 ? 'waits' : 'wait'}`;
  return `${counted(lines, 'line')} read, ${counted(ledger.openAlerts, 'alert')} open, ${waiting}`;
}

const traceOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
