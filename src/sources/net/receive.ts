import type { SourceCondition } from '../../model/effect.ts';
import type { SourceOutput, SourcePorts } from '../contract.ts';
import { createBell } from '../file/bell.ts';
import { createKeep } from '../keep.ts';
import { createPatience } from '../pause.ts';
import { createStation, type Station, type StationOptions } from './station.ts';
import type { Wire } from './wire.ts';

/** How often the sockets are looked after, and what could not be opened is tried again (ms). */
export interface ReceivePace {
  readonly tend: number;
  readonly reopen: number;
}

const usualPace: ReceivePace = { tend: 5000, reopen: 1000 };

const kept = createKeep<Station>({
  hold: (station, held) => station.hold(held),
  close: (station) => station.close(),
});

const largestChunk = 1024 * 1024;

/** How long what was received may take to be worked off when the source is closed (ms). */
const drainMs = 2000;

/** Listens, and yields what comes, until `ports.signal` aborts; without `follow` there is nothing to read. */
export async function* receive(
  kind: string,
  options: StationOptions,
  wire: (options: StationOptions) => Wire,
  ports: SourcePorts,
  pace: ReceivePace = usualPace,
): AsyncGenerator<SourceOutput, void, undefined> {
  const { signal, follow, name, now } = ports;
  const stream = kind;
  let said: SourceCondition | undefined;
  const say = function* (condition: SourceCondition): Generator<SourceOutput> {
    if (condition !== said) yield { type: 'condition', stream, condition };
    said = condition;
  };
  if (!follow) return yield* say('atEnd');

  const written = JSON.stringify(options);
  const found = await kept.take(`${kind} ${name}`, written);
  // Certificates may be the reason for a reload; those that cannot be read leave the old ones.
  await found?.renew().catch(() => undefined);
  const station = found ?? createStation(options, wire(options), now);
  const bell = createBell(signal);
  station.onArrival = bell.ring;
  const patience = createPatience({ first: pace.reopen, longest: 60_000, well: 60_000 });
  let failed: ReadonlyMap<string, string> = new Map();
  let reopenAt = performance.now();
  let position = 0;

  const chunkOf = (taken: NonNullable<ReturnType<typeof station.inbox.take>>): SourceOutput => {
    const receivedAt = now();
    const begin = position;
    position += taken.bytes.length;
    const at = { stream, begin, end: position, mark: null };
    return {
      type: 'chunk',
      chunk: { source: name, ...taken, position: at, receivedAt, reference: receivedAt },
    };
  };

  const reopen = async function* (): AsyncGenerator<SourceOutput> {
    const before = failed;
    failed = await station.open();
    for (const [address, why] of failed) {
      if (before.get(address) === why) continue;
      const text = `cannot listen on ${address}: ${why}`;
      yield {
        type: 'notice',
        stream,
        notice: { code: 'source.unreadable', severity: 'error', text, alert: true },
      };
    }
    reopenAt = failed.size === 0 ? Infinity : performance.now() + patience.next(0);
    yield* say(failed.size === 0 ? 'atEnd' : 'unreadable');
  };

  const most = (): number => Math.min(largestChunk, ports.mostBytes?.() ?? largestChunk);

  /** Its senders hold to be taken what was received by now; what comes later waits for the next opening. */
  const drain = function* (): Generator<SourceOutput> {
    const until = performance.now() + drainMs;
    for (let left = station.inbox.bytes; left > 0 && performance.now() < until;) {
      const before = station.inbox.bytes;
      const taken = station.inbox.take(most());
      if (taken === undefined) return;
      left -= before - station.inbox.bytes;
      yield chunkOf(taken);
    }
  };

  try {
    while (!signal.aborted) {
      if (performance.now() >= reopenAt) yield* reopen();
      station.tend();
      for (const notice of station.losses.due(false)) yield { type: 'notice', stream, notice };
      const taken = signal.aborted ? undefined : station.inbox.take(most());
      if (taken === undefined)
        await bell.wait(Math.max(1, Math.min(pace.tend, reopenAt - performance.now())));
      else yield chunkOf(taken);
    }
    yield* drain();
    for (const notice of station.losses.due(true)) yield { type: 'notice', stream, notice };
  } finally {
    bell.close();
    station.onArrival = () => undefined;
    kept.park(`${kind} ${name}`, written, station);
  }
}
