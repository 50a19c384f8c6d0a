import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { importSwatch } from '../../src/dialects/swatch/import.ts';
import { readSwatch } from '../../src/dialects/swatch/read.ts';
import type { Imported } from '../../src/dialects/native/write.ts';
import { createEngine } from '../../src/engine/engine.ts';
import type { EngineInput } from '../../src/model/effect.ts';
import { millis } from '../../src/model/time.ts';
import { configOf } from '../contracts/config-texts.ts';
import { utc } from '../oracle/swatch/play.ts';
import { eventAt, matchPorts } from './engine-samples.ts';
import { sourceAt } from './kinds-samples.ts';

/** What importing one file gives. */
function imported(text: string): Imported {
  const options = { ports: matchPorts, awk: false, oldStyle: false, shell: true, user: 'root' };
  const { program, findings } = readSwatch(
    { name: '/etc/s.conf', text },
    { ...options, included: () => 'does not exist' },
  );
  return importSwatch(program, findings);
}

const original = (text: string): Promise<Config> =>
  configOf('include: [{ swatch: /etc/s.conf, alert: { on: [echo, exec, mail] } }]', { '/etc/s.conf': text });

/** What is told at which input, by the line of its block; a raise within `quiet` of the last is not. */
function told(config: Config, inputs: readonly EngineInput[]): readonly string[] {
  const engine = createEngine(config.program, {
    match: matchPorts,
    limits: { keysPerRule: 1000 },
    late: millis(0),
    sources: ['app'],
    localTime: utc,
  });
  const every = config.program.rules.map((_, index) => index);
  const last = new Map<string, number>();
  return inputs.flatMap((input, index) =>
    engine.step(input.type === 'event' ? { ...input, rules: every } : input).flatMap((effect) => {
      if (effect.type !== 'raise') return [];
      const { fields } = effect.occurrence;
      const rule =
        effect.rule === 'swatch' ? String(fields['place']).replace(/^.*\/s\.conf:/, 's-') : effect.rule;
      const name = `${rule} ${effect.key.join(' ')}`;
      if (effect.now < (last.get(name) ?? -Infinity) + (effect.quiet ?? 0)) return [];
      last.set(name, effect.now);
      return [`${index} ${rule}`];
    }),
  );
}

const start = Date.UTC(2026, 10, 20, 10);

const inputsOf = (
  moves: readonly { readonly gap: number; readonly text: string }[],
): readonly EngineInput[] => {
  let now = start;
  return [
    sourceAt(now),
    ...moves.map(({ gap, text }, index) => {
      // Even seconds and holds of even ones: the second in which a hold is just over still counts.
      now += gap * 2000;
      return { ...eventAt(now, text), seq: index + 1 };
    }),
  ];
};

const conditions = [
  '/a (\\w)/',
  '/^([ab]) (\\w)$/',
  '/[bc] (\\w)/ and not /z/',
  '/A X/i or /b/',
  'not /a/',
  '!(/a/ || /b/) && /(\\w) (\\w)/',
  '/(?<who>\\w) x/',
];

const keyed = (condition: string): boolean => condition.includes('(\\w)');

const block = fc
  .record({
    condition: fc.constantFrom(...conditions),
    ignore: fc.constantFrom(false, false, false, true),
    pace: fc.constantFrom(
      '',
      '',
      'threshold track_by=KEY,type=limit,count=1,seconds=8',
      'threshold track_by=KEY,type=both,count=1,seconds=12',
      'threshold track_by=KEY,type=threshold,count=1,seconds=11',
    ),
    action: fc.constantFrom('echo', 'exec /bin/x $0', 'mail a@b.c', 'echo message=got $_'),
    ends: fc.constantFrom('', 'continue', 'continue'),
  })
  .map(({ condition, ignore, pace, action, ends }) => {
    if (ignore) return `ignore ${condition}\n`;
    const by = pace.replace('KEY', keyed(condition) ? '$1' : 'x');
    return [`watchfor ${condition}`, by, action, ends].filter((line) => line !== '').join('\n    ') + '\n';
  });

/** At most one block throttles: swatch shares the records of all that do. */
const files = fc
  .tuple(
    fc.array(block, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '0:08', '0:16,key=$1', '10,key=k'),
  )
  .map(([blocks, throttle]) =>
    throttle === ''
      ? blocks.join('')
      : `watchfor /a (\\w)/\n    throttle ${throttle}\n    echo\n    continue\n${blocks.join('')}`,
  );

const moves = fc.array(
  fc.record({
    gap: fc.nat(6),
    text: fc.tuple(fc.constantFrom('a', 'b', 'c', 'z'), fc.constantFrom('x', 'y')).map((w) => w.join(' ')),
  }),
  { maxLength: 40, size: 'max' },
);

test('what is carried over tells the same, at the same lines, as the original', async () => {
  let raised = 0;
  await fc.assert(
    fc.asyncProperty(files, moves, async (text, all) => {
      const result = imported(text);
      expect(result.left, result.text).toBe(0);
      expect(result.text).not.toMatch(/nearly|not carried/);
      const native = told(await configOf(result.text), inputsOf(all));
      raised += native.length;
      expect(native.toSorted(), result.text).toEqual(told(await original(text), inputsOf(all)).toSorted());
    }),
    { numRuns: Number(process.env['SWATCH_IMPORT_RUNS'] ?? 150) },
  );
  expect(raised).toBeGreaterThan(100);
});

describe('what is lost is said', () => {
  const of = (...lines: readonly string[]): string =>
    imported(`watchfor /for (\\w+)/\n${lines.join('\n')}\n`).text;

  test.each([
    [
      'threshold track_by=$1,type=limit,count=3,seconds=60\necho',
      'nearly the same: swatch lets the first 3 of each 1m',
    ],
    ['threshold track_by=$1,type=both,count=3,seconds=60\necho', 'nearly the same: windows'],
    ['threshold track_by=$1,type=threshold,count=3,seconds=60\necho', 'nearly the same: windows'],
    ['throttle threshold=3,key=x\necho', 'not carried over: throttle threshold=3'],
    ['echo when=1-5:8-17', 'not carried over: when of echo'],
    ['echo message=$2', 'not carried over: the message of echo'],
    ['echo\nquit', 'not carried over: quit'],
    ['perlcode 2 exit;\necho', 'Perl code is not run'],
    ['exec /bin/page $1', '"exec /bin/page …" is told by the alert'],
    ['echo normal,thresholding=on,track_by=x,type=limit,count=1,seconds=9', 'the threshold of echo alone'],
  ])('%s', async (text, words) => {
    const result = of(...text.split('\n'));
    expect(result).toContain(words);
    await configOf(result);
  });

  test('a message is a template, and what it says is a literal', async () => {
    const result = of('echo message={{ x }} $1 of $_');
    expect(result).toContain('{{ "{{" }} x }} {{ v1 }} of {{ line }}');
    await configOf(result);
  });

  test('two blocks that throttle share their records with swatch alone', () => {
    expect(imported('watchfor /a/\nthrottle 1:00\necho\nwatchfor /b/\nthrottle 1:00\necho\n').text).toMatch(
      /nearly the same: swatch keeps one record/,
    );
  });
});
