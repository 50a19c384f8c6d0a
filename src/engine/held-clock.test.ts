import { describe, expect, test } from 'vitest';
import { eventAt, matchPorts, tickAt } from '../../tests/property/engine-samples.ts';
import { engineFrom, raisesOf, sourceAt } from '../../tests/property/kinds-samples.ts';
import type { Rule } from '../model/program.ts';
import { instant, millis } from '../model/time.ts';
import { createEngine, type Engine } from './engine.ts';
import { secKind, writeSecOptions } from './sec-rule.ts';
import type { SecRule } from './sec/program.ts';
import { swatchKind, writeSwatchOptions } from './swatch-rule.ts';
import type { SwatchProgram } from './swatch/program.ts';

const hour = 3_600_000;
const minute = 60_000;
/** What the source `db` has read up to: it holds the clock. */
const held = hour;
/** What time it is, and what `app`, which is read to its end, says that it is. */
const wall = 10 * hour;

/** A line of `app` at its own time, which is that of its receipt, while `db` holds the clock. */
const live = (at: number, text: string) => eventAt(at, text, { receivedAt: instant(at), now: held });
const sources = ['app', 'db'];

/** `app` is read to its end, `db` is behind. */
function begin(engine: Engine): void {
  engine.step(sourceAt(held, 'atEnd', 'app'));
  engine.step(sourceAt(held, 'reading', 'db'));
}

/** `db` has caught up: the clock is the wall again. */
const release = (engine: Engine, now: number) => raisesOf(engine.step(sourceAt(now, 'atEnd', 'db')));

describe('a line of a source that is read, while another holds the clock back', () => {
  test('begins a wait of `expect` that is as long as any', () => {
    const wait = { match: 'end', within: '15m' };
    const engine = engineFrom([{ id: 'r', from: ['app'], match: 'begin', expect: wait, alert: {} }], {
      sources,
    });
    begin(engine);
    engine.step(live(wall, 'begin'));
    expect(release(engine, wall + minute)).toEqual([]);
    expect(raisesOf(engine.step(tickAt(wall + 15 * minute - 1)))).toEqual([]);
    expect(raisesOf(engine.step(tickAt(wall + 15 * minute)))).toHaveLength(1);
  });

  test('whose stamp is of the future waits no longer for that', () => {
    const wait = { match: 'end', within: '15m' };
    const engine = engineFrom([{ id: 'r', match: 'begin', expect: wait, alert: {} }]);
    engine.step(eventAt(wall + 4 * minute, 'begin', { now: wall }));
    expect(engine.nextWake()).toBe(wall + 15 * minute);
  });

  test('is a sign of life: what is read of the other proves no silence', () => {
    const engine = engineFrom(
      [{ id: 'r', from: ['app'], absent: { match: 'alive', for: '15m' }, alert: {} }],
      {
        sources,
      },
    );
    begin(engine);
    engine.step(live(wall, 'alive'));
    expect(raisesOf(engine.step(tickAt(5 * hour)))).toEqual([]);
    expect(release(engine, wall + minute)).toEqual([]);
    expect(raisesOf(engine.step(tickAt(wall + 16 * minute - 1)))).toEqual([]);
    expect(raisesOf(engine.step(tickAt(wall + 16 * minute)))).toHaveLength(1);
  });

  test('is remembered by `first`, and a context that it sets is on, as long as any', () => {
    const rules = [
      { id: 'new', match: 'user (?<user>\\w+)', key: 'user', first: { remember: '1h' }, alert: {} },
      { id: 'on', match: 'maintenance', set: { context: 'm', for: '1h' } },
      { id: 'any', match: 'failed', unless: 'm', alert: {} },
    ];
    const engine = engineFrom(rules, { sources });
    begin(engine);
    engine.step(live(wall, 'user eve'));
    engine.step({ ...live(wall, 'maintenance'), rules: [1] } as ReturnType<typeof live>);
    expect(release(engine, wall + minute)).toEqual([]);
    const later = wall + 30 * minute;
    expect(raisesOf(engine.step(eventAt(later, 'user eve failed', { rules: [0, 2] })))).toEqual([]);
    const over = wall + 61 * minute;
    expect(raisesOf(engine.step(eventAt(over, 'failed', { rules: [2] })))).toHaveLength(1);
  });

  test('opens a window of SEC by the lines’ time that is as long as any', () => {
    const engine = secEngine();
    begin(engine);
    engine.step(live(wall, 'open'));
    expect(release(engine, wall + 10_000)).toEqual([]);
    const shut = engine.step(eventAt(wall + 11_000, 'shut'));
    expect(raisesOf(shut)).toMatchObject([{ occurrence: { fields: { text: 'in time' } } }]);
    engine.step(eventAt(wall + 20_000, 'open'));
    expect(raisesOf(engine.step(tickAt(wall + 60_000)))).toMatchObject([
      { occurrence: { fields: { text: 'for too long' } } },
    ]);
  });

  test('begins a throttle of swatch by the lines’ time that is as long as any', () => {
    const engine = swatchEngine();
    begin(engine);
    expect(raisesOf(engine.step(live(wall, 'bird')))).toHaveLength(1);
    release(engine, wall + 10_000);
    expect(raisesOf(engine.step(eventAt(wall + 50_000, 'bird')))).toEqual([]);
    expect(raisesOf(engine.step(eventAt(wall + 61_000, 'bird')))).toHaveLength(1);
  });
});

function swatchEngine(): Engine {
  const place = { file: 's.conf', line: 1 };
  const program: SwatchProgram = {
    blocks: [
      {
        place,
        type: 'watchfor',
        condition: { type: 'regex', source: 'bird', line: 1, column: 1 },
        actions: [{ type: 'echo', style: '', place }],
        throttle: { hold: 60, time: 'clock' },
        after: 'nextLine',
        hash: 'b',
      },
    ],
  };
  return engineWith(swatchKind, writeSwatchOptions({ program, on: ['echo'], time: 'event' }));
}

function secEngine(): Engine {
  const pair: SecRule = {
    type: 'PairWithWindow',
    desc: 'pair',
    line: 1,
    hash: 'p',
    pattern: { type: 'substr', negated: false, lines: 1, text: 'open' },
    continues: { to: 'next' },
    action: [{ type: 'logonly', text: 'for too long' }],
    second: {
      pattern: { type: 'substr', negated: false, lines: 1, text: 'shut' },
      continues: { to: 'next' },
    },
    desc2: 'pair',
    action2: [{ type: 'logonly', text: 'in time' }],
    window: 15,
  };
  const settings = {
    bufsize: 0,
    jointbuf: false,
    evstoresize: 0,
    cleantime: 1,
    quoting: false,
    intevents: false,
    intcontexts: false,
    shell: 'refused',
  } as const;
  const program = { settings, files: [{ name: 'a.sec', rules: [pair], sets: [], procallin: true }] };
  return engineWith(secKind, writeSecOptions({ program, on: ['logonly'], contexts: {}, time: 'event' }));
}

/** An engine with rules of another dialect, which look at `app`. */
function engineWith(kind: string, options: Rule['options']): Engine {
  const rule: Rule = {
    id: kind,
    kind,
    pattern: { type: 'all', of: [] },
    from: ['app'],
    except: [],
    key: [],
    options,
    actions: [{ type: 'alert', severity: 'critical' }],
    origin: { dialect: 'native', file: 'c.yaml', line: 1, column: 1 },
    hash: 'h',
  };
  return createEngine(
    { rules: [rule], hash: 'h' },
    {
      match: matchPorts,
      localTime: () => ({
        second: 0,
        minute: 0,
        hour: 0,
        day: 1,
        month: 1,
        year: 2024,
        weekday: 1,
        zone: 'UTC',
        offset: 0,
      }),
      limits: { keysPerRule: 10 },
      late: millis(0),
      sources,
    },
  );
}
