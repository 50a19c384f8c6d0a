import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { importSec } from '../../src/dialects/sec/import.ts';
import { readSecFiles } from '../../src/dialects/sec/read.ts';
import type { Imported } from '../../src/dialects/native/write.ts';
import { createEngine } from '../../src/engine/engine.ts';
import type { EngineInput } from '../../src/model/effect.ts';
import { millis } from '../../src/model/time.ts';
import { configOf } from '../contracts/config-texts.ts';
import { eventAt, matchPorts } from './engine-samples.ts';
import { sourceAt } from './kinds-samples.ts';
import { EPOCH, PORTS, SETTINGS } from './sec-samples.ts';

/** What importing one file gives. */
function imported(text: string): Imported {
  const source = { name: '/etc/sec/r.sec', text };
  const options = { ports: matchPorts, precedence: 'ordinary', perl: false, settings: SETTINGS } as const;
  const { program, diagnostics } = readSecFiles([source], options);
  return importSec(program, diagnostics);
}

const original = (text: string): Promise<Config> =>
  configOf('include: [{ sec: /etc/sec/r.sec, alert: { on: logonly } }]', { '/etc/sec/r.sec': text });

/** Who is told what at which input: rule and key; a raise within `quiet` of the last that was told is not. */
function told(config: Config, inputs: readonly EngineInput[]): readonly string[] {
  const engine = createEngine(config.program, {
    match: matchPorts,
    limits: { keysPerRule: 1000 },
    late: millis(0),
    sources: ['app'],
    localTime: PORTS.localTime,
  });
  const every = config.program.rules.map((_, index) => index);
  const last = new Map<string, number>();
  return inputs.flatMap((input, index) =>
    engine.step(input.type === 'event' ? { ...input, rules: every } : input).flatMap((effect) => {
      if (effect.type !== 'raise' && effect.type !== 'clear') return [];
      const place = effect.type === 'raise' ? effect.occurrence.fields['place'] : undefined;
      const rule = effect.rule === 'sec' ? String(place).replace(/^.*\/r\.sec:/, 'r-') : effect.rule;
      // Descriptions of the rules here are a letter, and the key behind it.
      const name = `${rule} ${effect.rule === 'sec' ? effect.key[1]?.slice(2) : effect.key.join(' ')}`;
      if (effect.type === 'clear') last.delete(name);
      else if (effect.now < (last.get(name) ?? -Infinity) + (effect.quiet ?? 0)) return [];
      else last.set(name, effect.now);
      return effect.type === 'clear' ? [] : [`${index} ${name}`];
    }),
  );
}

const linesOf = (
  moves: readonly { readonly gap: number; readonly text: string }[],
): readonly EngineInput[] => {
  let now = EPOCH * 1000;
  const start = sourceAt(now);
  return [
    start,
    ...moves.map(({ gap, text }, index) => {
      // Even seconds, and windows of even ones: their last second counts, and in the one after it no line comes.
      now += gap * 2000;
      return { ...eventAt(now, text), seq: index + 1 };
    }),
    { ...eventAt(now + 200_000, 'the end'), seq: moves.length + 2 },
  ];
};

const patterns = [
  'ptype=RegExp\npattern=a (\\w)',
  'ptype=RegExp\npattern=^([ab]) (\\w)$',
  'ptype=RegExp\npattern=(?<who>[bc]) (\\w)',
  'ptype=SubStr\npattern=b x',
  'ptype=NSubStr\npattern=a',
  'ptype=NRegExp\npattern=^[cd]',
];
const [first = ''] = patterns;
const contexts = ['', '', '', 'context=C', 'context=!C', 'context=C && !D', 'context=!(C || D)'];
const described = (pattern: string): readonly string[] =>
  pattern.includes('(') && pattern.startsWith('ptype=R') ? ['d', 'd $1'] : ['d'];

/** One rule of the part that is carried over: it leaves lines to others unless it always takes them. */
const ruleText: fc.Arbitrary<string> = fc
  .record({
    type: fc.constantFrom(
      'Single',
      'SingleWithSuppress\nwindow=8',
      'SingleWithThreshold\nwindow=10\nthresh=2',
      'SingleWithThreshold\nwindow=16\nthresh=3',
      'PairWithWindow\nptype2=RegExp\npattern2=c x\ndesc2=e\naction2=none\ncontinue2=TakeNext\nwindow=8',
      'PairWithWindow\nptype2=RegExp\npattern2=[cd] $1\ndesc2=e\naction2=none\ncontinue2=TakeNext\nwindow=12',
      'Suppress',
    ),
    pattern: fc.constantFrom(...patterns),
    context: fc.constantFrom(...contexts),
    takes: fc.constantFrom(false, false, true),
    desc: fc.nat(1),
    sets: fc.constantFrom('', '', '; create C 22', '; create D 14'),
  })
  .map(({ type, pattern, context: asked, takes, desc, sets }) => {
    const isPair = type.startsWith('Pair');
    const repeats = type.includes('$1');
    // Of a line that fits both patterns of a Pair the page says that it is another matter.
    const source =
      isPair && !['b x', '^([ab])'].some((own) => pattern.includes(own)) ? first : repeats ? first : pattern;
    const all = described(source);
    const chosen = repeats ? 'd $1' : isPair ? 'd' : all[desc % all.length];
    const conditions = isPair ? '' : asked;
    if (type === 'Suppress') return `type=Suppress\n${source}\n`;
    const canSet = !type.startsWith('SingleWithSuppress') && !isPair;
    const next = takes && conditions === '' ? 'DontCont' : 'TakeNext';
    const context = conditions === '' ? '' : `${conditions}\n`;
    return `type=${type}\n${source}\n${context}desc=${chosen}\naction=logonly %s${canSet ? sets : ''}\ncontinue=${next}\n`;
  });

/** Rules that make the contexts come first. */
const files = fc
  .array(ruleText, { minLength: 1, maxLength: 5 })
  .map((rules) =>
    [
      'type=Single\nptype=SubStr\npattern=set C\ndesc=c\naction=create C 22\n',
      'type=Single\nptype=SubStr\npattern=set D\ndesc=c\naction=create D 14; logonly D\n',
      ...rules,
    ].join('\n'),
  );

const moves = fc.array(
  fc.record({
    gap: fc.nat(6),
    text: fc.oneof(
      {
        weight: 6,
        arbitrary: fc
          .tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('x', 'y'))
          .map((w) => w.join(' ')),
      },
      { weight: 1, arbitrary: fc.constantFrom('set C', 'set D', 'nothing') },
    ),
  }),
  { maxLength: 40, size: 'max' },
);

test('what is carried over tells the same, at the same lines, as the original', async () => {
  let raised = 0;
  await fc.assert(
    fc.asyncProperty(files, moves, async (text, all) => {
      const result = imported(text);
      expect(result.left, result.text).toBe(0);
      expect(result.text).not.toMatch(/nearly|now and then/);
      const native = told(await configOf(result.text), linesOf(all));
      raised += native.length;
      expect(native.toSorted(), result.text).toEqual(told(await original(text), linesOf(all)).toSorted());
    }),
    { numRuns: Number(process.env['SEC_IMPORT_RUNS'] ?? 150) },
  );
  expect(raised).toBeGreaterThan(100);
});

describe('what becomes of single rules', () => {
  const rule = (...lines: readonly string[]): string => `${lines.join('\n')}\n`;
  const single = ['type=Single', 'ptype=RegExp', 'pattern=user (\\S+) from (\\S+)'];

  test('texts are templates, groups have names, and what they say is a literal', async () => {
    const { text, left } = imported(
      rule(...single, 'desc=$1', "action=pipe '$0: {{ $2 }} of %s 100%% at %t' /bin/mail root"),
    );
    expect(left).toBe(0);
    expect(text).toContain(
      'title: \'{{ line }}: {{ "{{" }} {{ v2 }} }} of {{ v1 }} 100% at {{ last | time }}\'',
    );
    expect(text).toContain('"pipe" is told by the alert');
    await configOf(text);
  });

  test.each([
    [
      'type=SingleWithScript\nptype=SubStr\npattern=x\nscript=/bin/true\ndesc=d\naction=none',
      'exit code of a script',
    ],
    ['type=Single\nptype=RegExp2\npattern=x\\ny\ndesc=d\naction=logonly', 'several lines'],
    ['type=Single\nptype=SubStr\npattern=x\ndesc=d\naction=delete C', 'its actions: delete'],
    [
      'type=Single\nptype=SubStr\npattern=x\ncontext=NEVER\ndesc=d\naction=logonly',
      'no rule here sets the context NEVER',
    ],
    [
      'type=Single\nptype=SubStr\npattern=x\ncontext=C || D\ndesc=d\naction=logonly',
      'alternatives of each other',
    ],
    [
      'type=Single\nptype=RegExp\npattern=x\ndesc=d\naction=logonly %{var}',
      'the variable %var has no counterpart',
    ],
    ['type=Calendar\ntime=0 3 1 * 1\ndesc=d\naction=logonly', 'must be a day of the week too'],
    ['type=Single\nptype=RegExp\npattern=(a\ndesc=d\naction=logonly', 'left out as SEC does'],
  ])('%j is a comment', async (text, why) => {
    const result = imported(`${text}\n`);
    expect(result).toMatchObject({ rules: 0, left: 1 });
    expect(result.text).toContain(why);
    await configOf(result.text);
  });

  test('that a context is off which nothing sets goes without saying', async () => {
    const creates = 'type=Single\nptype=SubStr\npattern=a\ndesc=d\naction=create C 60\n\n';
    const asks = rule(...single, 'context=C && !D && !E_1', 'desc=$1', 'action=logonly');
    const { text, rules, left } = imported(creates + asks);
    expect([rules, left], text).toEqual([2, 0]);
    expect(text).toContain('that the context D, E_1 must be off, which nothing here sets');
    expect(text).toContain('when: [C]');
    expect(text).not.toContain('unless:');
    await configOf(text);
    // One of a name that is filled in, or that a rule sets which is not carried over, may be on.
    for (const set of ['create E_$1 60', 'create D 60 (logonly)'])
      expect(imported(`${creates}${rule(...single, 'desc=d', `action=${set}`)}\n${asks}`).rules).toBe(1);
  });

  test('Calendar becomes a schedule, EventGroup and Pair nearly what they were', async () => {
    const calendar = rule('type=Calendar', 'time=*/20 3 * 1-3 1,5', 'desc=d', 'action=logonly nightly');
    const pair = rule(
      'type=Pair',
      'ptype=RegExp',
      'pattern=(\\w+) down',
      'desc=$1',
      'action=logonly %s is down',
      'ptype2=RegExp',
      'pattern2=^$1 up',
      'desc2=%1',
      'action2=logonly %1 is up',
      'window=60',
    );
    const group = rule(
      'type=EventGroup2',
      'ptype=SubStr',
      'pattern=one',
      'ptype2=SubStr',
      'pattern2=two',
      'desc=g',
      'action=logonly',
      'window=5',
    );
    const { text, left, rules } = imported([calendar, pair, group].join('\n'));
    expect([rules, left], text).toEqual([4, 0]);
    expect(text).toContain("schedule: '0,20,40 3 * 1,2,3 1,5'");
    expect(text.match(/nearly the same/g)).toHaveLength(2);
    const config = await configOf(text);
    const inputs = linesOf([
      { gap: 1, text: 'eth0 down' },
      { gap: 1, text: 'eth0 up' },
      { gap: 1, text: 'one' },
      { gap: 1, text: 'two' },
    ]);
    expect(told(config, inputs).map((each) => each.split(' ')[1])).toEqual(['r-6', 'r-6-2', 'r-17']);
  });

  test('no text of a rule file leaves its comment, or becomes YAML', async () => {
    const hostile = "x'\u0085 # {{ x }}\u202e";
    const bytes = Buffer.from(hostile).toString('latin1');
    const { text } = imported(
      rule('type=Single', 'ptype=SubStr', `pattern=${bytes}`, 'desc=d', `action=logonly ${bytes}`),
    );
    const config = await configOf(text);
    expect(config.program.rules[0]?.pattern).toMatchObject({ type: 'literal', text: hostile });
  });
});
