import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backupPath } from '../../src/store/backup.ts';
import type { Delivery } from '../../src/model/delivery.ts';
import { instant } from '../../src/model/time.ts';
import { openLedger, type OpenedLedger } from '../../src/store/ledger.ts';
import { startHttpPeer, type HttpPeer } from '../e2e/http-peer.ts';
import { site, type Site } from '../e2e/program.ts';
import { eventually } from '../peers/eventually.ts';
import { stage, type Stage } from './daemon-in-process.ts';
import { emptyRound, sampleAlert, sampleNotification } from './ledger-samples.ts';

const cases = process.env['FULL'] === '1' ? 1000 : 60;

const rules = `rules:
  - { id: needle, match: 'needle (?<n>\\d+)', key: [n], alert: {} }
  - { id: burst, match: 'fail (?<n>\\d+)', key: [n], count: { reach: 3, within: 1h }, alert: {} }
  - { id: gone, match: 'begin (?<n>\\d+)', key: [n], expect: { match: 'end (?<n>\\d+)', within: 1h }, alert: {} }
`;

let at: Stage;
beforeEach(async () => {
  at = await stage();
});
afterEach(() => at.remove());

/** A ledger as a real daemon leaves it when it is killed: journal, state, messages on their way and settled. */
async function livedIn(): Promise<string> {
  const config = await at.config(rules);
  let arrive = (): void => undefined;
  const never = new Promise<Delivery>((resolve) => (arrive = () => resolve({ type: 'sent' })));
  at.answer(async () => (at.sent.length > 90 ? never : { type: 'sent' }));
  const daemon = await at.open(config);
  daemon.start();
  for (let batch = 0; batch < 10; batch++) {
    const lines = Array.from({ length: 10 }, (_, index) => batch * 10 + index);
    at.write(...lines.flatMap((n) => [`needle ${n}`, `fail ${n}`, `fail ${n}`, `begin ${n}`]));
    await eventually(() => at.sent.length >= Math.min((batch + 1) * 10, 94), 'the messages');
  }
  const copy = mkdtempSync(join(tmpdir(), 'lived-in-'));
  cpSync(join(at.dir, 'state'), copy, { recursive: true });
  arrive();
  await daemon.stop(1000);
  at.sent.splice(0);
  return copy;
}

/** Moves what stands in the write-ahead log into the ledger's file. */
async function merge(directory: string): Promise<void> {
  const opened = await openLedger({ directory }, instant(Date.now()));
  if (!opened.ok) throw new Error(opened.failure.detail);
  opened.ledger.close();
}

test(`whatever bytes of a ledger are changed (${cases} cases), the daemon starts from it, tells so, and alerts`, async () => {
  const lived = await livedIn();
  const head = readFileSync(join(lived, 'ledger.db'));
  const log = readFileSync(join(lived, 'ledger.db-wal'));
  await merge(lived);
  const bytes = readFileSync(join(lived, 'ledger.db'));
  const config = await at.config(rules);
  const place = fc.record({ at: fc.double({ min: 0, max: 0.999_999, noNaN: true }), length: fc.nat(9000) });
  let rescues = 0;
  let next = 1_000_000;
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(place, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('random', 'zero', 'cut', 'log'),
        async (places, how) => {
          const directory = mkdtempSync(join(tmpdir(), 'damaged-'));
          const file = how === 'log' ? Buffer.from(log) : Buffer.from(bytes);
          for (const { at: share, length } of places) {
            const from = Math.floor(share * file.length);
            if (how === 'zero') file.fill(0, from, Math.min(from + length, file.length));
            else
              for (let byte = from; byte < Math.min(from + length, file.length); byte++)
                file[byte] = (byte * 7919) & 0xff;
          }
          const cut = how === 'cut' ? file.subarray(0, Math.floor((places[0]?.at ?? 0) * file.length)) : file;
          writeFileSync(join(directory, 'ledger.db'), how === 'log' ? head : cut, { mode: 0o600 });
          writeFileSync(join(directory, 'ledger.db-wal'), how === 'log' ? cut : '', { mode: 0o600 });
          const opened = await openLedger({ directory }, instant(Date.now()));
          if (!opened.ok) {
            expect(opened.failure.type).toBe('newer');
            return;
          }
          if (opened.rescued === true) rescues++;
          await expectAlive(opened, config, (next += 1));
          opened.ledger.close();
          rmSync(directory, { recursive: true });
        },
      ),
      { numRuns: cases },
    );
    expect(rescues).toBeGreaterThan(cases / 10);
  } finally {
    rmSync(lived, { recursive: true });
  }
});

/** The daemon starts, tells of the rescue, raises for a new line, and no message is on its way for ever. */
async function expectAlive(
  opened: Extract<OpenedLedger, { readonly ok: true }>,
  config: Awaited<ReturnType<Stage['config']>>,
  number: number,
): Promise<void> {
  at.answer(async () => ({ type: 'sent' }));
  const { ledger } = opened;
  const daemon = await at.open(config, {
    ledger,
    ...(opened.rescued === undefined ? {} : { rescued: opened.notes }),
  });
  daemon.start();
  at.write(`needle ${number}`);
  const told = (words: RegExp): boolean => at.sent.some(({ message }) => words.test(message.body));
  await eventually(() => told(new RegExp(`needle ${number}\\b`)), 'the alert');
  if (opened.rescued === true) await eventually(() => told(/is damaged/), 'the alert of the rescue');
  await daemon.stop(1000);
  at.sent.splice(0);
  const stray = ledger
    .unsettled(10_000)
    .filter(
      ({ id }) =>
        !ledger.restore().alertingRows.some(({ scope, key }) => scope === 'notification' && key === id),
    );
  expect(stray).toEqual([]);
}

describe('the backup', () => {
  const now = instant(Date.UTC(2026, 10, 20, 10));
  const directoryOf = (): string => join(mkdtempSync(join(tmpdir(), 'backup-')), 'state');
  const opened = async (directory: string, when = now) => {
    const answer = await openLedger({ directory }, when);
    if (!answer.ok || answer.backUp === undefined) throw new Error('no ledger');
    return { ...answer, backUp: answer.backUp };
  };

  /** Alerts 0 to 99 are in the backup, 100 to 149 came after it. */
  async function backedUp(): Promise<string> {
    const directory = directoryOf();
    const { ledger, backUp } = await opened(directory);
    const add = (from: number, to: number): void => {
      for (let seq = from; seq < to; seq++) {
        const id = `A${String(seq).padStart(9, '0')}`;
        const alerts = [sampleAlert(id, { lastAt: instant(seq) }, 'x'.repeat(300))];
        const notifications = [sampleNotification(`N${seq}`, { alerts: [id], createdAt: instant(seq) })];
        const marks = [{ source: 's', stream: `f${seq}`, mark: seq }];
        expect(ledger.commit(emptyRound({ nextSeq: seq + 1, alerts, notifications, marks }))).toEqual({
          ok: true,
        });
      }
    };
    add(0, 100);
    expect(await backUp(instant(Date.now()))).toEqual({
      done: 'made',
      path: backupPath(join(directory, 'ledger.db')),
    });
    add(100, 150);
    expect(await backUp(instant(Date.now()))).toMatchObject({ done: 'none' });
    ledger.close();
    return directory;
  }

  test('is private, and whole by itself', async () => {
    const directory = await backedUp();
    for (const name of readdirSync(directory))
      expect(statSync(join(directory, name)).mode & 0o077, name).toBe(0);
    expect(readdirSync(directory).filter((name) => name.includes('backup'))).toEqual(['ledger.db.backup']);
    const alone = directoryOf();
    cpSync(directory, alone, { recursive: true });
    cpSync(join(alone, 'ledger.db.backup'), join(alone, 'ledger.db'));
    const { ledger, notes } = await opened(alone);
    expect(notes).toEqual([]);
    expect(ledger.alerts({ limit: 1000 })).toHaveLength(100);
    ledger.close();
  });

  test('gives back alerts, messages and places that the damage took; what came after it is kept', async () => {
    const directory = await backedUp();
    const path = join(directory, 'ledger.db');
    const bytes = readFileSync(path);
    // Leaves of the alerts table, among them of old alerts.
    const page = Math.floor(bytes.indexOf('x'.repeat(300), bytes.length / 3) / 4096);
    writeFileSync(path, bytes.fill(0, page * 4096, (page + 1) * 4096));
    const { ledger, notes, rescued } = await opened(directory);
    expect(rescued).toBe(true);
    expect(notes.join('\n')).toMatch(/rows were taken from the backup/);
    expect(ledger.alerts({ limit: 1000 })).toHaveLength(150);
    expect(ledger.unsettled(1000)).toHaveLength(150);
    expect(ledger.restore()).toMatchObject({ nextSeq: 150 });
    ledger.close();
  });

  test('takes the place of a ledger of which nothing can be read; input numbers do not come again', async () => {
    const directory = await backedUp();
    writeFileSync(join(directory, 'ledger.db'), 'not a ledger at all'.repeat(500));
    const { ledger, notes } = await opened(directory);
    expect(notes.join('\n')).toMatch(/the backup took its place/);
    expect(ledger.alerts({ limit: 1000 })).toHaveLength(100);
    expect(ledger.restore().nextSeq).toBe(now);
    expect(ledger.restore().marks.get('s')?.size).toBe(100);
    ledger.close();
  });

  test('is begun again after an end in its midst', async () => {
    const directory = directoryOf();
    const { ledger, backUp } = await opened(directory);
    writeFileSync(join(directory, 'ledger.db.backup.new'), 'half', { mode: 0o600 });
    // While it is copied, the ledger is written.
    const copying = backUp(now);
    for (let seq = 0; seq < 200; seq++) {
      const round = emptyRound({ nextSeq: seq + 1, alerts: [sampleAlert(`A${seq}`, {}, 'x'.repeat(3000))] });
      expect(ledger.commit(round)).toEqual({ ok: true });
      if (seq % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await copying).toMatchObject({ done: 'made' });
    expect(existsSync(join(directory, 'ledger.db.backup.new'))).toBe(false);
    ledger.close();
    const again = await opened(directory);
    // Closed in the midst of a copy: nothing hangs, nothing is left.
    const cutOff = again.backUp(instant(Date.now() + 2 * 86_400_000));
    again.ledger.close();
    expect((await cutOff).done).toMatch(/made|failed/);
    expect(existsSync(join(directory, 'ledger.db.backup.new'))).toBe(false);
  });
});

describe('a damaged ledger and the program', () => {
  let place: Site;
  let peer: HttpPeer;
  beforeEach(async () => {
    place = site();
    peer = await startHttpPeer();
  });
  afterEach(async () => {
    await peer.stop();
    place.remove();
  });

  test('is told to people, kept aside, and what was not delivered is delivered', async () => {
    const log = place.path('app.log');
    writeFileSync(log, Array.from({ length: 40 }, (_, n) => `needle ${n} ${'x'.repeat(500)}\n`).join(''));
    place.configure(`
sources: { app: { file: ${log}, start: beginning } }
rules: [{ id: needle, match: 'needle (?<n>\\d+)', key: [n], alert: {} }]
channels: { hook: { webhook: { url: '${peer.url}' } } }
receivers: { all: { channels: [hook] } }
`);
    peer.answer(() => undefined);
    const first = await place.daemon();
    await eventually(
      async () => (await place.json('alerts', 'list', '--limit', '100')).length === 40,
      'alerts',
    );
    await first.kill('SIGKILL');
    expect(existsSync(join(place.state, 'ledger.db.backup'))).toBe(true);
    await merge(place.state);
    const path = join(place.state, 'ledger.db');
    const bytes = readFileSync(path);
    const page = Math.floor(bytes.lastIndexOf('"samples"') / 4096);
    writeFileSync(path, bytes.fill(0xa5, page * 4096, (page + 1) * 4096));
    peer.answer((_request, response) => void response.end('ok'));
    const arrived = peer.arrivals.length;
    const second = await place.daemon();
    const told = (): string =>
      peer.arrivals
        .slice(arrived)
        .map(({ body }) => body)
        .join('\n');
    await eventually(() => /ledger\.db is damaged .* moved to/.test(told()), 'the alert of it', 90_000);
    await eventually(() => /needle 39 /.test(told()) && /needle 7 /.test(told()), 'what waited', 60_000);
    await second.kill('SIGTERM');
    expect(readdirSync(place.state).filter((name) => /damaged-.*Z$/.test(name))).toHaveLength(1);
    expect(second.output().stderr).toContain('is damaged');
  }, 120_000);
});
