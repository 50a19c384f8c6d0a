import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crashPoints, intentPoints } from '../../src/daemon/crash-points.ts';
import { startHttpPeer, type HttpPeer } from '../e2e/http-peer.ts';
import { run, site, type Running, type Site } from '../e2e/program.ts';
import { eventually } from '../peers/eventually.ts';
import { size } from '../size.ts';
import {
  differences,
  faultsOfLines,
  faultsOfSends,
  outcomeOf,
  outcomeOfReplay,
  readBooks,
  type Books,
  type Told,
} from './kill-judge.ts';
import { createChance, planKills } from './kill-plan.ts';
import { emptyRecord, isWatching, live, note, startLife } from './kill-play.ts';
import {
  configure,
  eventRules,
  longestWaitMs,
  receivedRules,
  rulesOfLines,
  startWriter,
  type Writer,
} from './kill-stage.ts';

const KILLS = size('KILLS', 50, 520);
const SEED = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
/** Waits in the end grow with what piled up. */
const patienceMs = 60_000 + KILLS * 500;

/** One play for all: a program that is killed over and over, and one that is not, at the same logs. */
const record = emptyRecord();
let at: Site;
let twin: Site;
let peer: HttpPeer;
let writer: Writer;
let numbered = 0;
let books: Books;
let twinBooks: Books;

beforeAll(
  async () => {
    const chance = createChance(SEED);
    at = site();
    twin = site();
    peer = await startHttpPeer();
    peer.answer((_, response) => void setTimeout(() => response.end('ok'), Math.random() * 20));
    for (const name of ['app.log', 'ev.log']) writeFileSync(at.path(name), '');
    configure(at, twin, peer.url);
    const undisturbed = await twin.daemon();
    const startTime = measureStarts();
    writer = startWriter(at, createChance(SEED + 1));
    let life = 0;
    // Whoever has never seen a file cannot miss what was rotated away before: both were, once each told something.
    const first = startLife(at, life);
    for (const rule of ['numbered', 'ev-'])
      await eventually(
        () => peer.arrivals.some(({ body }) => body.includes(`"rule":"${rule}`)),
        `the first message of ${rule}`,
        patienceMs,
      );
    await first.kill('SIGKILL');
    await note(at, life++, record, true);
    for (const kill of planKills(KILLS, chance)) await live(at, kill, life++, record, await startTime());
    writer.stop();
    numbered = writer.numbered();
    const last = startLife(at, life);
    await settled(last);
    await last.kill('SIGTERM');
    await note(at, life, record, false);
    await undisturbed.kill('SIGTERM');
    books = await readBooks(at.state);
    twinBooks = await readBooks(twin.state);
    const count = (counts: ReadonlyMap<string, number>): number =>
      [...counts.values()].reduce((sum, times) => sum + times, 0);
    console.log(
      `kill -9: seed ${SEED}, ${count(record.kills)} kills (${record.kills.get('at random') ?? 0} at random, ` +
        `${record.kills.size - 1} places), ${count(record.missed)} places not reached, ${writer.lines()} lines, ` +
        `${numbered} numbered, ${record.journal.size} inputs, ${books.alerts.length} alerts, ` +
        `${peer.arrivals.length} arrivals of ${books.notifications.length} messages, ` +
        `${count(record.unknowable)} outcomes unknowable`,
    );
  },
  KILLS * 10_000 + 2 * patienceMs,
);

afterAll(async () => {
  await peer.stop();
  if (process.env['KEEP'] === '1') return console.log(`kept: ${at.dir} ${twin.dir}`);
  at.remove();
  twin.remove();
});

/** How long a start takes, measured anew now and then: the machine may have more to do than before. */
function measureStarts(): () => Promise<number> {
  let known = 0;
  let asked = 0;
  return async () => {
    if (asked++ % 20 > 0) return known;
    const begun = performance.now();
    await run(['--version']);
    // A daemon also reads its configuration and its ledger.
    known = 2 * (performance.now() - begun);
    return known;
  };
}

/** Everything read, every wait over, every message settled. */
async function settled(running: Running): Promise<void> {
  await eventually(() => isWatching(running), 'the last start', patienceMs);
  const quietSince = { at: Date.now(), arrivals: -1 };
  await eventually(
    () => {
      if (peer.arrivals.length !== quietSince.arrivals) {
        Object.assign(quietSince, { at: Date.now(), arrivals: peer.arrivals.length });
      }
      return Date.now() - quietSince.at > longestWaitMs;
    },
    'no message for a while',
    patienceMs,
  );
  await eventually(async () => (await waiting()) === 0, 'all messages settled', patienceMs);
}

async function waiting(): Promise<number> {
  const { pending = 0, sending = 0, unknown = 0 } = (await at.status())?.ledger.byState ?? {};
  return pending + sending + unknown;
}

const told = (): ReadonlyMap<string, Told> => {
  const found = new Map<string, Told>();
  for (const { headers, body } of peer.arrivals) {
    const key = String(headers['idempotency-key']);
    const known = found.get(key) ?? { arrivals: 0, bodies: new Set() };
    found.set(key, known);
    known.arrivals++;
    known.bodies.add(createHash('sha256').update(body).digest('hex'));
  }
  return found;
};

describe(`${KILLS} times kill -9`, () => {
  test('there are at least twenty named points of a line’s way', () => {
    expect(crashPoints.length + intentPoints.length).toBeGreaterThanOrEqual(20);
  });

  test('nearly every place is reached', () => {
    const places = new Set(planKills(KILLS, createChance(SEED)).map(({ name }) => name));
    expect(record.kills.size).toBeGreaterThanOrEqual(places.size * 0.8);
  });

  test('the ledger has every line once', () => {
    expect(faultsOfLines(books, numbered)).toEqual([]);
  });

  test('every message arrives once, and again only by the same key where its outcome could not be known', () => {
    expect(faultsOfSends(books, told(), record)).toEqual([]);
  });

  test('what rules write is written, and nothing else', () => {
    const path = at.path('written');
    const written = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
    const wanted = Array.from({ length: numbered }, (_, index) => String(index + 1)).filter((n) =>
      n.endsWith('7'),
    );
    expect([...new Set(written)].toSorted()).toEqual(wanted.toSorted());
  });

  test('both sums hold, and nothing went wrong of which the program tells', () => {
    expect(books.alerts.filter(({ rule }) => rule.startsWith('sentinel/'))).toEqual([]);
  });
});

describe(`correlation across ${KILLS} crashes`, () => {
  test('by the time of reading: the alerts of a run without a kill that has the journal’s times', async () => {
    const comparing = { rules: [...receivedRules, ...eventRules], exactly: () => true };
    const { outcome, causes } = await outcomeOfReplay(at, record.journal, books.now, comparing);
    expect(differences(outcomeOf(books, comparing), outcome)).toEqual([]);
    const raisedByLines = books.alerts.filter(({ rule }) => rulesOfLines.includes(rule));
    expect(raisedByLines.filter((alert) => !causes(alert)).map(({ id }) => id)).toEqual([]);
    for (const rule of receivedRules)
      expect([...outcome.keys()].some((name) => name.startsWith(`${rule} `))).toBe(true);
  });

  test('by the lines’ own time: the alerts of the run that nobody disturbed', () => {
    const comparing = {
      rules: eventRules,
      exactly: (rule: string) => rule === 'ev-count' || rule === 'ev-sequence',
    };
    const wanted = outcomeOf(twinBooks, comparing);
    expect(differences(outcomeOf(books, comparing), wanted)).toEqual([]);
    for (const rule of eventRules)
      expect([...wanted.keys()].some((name) => name.startsWith(`${rule} `))).toBe(true);
  });
});
