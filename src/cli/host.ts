import { randomBytes } from 'node:crypto';
import type { AccountSettings, ChannelPorts, HttpSettings, TakeExclusive } from '../channels/contract.ts';
import type { Secret } from '../channels/secret.ts';
import type { Config } from '../config/config.ts';
import { crashAt, type Reach } from '../daemon/crash-points.ts';
import type { Daemon, DaemonParts } from '../daemon/contract.ts';
import { openDaemon } from '../daemon/daemon.ts';
import type { Log } from '../daemon/log.ts';
import { environmentFrom } from '../daemon/intents/environment.ts';
import type { PerlOptions } from '../daemon/perl/port.ts';
import { codesIn } from '../daemon/perl/code-memory.ts';
import { createMatchPorts } from '../daemon/node-ports.ts';
import { instant } from '../model/time.ts';
import type { HeldLock, Lock } from '../control/lock.ts';
import type { OpenedLedger } from '../store/ledger.ts';
import { createMemoryLedger } from '../store/memory.ts';
import type { Ledger, LedgerFailure, LedgerReader } from '../store/contract.ts';
import { exit, type ExitCode } from './exit.ts';
import { complain, tryToPrint } from './terminal.ts';

/** A daemon inside this process, and how to leave it. */
export interface Hosted {
  readonly daemon: Daemon;
  /** The right to serve the control socket; absent where nothing is on disk. */
  readonly lock?: HeldLock;
  /** Copies the ledger beside itself, if the last copy is not of today; says in the log what came of it. */
  backUp(): Promise<void>;
  /** What is kept of alerts: all that `watch` and the like know. */
  readonly reader: LedgerReader;
  /** Why something of the ledger could not be read meanwhile. */
  unread(): LedgerFailure | undefined;
  /** Stops the daemon, closes the ledger, gives the lock back. */
  leave(graceMs: number): Promise<void>;
}

export type Hosting =
  | { readonly ok: true; readonly hosted: Hosted }
  | {
      readonly ok: false;
      readonly code: ExitCode;
      /** It was the ledger that could not be used. */
      readonly failure?: LedgerFailure;
    };

/** How this process runs a daemon. */
export interface HostOptions {
  readonly config: Config;
  /** Absent: the ledger is in memory and nothing is moved. */
  readonly state?: string;
  /** A state directory whose saved positions are gone on from, in memory; nothing in it is touched. */
  readonly seedFrom?: string;
  readonly mode: DaemonParts['mode'];
  readonly follow: boolean;
  readonly log: Log;
  /** Most alerts that are over and kept, where the ledger is in memory. Absent: as many as it keeps by itself. */
  readonly keep?: number;
  /** How what rules want done is carried out. */
  readonly intents?: DaemonParts['intents'];
  /** What channels that were opened before could not write; absent: there were none. */
  readonly unsaved?: Map<string, Secret>;
  /** Is told why there is no daemon; absent: the person at the terminal. */
  readonly refused?: (detail: string) => void;
}

/** Takes the lock, opens the ledger, recovers; says what went wrong and gives the exit code otherwise. */
export async function host(options: HostOptions): Promise<Hosting> {
  const { state, log } = options;
  const refuse = (detail: string, failure?: LedgerFailure): Hosting => {
    (options.refused ?? complain)(detail);
    return { ok: false, code: exit.failed, ...(failure === undefined ? {} : { failure }) };
  };
  const reach = crashAt(process.env);
  const lock = state === undefined ? undefined : await lockState(state);
  if (lock?.ok === false) return refuse(lock.detail);
  const release = (): void => lock?.release();
  let unread: LedgerFailure | undefined;
  const onReadFailure = (failure: LedgerFailure): void => {
    // Told once for each cause: a disk that fails does so at every turn.
    if (failure.detail !== unread?.detail) log.error('the ledger cannot be read', { text: failure.detail });
    unread = failure;
  };
  const opened: OpenedLedger =
    state === undefined
      ? { ok: true, ledger: createMemoryLedger(options.keep), notes: [] }
      : await openOnDisk(state, onReadFailure, reach);
  if (!opened.ok) {
    release();
    return refuse(`the ledger cannot be used: ${opened.failure.detail}`, opened.failure);
  }
  for (const note of opened.notes) log.warn('ledger', { text: note });
  const unseeded = options.seedFrom && (await seed(opened.ledger, options.seedFrom));
  if (unseeded) {
    opened.ledger.close();
    return refuse(`the saved positions cannot be used: ${unseeded.detail}`);
  }
  // A reload may bring the first rule with Perl code; none is started before it asks.
  const perl =
    state !== undefined || options.config.perl ? await openPerl(log, codesIn(opened.ledger)) : undefined;
  // For the life of the process, whatever is loaded anew meanwhile.
  const unsaved = options.unsaved ?? new Map<string, Secret>();
  const daemon = await openDaemon({
    config: options.config,
    ledger: opened.ledger,
    durable: state !== undefined,
    mode: options.mode,
    follow: options.follow,
    match: createMatchPorts(),
    ...(perl === undefined ? {} : { perl: perl.call }),
    ...(options.intents === undefined ? {} : { intents: options.intents }),
    now: Date.now,
    channelPorts: (config) => channelPorts(config, state, unsaved),
    log,
    reach,
    ...(opened.rescued === undefined ? {} : { rescued: opened.notes }),
  });
  if (!daemon.ok) {
    opened.ledger.close();
    release();
    return refuse(`the ledger cannot be written: ${daemon.failure.detail}`, daemon.failure);
  }
  const leave = async (graceMs: number): Promise<void> => {
    await daemon.daemon.stop(graceMs);
    perl?.close();
    opened.ledger.close();
    release();
  };
  const backUp = async (): Promise<void> => {
    const made = await opened.backUp?.(instant(Date.now()));
    if (made?.done === 'made') log.info('ledger backed up', { path: made.path });
    else if (made?.done === 'failed') log.warn('the ledger could not be backed up', { text: made.detail });
    else log.debug('no backup of the ledger', { text: made?.detail });
  };
  const hosted = { daemon: daemon.daemon, reader: opened.ledger, backUp, unread: () => unread, leave };
  return { ok: true, hosted: lock === undefined ? hosted : { ...hosted, lock } };
}

/** Only rules with Perl code start one, at its first question. */
async function openPerl(log: Log, memory: PerlOptions['memory']) {
  const { createPerl } = await import('../daemon/perl/port.ts');
  return createPerl({
    environment: environmentFrom(process.env),
    ...(memory === undefined ? {} : { memory }),
    say: (code, text) => log.warn(code, { text }),
  });
}

// Who keeps nothing needs no database, and no lock.

async function openOnDisk(
  directory: string,
  onReadFailure: (failure: LedgerFailure) => void,
  reach: Reach,
): Promise<OpenedLedger> {
  const { openLedger } = await import('../store/ledger.ts');
  return openLedger({ directory }, instant(Date.now()), onReadFailure, reach);
}

const exclusive: TakeExclusive = async (directory, signal) =>
  (await import('./exclusive.ts')).takeExclusive(directory, signal);

const seed = async (ledger: Ledger, from: string): Promise<LedgerFailure | undefined> =>
  (await import('./seed.ts')).seedLedger(ledger, from);

async function lockState(state: string): Promise<Lock> {
  const [{ acquireLock }, { prepareStateDirectory }, { loadSqlite }] = await Promise.all([
    import('../control/lock.ts'),
    import('../store/directory.ts'),
    import('../store/sqlite/driver.ts'),
  ]);
  const prepared = prepareStateDirectory(state);
  if (prepared !== undefined) return { ok: false, reason: 'failed', detail: prepared.detail };
  const sqlite = await loadSqlite();
  if (!sqlite.ok) return { ok: false, reason: 'failed', detail: sqlite.detail };
  return acquireLock(state, sqlite.open);
}

/** What channels need of this machine, for one configuration. `unsaved`: what outlives that. */
export function channelPorts(
  config: Config,
  state: string | undefined,
  unsaved?: Map<string, Secret>,
): Omit<ChannelPorts, 'name'> {
  const { name: _, ...ports } = channelPortsWith(config.http, config.accounts, state ?? '', '');
  return unsaved === undefined ? ports : { ...ports, unsaved };
}

/** The same where no whole configuration is at hand (`auth`). */
export const channelPortsWith = (
  http: HttpSettings,
  accounts: readonly AccountSettings[],
  stateDirectory: string,
  name: string,
): ChannelPorts => ({
  name,
  now: () => instant(Date.now()),
  randomBytes: (length) => randomBytes(length),
  stateDirectory,
  http,
  accounts: new Map(accounts.map((account) => [account.name, account])),
  print: tryToPrint,
  // Where there is no state directory nothing is kept, and nothing needs a lock.
  ...(stateDirectory === '' ? {} : { exclusive }),
});
