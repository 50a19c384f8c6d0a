import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Attempt, ChannelKind } from '../../src/channels/contract.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Daemon, DaemonParts } from '../../src/daemon/contract.ts';
import { openDaemon } from '../../src/daemon/daemon.ts';
import type { Log } from '../../src/daemon/log.ts';
import { createMatchPorts } from '../../src/daemon/node-ports.ts';
import type { Delivery } from '../../src/model/delivery.ts';
import { plainShape } from '../../src/render/x-text.ts';
import { instant } from '../../src/model/time.ts';
import { openLedger } from '../../src/store/ledger.ts';
import type { Ledger } from '../../src/store/contract.ts';

/** A daemon in this process: real file source, real ledger on disk, a channel that answers as it is told. */
export interface Stage {
  readonly dir: string;
  readonly log: string;
  readonly sent: Attempt[];
  readonly said: string[];
  /** The ledger as the daemon sees it; a test may put another one in front. */
  readonly ledger: Ledger;
  answer(reply: (attempt: Attempt) => Promise<Delivery>): void;
  write(...lines: readonly string[]): void;
  config(rules: string): Promise<Config>;
  open(config: Config, options?: StageOptions): Promise<Daemon>;
  remove(): Promise<void>;
}

/** What a stage's daemon is given instead of the usual. */
export type StageOptions = {
  readonly ledger?: Ledger;
} & Partial<Pick<DaemonParts, 'now' | 'rescued' | 'emergencyPace'>>;

const match = createMatchPorts();

/** A folder, a log and a ledger. */
export async function stage(): Promise<Stage> {
  const dir = mkdtempSync(join(tmpdir(), 'stage-'));
  const log = join(dir, 'app.log');
  writeFileSync(log, '');
  const opened = await openLedger({ directory: join(dir, 'state') }, instant(Date.now()));
  if (!opened.ok) throw new Error(opened.failure.detail);
  const sent: Attempt[] = [];
  const said: string[] = [];
  let reply = async (_attempt: Attempt): Promise<Delivery> => ({ type: 'sent' });
  const kind: ChannelKind<unknown> = {
    kind: 'collect',
    summary: 'keeps what it is given',
    options: z.unknown(),
    concurrency: 4,
    budgets: [],
    resolved: true,
    shape: plainShape,
    open: async () => ({
      send: (attempt) => {
        sent.push(attempt);
        return reply(attempt);
      },
      close: async () => undefined,
    }),
  };
  const say = (message: string, members?: { readonly text?: unknown }): void =>
    void said.push(`${message} ${String(members?.text ?? '')}`);
  const ownLog: Log = { debug: say, info: say, warn: say, error: say };
  return {
    dir,
    log,
    sent,
    said,
    ledger: opened.ledger,
    answer: (next) => (reply = next),
    write: (...lines) => appendFileSync(log, lines.map((line) => `${line}\n`).join('')),
    async config(rules) {
      const file = join(dir, 'sentinel.yaml');
      writeFileSync(
        file,
        `sources: { app: { file: ${log}, start: beginning } }\nchannels: { hook: { screen: {} } }\n${rules}`,
      );
      const loaded = await loadConfig({ files: [file], match, zone: 'UTC' });
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
      const channels = loaded.value.channels.map((channel) => ({
        ...channel,
        kind,
        budgets: [],
        resolved: true,
      }));
      return { ...loaded.value, channels };
    },
    async open(config, options) {
      const daemon = await openDaemon({
        config,
        ledger: options?.ledger ?? opened.ledger,
        durable: true,
        mode: 'live',
        follow: true,
        match,
        now: options?.now ?? Date.now,
        ...(options?.rescued === undefined ? {} : { rescued: options.rescued }),
        ...(options?.emergencyPace === undefined ? {} : { emergencyPace: options.emergencyPace }),
        channelPorts: () => ({
          now: () => instant(Date.now()),
          randomBytes: (length) => new Uint8Array(length),
          stateDirectory: dir,
          http: {},
          accounts: new Map(),
          print: async () => undefined,
        }),
        log: ownLog,
        reach: () => undefined,
      });
      if (!daemon.ok) throw new Error(daemon.failure.detail);
      return daemon.daemon;
    },
    async remove() {
      opened.ledger.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
