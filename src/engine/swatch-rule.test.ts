import { expect, test } from 'vitest';
import { create, swatchRule } from '../../tests/oracle/swatch/play.ts';
import type { Effect } from '../model/effect.ts';
import { instant } from '../model/time.ts';
import type { Engine } from './engine.ts';
import type { SwatchBlock, SwatchProgram } from './swatch/program.ts';

const place = { file: 's.conf', line: 3 };

const block = (source: string, more: Partial<SwatchBlock> = {}): SwatchBlock => ({
  place,
  type: 'watchfor',
  condition: { type: 'regex', source, line: 3, column: 1 },
  actions: [
    { type: 'echo', style: '', place },
    {
      type: 'exec',
      command: { type: 'words', words: [[{ type: 'text', text: '/bin/page' }], [{ type: 'line' }]] },
      place,
    },
  ],
  after: 'nextLine',
  hash: source,
  ...more,
});

let seq = 0;
function line(engine: Engine, second: number, text: string): readonly Effect[] {
  const at = instant(1_790_000_000_000 + second * 1000);
  const event = { at, receivedAt: at, source: 's', stream: '/f', offset: 0, line: text, text, fields: {} };
  return engine.step({ type: 'event', seq: (seq += 1), now: at, event, rules: [0] });
}

const start = (program: SwatchProgram, on: readonly string[], keys = 10): Engine =>
  create(swatchRule(program, on), keys);

test('actions named in `on` raise one alert of their block, the others are carried out', () => {
  const engine = start({ blocks: [block('bird')] }, ['echo', 'mail']);
  const effects = line(engine, 0, 'a bird; rm -rf /');
  expect(effects).toMatchObject([
    {
      type: 'raise',
      rule: 'swatch',
      key: ['s.conf:3', ''],
      occurrence: { fields: { action: 'echo', message: 'a bird; rm -rf /' } },
    },
    {
      type: 'do',
      action: 'exec',
      intent: { type: 'run', command: { argv: ['/bin/page', 'a bird; rm -rf /'] }, inTurn: true },
    },
  ]);
  const both = line(start({ blocks: [block('bird')] }, ['echo', 'exec']), 0, 'bird');
  expect(both.map(({ type }) => type)).toEqual(['raise']);
});

test('what a throttle or threshold tells events apart by is the key of the alert', () => {
  const key = [{ type: 'match', group: '1' }] as const;
  const engine = start({ blocks: [block('bird (\\w)', { throttle: { hold: 5, key, time: 'clock' } })] }, [
    'echo',
    'exec',
  ]);
  const raises = [0, 1, 2, 8].flatMap((second) => line(engine, second, `bird ${second === 1 ? 'b' : 'a'}`));
  expect(raises).toMatchObject([
    { key: ['s.conf:3', 'a'] },
    { key: ['s.conf:3', 'b'] },
    { key: ['s.conf:3', 'a'], occurrence: { fields: { message: 'bird a (seen 3 times)' } } },
  ]);
  expect(engine.counters()).toMatchObject([{ matched: 4, raised: 3, absorbed: { window: 1 } }]);
});

test('lines are told by the text that their bytes are', () => {
  const engine = start({ blocks: [block('caf(.+)')] }, ['echo', 'exec']);
  const text = 'caf\u00c3\u00a9';
  expect(line(engine, 0, text)).toMatchObject([{ occurrence: { fields: { message: 'café', '1': 'é' } } }]);
});

test('quit leaves all further lines alone, until HUP', () => {
  const engine = start({ blocks: [block('bird', { after: 'quit' })] }, ['echo', 'exec']);
  expect(line(engine, 0, 'bird')).toMatchObject([
    { type: 'raise' },
    { type: 'do', intent: { type: 'closePipe' } },
    { type: 'note', code: 'swatch.quit' },
  ]);
  expect(line(engine, 1, 'bird')).toEqual([]);
  engine.step({ type: 'control', seq: (seq += 1), now: instant(1_790_000_002_000), signal: 'HUP' });
  expect(line(engine, 3, 'bird')).toHaveLength(3);
});

test('keys are limited in number, and that is said', () => {
  const engine = start(
    { blocks: [block('bird', { throttle: { hold: 60, time: 'clock' } })] },
    ['echo', 'exec'],
    3,
  );
  const effects = ['a', 'b', 'c', 'd', 'a'].flatMap((name) => line(engine, 0, `bird ${name}`));
  expect(effects.filter(({ type }) => type === 'raise')).toHaveLength(5);
  expect(effects.filter(({ type }) => type === 'note')).toMatchObject([{ code: 'keys-per-rule' }]);
});

test('a very long key is one key, and another than what begins like it', () => {
  const engine = start({ blocks: [block('bird', { throttle: { hold: 60, time: 'clock' } })] }, [
    'echo',
    'exec',
  ]);
  const long = `bird ${'x'.repeat(100_000)}`;
  const raised = [long, long, `${long}y`].map((text) => line(engine, 0, text).length);
  expect(raised).toEqual([1, 0, 1]);
  const rows = engine.changes().filter(({ key }) => key.startsWith('throttle['));
  expect(rows.map(({ key }) => key.length < 600)).toEqual([true, true]);
});
