import type { Config } from '../config/config.ts';
import type { Instant } from '../model/time.ts';
import type { Ledger } from '../store/contract.ts';
import { internalRaise } from './internal-alerts.ts';
import type { Log } from './log.ts';
import type { Item } from './loop.ts';
import { pumpSource, type SourcePump } from './source-pump.ts';

/** All sources of a configuration. */
export interface SourceGroup {
  /** Opens them at their committed marks. */
  open(config: Config): void;
  /** Closes them; what they yielded and was not committed is read again at the next opening. */
  close(): Promise<void>;
  /** Settles when every source has ended by itself. */
  ended(): Promise<void>;
  pumps(): readonly SourcePump[];
}

export interface SourceGroupPorts {
  readonly ledger: Ledger;
  readonly now: () => Instant;
  readonly follow: boolean;
  readonly log: Log;
  readonly offer: (item: Item) => void;
}

/** A group with nothing open yet. */
export function createSourceGroup(ports: SourceGroupPorts): SourceGroup {
  let abort = new AbortController();
  let pumps: readonly SourcePump[] = [];

  const pump = (
    configured: Config['sources'][number],
    config: Config,
    marks: ReturnType<Ledger['restore']>['marks'],
  ): SourcePump => {
    const { name } = configured;
    const source = configured.kind.open(configured.options, {
      name,
      now: ports.now,
      marks: marks.get(name) ?? new Map(),
      follow: ports.follow,
      maxLine: config.limits.maxLine,
      signal: abort.signal,
    });
    const pumped = pumpSource(name, source, abort.signal, ports.offer, (stream, notice) => {
      const say = notice.severity === 'error' ? ports.log.error : ports.log.warn;
      say(notice.code, { source: name, stream, text: notice.text });
      if (notice.alert) ports.offer(internalRaise(notice.code, name, stream, notice.text));
    });
    pumped.ended.catch((error: unknown) =>
      ports.log.error('source ended by a bug', { source: name, text: String(error) }),
    );
    return pumped;
  };

  return {
    open(config) {
      abort = new AbortController();
      const { marks } = ports.ledger.restore();
      pumps = config.sources.map((configured) => pump(configured, config, marks));
    },
    async close() {
      abort.abort();
      await Promise.allSettled(pumps.map(({ ended }) => ended));
    },
    ended: async () => void (await Promise.all(pumps.map(({ ended }) => ended))),
    pumps: () => pumps,
  };
}
