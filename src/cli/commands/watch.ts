import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { counted } from '../../kit/count.ts';
import type { Status } from '../../daemon/status.ts';
import { plainLog } from '../../daemon/log.ts';
import { boardOf, mostOnBoard, withoutWords } from '../board.ts';
import { exit, type ExitCode } from '../exit.ts';
import { boundHeap } from '../heap.ts';
import { host } from '../host.ts';
import { readWatchConfig } from '../read-config.ts';
import type { Settings } from '../settings.ts';
import { complain, complainLine, print } from '../terminal.ts';
import { until } from '../until.ts';

/** Where Debian, Red Hat, SUSE and their kin write what the shipped rules look for. */
const usualLogs = [
  '/var/log/auth.log',
  '/var/log/secure',
  '/var/log/syslog',
  '/var/log/messages',
  '/var/log/kern.log',
];
const graceMs = 2_000;

/** `watch`: no configuration, no ledger on disk; alerts on the screen. */
export async function watch(
  settings: Settings,
  args: readonly string[],
  flags: {
    readonly once?: boolean;
    readonly rule?: readonly string[];
    readonly rules?: readonly string[];
    readonly sec?: string;
    readonly swatch?: string;
  },
): Promise<ExitCode> {
  const sec = flags.sec === undefined ? undefined : (await commandLines()).readSecCommandLine(flags.sec);
  const others = sec === undefined ? usualLogs.filter((file) => existsSync(file)) : [];
  const swatch =
    flags.swatch === undefined ? undefined : (await commandLines()).readSwatchCommandLine(flags.swatch);
  if (flags.swatch !== undefined && swatch === undefined) {
    complain('--swatch names no configuration: add -c FILE');
    return exit.usage;
  }
  const named = [...args, ...(swatch?.files ?? [])];
  const files = named.length > 0 ? named : others;
  const journal = files.length === 0 && sec === undefined && hasJournal();
  if (files.length === 0 && !journal && (sec === undefined || sec.inputs.length === 0)) {
    if (sec !== undefined) {
      complain('--sec names no input: add -input=FILE, or a file after it');
      return exit.usage;
    }
    complain(
      `none of this machine's usual logs is here (${usualLogs.join(' ')}), nor a journal; name a file, or - for standard input`,
    );
    return exit.failed;
  }
  const once = flags.once === true || sec?.once === true || swatch?.once === true;
  if (once && !files.every(readable)) return exit.failed;
  const fifos = files.filter(isFifo);
  const config = await readWatchConfig({
    files: files.filter((file) => !fifos.includes(file)),
    fifos: fifos.map((file) => resolve(file)),
    journal,
    once,
    json: settings.json,
    rules: flags.rule ?? [],
    ruleFiles: flags.rules ?? [],
    ...(sec === undefined ? {} : { sec }),
    ...(swatch === undefined ? {} : { swatch }),
  });
  if (config === undefined) return exit.badConfiguration;
  boundHeap(100);
  // Rules of one's own say each thing they find, as grep does; the packs' findings are gathered.
  const isGathered =
    once && !settings.json && [flags.rule, flags.rules, sec, swatch].every((given) => given === undefined);
  const hosting = await host({
    config: isGathered ? withoutWords(config) : config,
    ...(isGathered ? { keep: mostOnBoard } : {}),
    mode: once ? 'history' : 'live',
    follow: !once,
    log: plainLog(complainLine, settings.quiet ? 'error' : 'warn'),
    // Rule files that somebody names here are to do what they say; their log is the screen.
    intents: { carryOut: true, showCommands: true, say: (_, text) => print(text) },
  });
  if (!hosting.ok) return hosting.code;
  const { daemon, leave, reader } = hosting.hosted;
  daemon.start();
  try {
    await Promise.race([daemon.sourcesEnded(), interrupted()]);
    await until(daemon.quiet, graceMs);
    // Nothing is kept, so for rules this is the end, as with SEC.
    await daemon.signal('TERM');
    await until(daemon.quiet, graceMs);
    if (isGathered) {
      const alerts = reader.alerts({ limit: mostOnBoard });
      for (const line of await boardOf(alerts, config, settings.color)) print(line);
    }
    if (once && !settings.quiet && !settings.json) summarise(daemon.status(), config.program.rules.length);
  } finally {
    await leave(graceMs);
  }
  return exit.done;
}

/** How SEC and swatch are called. */
const commandLines = () => import('../../config/watch-rules.ts');

/** On standard error: silence alone would not tell "all is well" from "nothing was read". */
function summarise(status: Status, rules: number): void {
  const lines = status.sources.reduce((total, source) => total + source.lines, 0);
  const { alerts } = status.ledger;
  complain(`read ${counted(lines, 'line')} with ${counted(rules, 'rule')}: ${counted(alerts, 'alert')}`);
}

/** Where journald keeps what is to survive a restart of the machine, and what is not (systemd-journald(8)). */
const hasJournal = (): boolean =>
  existsSync('/usr/bin/journalctl') && ['/var/log/journal', '/run/log/journal'].some(hasEntries);

function hasEntries(directory: string): boolean {
  try {
    return readdirSync(directory).length > 0;
  } catch {
    return false;
  }
}

function readable(file: string): boolean {
  if (file === '-') return true;
  try {
    accessSync(file, constants.R_OK);
    const why = whyNoLog(file);
    if (why !== undefined) complain(`cannot read ${file}: ${why}`);
    return why === undefined;
  } catch (error) {
    complain(`cannot read ${file}: ${whyNot(error)}`);
    return false;
  }
}

function whyNoLog(file: string): string | undefined {
  const stats = statSync(file);
  if (stats.isDirectory()) return `it is a folder; name its files, such as ${file}/*.log`;
  return stats.isFile() || stats.isFIFO()
    ? undefined
    : 'it is neither a file nor a pipe; what a program reads there can come through one: PROGRAM | bird-sentinel watch --once -';
}

/** A pipe with a name, or one of the shell's: `<(command)`. */
const isFifo = (file: string): boolean =>
  file !== '-' && statSync(file, { throwIfNoEntry: false })?.isFIFO() === true;

function whyNot(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES')
    return 'permission denied; membership of the group that owns it (often adm) would help';
  return String(code ?? error);
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
