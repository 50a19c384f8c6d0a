import type { Config } from '../config/config.ts';
import { assert } from '../kit/assert.ts';
import type { Json } from '../model/json.ts';
import type { Instant } from '../model/time.ts';
import { internalRaise } from './internal-alerts.ts';
import { createChunkSize, type ChunkSize } from './chunk-size.ts';
import type { Log } from './log.ts';
import type { Item } from './loop.ts';
import { pumpSource, type SourcePump } from './source-pump.ts';

/** Committed marks: source → stream → mark. */
type Marks = ReadonlyMap<string, ReadonlyMap<string, Json>>;

/** All sources of a configuration. */
export interface SourceGroup {
  /** Opens them at their committed marks; none may be open. */
  open(config: Config): void;
  /** Closes them; what they yielded and was not committed is read again at the next opening. */
  close(): Promise<void>;
  /** Settles when every source has ended by itself. */
  ended(): Promise<void>;
  pumps(): readonly SourcePump[];
}

export interface SourceGroupPorts {
  /** Undefined when the ledger cannot be read: nothing may be opened then, or all would be read again. */
  readonly marks: () => Marks | undefined;
  readonly now: () => Instant;
  readonly follow: boolean;
  readonly log: Log;
  readonly offer: (item: Item) => void;
  /** A source is about to be opened: nothing is known yet of how far it is. */
  readonly opening: (source: string) => void;
  readonly closed: (source: string) => void;
  /** Some stream goes on to another file. */
  readonly moved: () => void;
}

type Configured = Config['sources'][number];

/** A source that ended by a bug of ours, or could not be opened, is opened again after this long. */
const reopenMs = 10_000;

/** A group with nothing open yet. */
export function createSourceGroup(ports: SourceGroupPorts): SourceGroup {
  let abort: AbortController | undefined;
  let pumps = new Map<string, SourcePump>();
  const sizes = new Map<string, ChunkSize>();

  const sizeOf = (name: string): ChunkSize => {
    const known = sizes.get(name);
    if (known !== undefined) return known;
    const size = createChunkSize();
    sizes.set(name, size);
    return size;
  };

  const openLater = (configured: Configured, config: Config, signal: AbortSignal): void => {
    const again = setTimeout(() => open(configured, config, signal), reopenMs);
    signal.addEventListener('abort', () => clearTimeout(again), { once: true });
  };

  const open = (configured: Configured, config: Config, signal: AbortSignal): void => {
    const { name } = configured;
    ports.opening(name);
    const marks = ports.marks();
    if (marks === undefined) {
      ports.log.error('the ledger cannot be read: a source waits', { source: name });
      openLater(configured, config, signal);
      return;
    }
    const source = configured.kind.open(configured.options, {
      name,
      now: ports.now,
      marks: marks.get(name) ?? new Map(),
      follow: ports.follow,
      maxLine: config.limits.maxLine,
      signal,
      moved: ports.moved,
      mostBytes: () => sizeOf(name).bytes(),
    });
    const pump = pumpSource(name, source, signal, ports.offer, sizeOf(name).took, (stream, notice) => {
      const say = notice.severity === 'error' ? ports.log.error : ports.log.warn;
      say(notice.code, { source: name, stream, text: notice.text });
      if (notice.alert) ports.offer(internalRaise(notice.code, name, stream, notice.text));
    });
    pumps.set(name, pump);
    pump.ended.catch((error: unknown) => {
      const text = `source ${name} ended by a bug: ${String(error)}`;
      ports.log.error('source.failed', { source: name, text });
      ports.offer(internalRaise('source.failed', name, '', text));
      if (ports.follow) openLater(configured, config, signal);
    });
  };

  return {
    open(config) {
      assert(abort === undefined, 'sources are opened twice');
      abort = new AbortController();
      pumps = new Map();
      for (const configured of config.sources) open(configured, config, abort.signal);
    },
    async close() {
      abort?.abort();
      abort = undefined;
      await Promise.allSettled([...pumps.values()].map(({ ended }) => ended));
      for (const name of pumps.keys()) ports.closed(name);
    },
    ended: async () => void (await Promise.all([...pumps.values()].map(({ ended }) => ended))),
    pumps: () => [...pumps.values()],
  };
}
