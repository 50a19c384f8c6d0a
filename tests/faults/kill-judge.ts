import type { Alert, Notification } from '../../src/model/alert.ts';
import { loadConfig } from '../../src/config/load.ts';
import { localTime } from '../../src/daemon/local-time.ts';
import { createMatchPorts } from '../../src/daemon/node-ports.ts';
import { alertId } from '../../src/alerting/episode.ts';
import { createEngine } from '../../src/engine/engine.ts';
import type { Effect, EngineInput } from '../../src/model/effect.ts';
import { openLedgerReader } from '../../src/store/ledger.ts';
import type { Site } from '../e2e/program.ts';
import type { Record } from './kill-play.ts';

/** All that a ledger says in the end. */
export interface Books {
  readonly alerts: readonly Alert[];
  readonly notifications: readonly Notification[];
  /** Notification → its idempotency key. */
  readonly keys: ReadonlyMap<string, string>;
  readonly now: number;
}

export async function readBooks(state: string): Promise<Books> {
  const opened = await openLedgerReader({ directory: state });
  if (!opened.ok) throw new Error(opened.failure.detail);
  const { reader } = opened;
  const alerts = reader.alerts({ limit: 10_000_000 });
  const byId = new Map(alerts.flatMap(({ id }) => reader.notificationsOf(id)).map((each) => [each.id, each]));
  const notifications = [...byId.values()];
  const keys = new Map(notifications.map(({ id }) => [id, reader.message(id)?.idempotencyKey ?? '']));
  const { now } = reader.restore();
  reader.close();
  return { alerts, notifications, keys, now };
}

/** Which numbers from 1 to `last` have not exactly one alert that was raised once, in words. */
export function faultsOfLines({ alerts }: Books, last: number): readonly string[] {
  const raises = new Map<string, number>();
  for (const { rule, key, raises: times } of alerts) {
    if (rule === 'numbered') raises.set(key[0] ?? '', (raises.get(key[0] ?? '') ?? 0) + times);
  }
  const numbers = Array.from({ length: last }, (_, index) => String(index + 1));
  const wrong = numbers.filter((number) => raises.get(number) !== 1);
  const invented = [...raises.keys()].filter((number) => Number(number) < 1 || Number(number) > last);
  return [
    ...wrong.map((number) => `line ${number}: ${raises.get(number) ?? 0} raises`),
    ...invented.map((number) => `line ${number} was never written`),
  ];
}

/** What a peer got of one message. */
export interface Told {
  arrivals: number;
  readonly bodies: Set<string>;
}

/** Where what arrived is not what the ledger says was sent, in words. */
export function faultsOfSends(
  books: Books,
  told: ReadonlyMap<string, Told>,
  { unknowable }: Pick<Record, 'unknowable'>,
): readonly string[] {
  const faults: string[] = [];
  const known = new Set(books.keys.values());
  for (const { id, state, alerts } of books.notifications) {
    const key = books.keys.get(id) ?? '';
    const { arrivals, bodies } = told.get(key) ?? { arrivals: 0, bodies: new Set() };
    const most = 1 + (unknowable.get(id) ?? 0);
    if (state !== 'sent') faults.push(`${id} of ${alerts.join()} is ${state}`);
    else if (arrivals < 1) faults.push(`${id} never arrived`);
    if (arrivals > most) faults.push(`${id} arrived ${arrivals} times, at most ${most} can be explained`);
    if (bodies.size > 1) faults.push(`${id} arrived in different words`);
  }
  for (const key of told.keys()) if (!known.has(key)) faults.push(`nobody sent what came with key ${key}`);
  return faults;
}

/** How rule and key stand in the end: how often raised, by what at last, and whether it is over. */
export type Outcome = ReadonlyMap<string, string>;

/** What is compared of one rule's alerts. */
export interface Comparing {
  readonly rules: readonly string[];
  /** Also the times and lines of the last raise; else only how often each key was raised. */
  readonly exactly: (rule: string) => boolean;
}

interface Sum {
  raises: number;
  last: Effect & { type: 'raise' } extends { occurrence: infer O } ? O : never;
  open: boolean;
}

/** More than timers come due with one input. */
const ordinals = Array.from({ length: 3000 }, (_, ordinal) => ordinal);

const rulesThatClear = ['rc-expect', 'rc-absent', 'ev-expect'];

/** Of the alerts of a ledger. */
export function outcomeOf({ alerts }: Books, comparing: Comparing): Outcome {
  const sums = new Map<string, Sum>();
  for (const { rule, key, raises, last, status } of alerts.toSorted((a, b) => a.firstAt - b.firstAt)) {
    if (!comparing.rules.includes(rule)) continue;
    const name = nameOf(rule, key);
    const before = sums.get(name)?.raises ?? 0;
    sums.set(name, { raises: before + raises, last, open: status === 'open' });
  }
  return inWords(sums, comparing);
}

/** Of a pure engine that takes the journal's inputs and never stops; `now`: how far its clock goes. */
export async function outcomeOfReplay(
  at: Site,
  journal: Record['journal'],
  now: number,
  comparing: Comparing,
): Promise<{ readonly outcome: Outcome; readonly causes: (alert: Alert) => boolean }> {
  const match = createMatchPorts();
  const loaded = await loadConfig({ files: [at.path('sentinel.yaml')], match, zone: 'UTC' });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  const { program, limits, late, sources } = loaded.value;
  const engine = createEngine(program, {
    match,
    localTime,
    limits: { keysPerRule: limits.keysPerRule },
    late,
    sources: sources.map(({ name }) => name),
  });
  const sums = new Map<string, Sum>();
  const inputs = new Map<string, number[]>();
  const take = (effect: Effect): void => {
    if (effect.type !== 'raise' && effect.type !== 'clear') return;
    const { rule, key } = effect;
    if (!comparing.rules.includes(rule)) return;
    const before = sums.get(nameOf(rule, key));
    if (effect.type === 'raise') {
      inputs.set(nameOf(rule, key), [...(inputs.get(nameOf(rule, key)) ?? []), effect.seq]);
      sums.set(nameOf(rule, key), { raises: (before?.raises ?? 0) + 1, last: effect.occurrence, open: true });
    } else if (before !== undefined) before.open = false;
  };
  const entries = [...journal.values()].toSorted((a, b) => a.seq - b.seq);
  // Only the loop writes the journal, and it writes its inputs as they are.
  for (const { input } of entries) engine.step(input as unknown as EngineInput).forEach(take);
  const seq = (entries.at(-1)?.seq ?? 0) + 1;
  engine.step({ type: 'tick', seq, now: now as EngineInput['now'] }).forEach(take);
  // A timer that came due with an input raises before it does, or in a tick of its own, which has no entry:
  // only the input is the same, not how many raises of it came before.
  const causes = ({ id, rule, key }: Alert): boolean =>
    (inputs.get(nameOf(rule, key)) ?? []).some((seq) =>
      ordinals.some((n) => alertId(rule, key, seq, n) === id),
    );
  return { outcome: inWords(sums, comparing), causes };
}

const nameOf = (rule: string, key: readonly string[]): string => `${rule} ${key.join(' ')}`;

function inWords(sums: ReadonlyMap<string, Sum>, { exactly }: Comparing): Outcome {
  return new Map(
    [...sums].map(([name, { raises, last, open }]) => {
      const rule = name.slice(0, name.indexOf(' '));
      const over = rulesThatClear.includes(rule) ? (open ? ', open' : ', over') : '';
      const { count, first, line } = last;
      const by = exactly(rule) ? `, ${count} since ${first} until ${last.last}: ${line}` : '';
      return [name, `${raises} raises${by}${over}`];
    }),
  );
}

/** Where two outcomes differ, in words. */
export function differences(found: Outcome, wanted: Outcome): readonly string[] {
  const names = new Set([...found.keys(), ...wanted.keys()]);
  return [...names]
    .filter((name) => found.get(name) !== wanted.get(name))
    .map((name) => `${name}: ${found.get(name) ?? 'nothing'} instead of ${wanted.get(name) ?? 'nothing'}`);
}
