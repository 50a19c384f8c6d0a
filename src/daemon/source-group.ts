import { setMaxListeners } from 'node:events';
import type { Config } from '../config/config.ts';
import { assert } from '../kit/assert.ts';
import type { Json } from '../model/json.ts';
import type { Instant } from '../model/time.ts';
import { internalRaise } from './internal-alerts.ts';
import { createChunkSize, type ChunkSize } from './chunk-size.ts';
import { createGate, type Gate } from './gate.ts';
import type { Log } from './log.ts';
import type { Item } from './loop.ts';
import type { NamedSource } from '../sources/named.ts';
import type { Source, SourcePorts } from '../sources/contract.ts';
import { pumpSource, type SourcePump } from './source-pump.ts';

/** Committed marks: source → stream → mark. */
type Marks = ReadonlyMap<string, ReadonlyMap<string, Json>>;

/** All sources of a configuration. */
export interface SourceGroup {
  /** Opens them at their committed marks; none may be open. */
  open(config: Readable): void;
  /** Opens one more, for as long as the others are open; `fresh`: not at committed marks. */
  add(name: string, source: NamedSource, fresh: boolean): void;
  /** Closes one that was added and forgets how far it was read. */
  drop(name: string): Promise<void>;
  isOpen(): boolean;
  /** Sources that were added and have not ended. */
  adding(): number;
  /**
   * Closes them; what they yielded and was not committed is read again at the next opening. One that does not
   * end in time is left behind, which is said, and nothing of it is taken any more.
   */
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
  /** How long a source may take to end (ms); absent: 5 s. */
  readonly closeMs?: number;
}

/** What the sources need to know of a configuration. */
type Readable = Pick<Config, 'sources' | 'limits' | 'once'>;

type Configured = Config['sources'][number];

/** A source that ended by a bug of ours, or could not be opened, is opened again after this long. */
const reopenMs = 10_000;

/** On a mount that does not answer a source may never end. */
const usualCloseMs = 5000;

type GatedPump = SourcePump & { readonly gate: Gate };

/** A group with nothing open yet. */
export function createSourceGroup(ports: SourceGroupPorts): SourceGroup {
  let abort: AbortController | undefined;
  let pumps = new Map<string, GatedPump>();
  /** By source, those that did not end when they were closed and have not since. */
  const leftBehind = new Map<string, GatedPump>();
  const sizes = new Map<string, ChunkSize>();
  let common: Pick<SourcePorts, 'maxLine' | 'last'> = { maxLine: 0 };
  /** Those that were added and have not ended. */
  const added = new Map<string, AbortController>();

  const sizeOf = (name: string): ChunkSize => {
    const known = sizes.get(name);
    if (known !== undefined) return known;
    const size = createChunkSize();
    sizes.set(name, size);
    return size;
  };

  const openLater = (configured: Configured, config: Readable, signal: AbortSignal): void => {
    if (signal.aborted) return;
    const again = setTimeout(() => open(configured, config, signal), reopenMs);
    signal.addEventListener('abort', () => clearTimeout(again), { once: true });
  };

  const open = (configured: Configured, config: Readable, signal: AbortSignal): void => {
    const { name } = configured;
    ports.opening(name);
    // As little as it was heard of, it may be the same again, and the clock must not stand still for it.
    if (leftBehind.has(name)) ports.offer({ type: 'condition', source: name, condition: 'unreadable' });
    const marks = ports.marks();
    if (marks === undefined) {
      ports.log.error('the ledger cannot be read: a source waits', { source: name });
      openLater(configured, config, signal);
      return;
    }
    const source = configured.kind.open(configured.options, portsOf(name, marks.get(name), signal));
    pump(name, source, signal).ended.catch(() => {
      if (ports.follow) openLater(configured, config, signal);
    });
  };

  const portsOf = (
    name: string,
    marks: SourcePorts['marks'] | undefined,
    signal: AbortSignal,
  ): SourcePorts => ({
    name,
    now: ports.now,
    marks: marks ?? new Map(),
    follow: ports.follow,
    ...common,
    signal,
    moved: ports.moved,
    mostBytes: () => sizeOf(name).bytes(),
  });

  const pump = (name: string, source: Source, signal: AbortSignal): SourcePump => {
    const gate = createGate(ports.offer);
    const pumped = pumpSource(
      name,
      source,
      signal,
      gate.offer,
      sizeOf(name).took,
      ports.now(),
      (stream, notice) => {
        if (gate.isShut()) return;
        const say = notice.severity === 'error' ? ports.log.error : ports.log.warn;
        say(notice.code, { source: name, stream, text: notice.text });
        if (notice.alert) ports.offer(internalRaise(notice.code, name, stream, notice.text));
      },
    );
    pumps.set(name, { ...pumped, gate });
    pumped.ended.catch((error: unknown) => {
      if (gate.isShut()) return;
      const text = `source ${name} ended by a bug: ${String(error)}`;
      ports.log.error('source.failed', { source: name, text });
      ports.offer(internalRaise('source.failed', name, '', text));
    });
    return pumped;
  };

  const close = async (pumped: GatedPump): Promise<void> => {
    const { name, ended } = pumped;
    if (!(await endsWithin(ended, ports.closeMs ?? usualCloseMs))) leaveBehind(pumped);
    ports.closed(name);
  };

  const leaveBehind = (pumped: GatedPump): void => {
    const { name, gate, ended } = pumped;
    gate.shut();
    leftBehind.set(name, pumped);
    const over = (): void => void (leftBehind.get(name) === pumped && leftBehind.delete(name));
    ended.then(over, over);
    const text = `source ${name} could not be closed, as when a mount does not answer; what it still gives is not taken`;
    ports.log.error('source.stuck', { source: name, text });
    ports.offer(internalRaise('source.stuck', name, '', text));
  };

  return {
    open(config) {
      assert(abort === undefined, 'sources are opened twice');
      abort = new AbortController();
      // Every source listens to it.
      setMaxListeners(0, abort.signal);
      pumps = new Map();
      common = { maxLine: config.limits.maxLine, last: config.once === true };
      for (const configured of config.sources) open(configured, config, abort.signal);
    },
    add(name, { open: openNamed, marks }, fresh) {
      assert(abort !== undefined && !added.has(name), 'a source is added to none, or twice');
      const ending = new AbortController();
      abort.signal.addEventListener('abort', () => ending.abort(), { once: true });
      added.set(name, ending);
      ports.opening(name);
      const committed = fresh ? undefined : ports.marks()?.get(name);
      const source = openNamed(portsOf(name, committed ?? marks, ending.signal));
      const over = (): void => void added.delete(name);
      pump(name, source, ending.signal).ended.then(over, over);
    },
    async drop(name) {
      const pumped = pumps.get(name);
      added.get(name)?.abort();
      if (pumped !== undefined) await close(pumped);
      pumps.delete(name);
      const streams = [...(ports.marks()?.get(name)?.keys() ?? [])];
      for (const stream of streams) ports.offer({ type: 'forget', source: name, stream });
    },
    isOpen: () => abort !== undefined,
    adding: () => added.size,
    async close() {
      abort?.abort();
      abort = undefined;
      await Promise.all([...pumps.values()].map(close));
    },
    ended: async () => void (await Promise.all([...pumps.values()].map(({ ended }) => ended))),
    pumps: () => [...pumps.values()],
  };
}

async function endsWithin(ended: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  const settled = ended.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([settled, late]);
  clearTimeout(timer);
  return inTime;
}
