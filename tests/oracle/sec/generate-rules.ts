import type { Chance } from '../perl/random.ts';
import type { RuleText } from './case-text.ts';
import { makeActions } from './generate-actions.ts';
import { makeScript } from './generate-commands.ts';
import { makeContext } from './generate-contexts.ts';
import { WORDS } from './generate-input.ts';
import { makePerlFunction, makePerlGroup } from './generate-perl.ts';

type MakeRule = (chance: Chance, name: string) => RuleText;

/** A rule of a random type; its name stands in what it writes. */
export function makeRule(chance: Chance, name: string): RuleText {
  return chance.pick(MAKERS)(chance, name);
}

/** A first half, with the number of the word after which its actions may make events; all: none. */
interface Half {
  readonly fields: readonly string[];
  readonly word: number;
}

const windows = ['1', '2', '3', '5', '5', '10', '20', '60', '60', '100', '05'] as const;

const single: MakeRule = (chance, name) => {
  const half = makeHalf(chance, '');
  return ['type=Single', ...half.fields, ...actions(chance, name, half.word, 'action')];
};

const scripted: MakeRule = (chance, name) => {
  const half = makeHalf(chance, '');
  return [
    'type=SingleWithScript',
    ...half.fields,
    ...makeScript(chance),
    ...actions(chance, name, half.word, 'action'),
    ...(chance.oneIn(2) ? list(chance, name, half.word, 'action2') : []),
  ];
};

const suppressing: MakeRule = (chance, name) => {
  const half = makeHalf(chance, '');
  const window = `window=${chance.pick(windows)}`;
  return ['type=SingleWithSuppress', ...half.fields, ...actions(chance, name, half.word, 'action'), window];
};

const threshold: MakeRule = (chance, name) => {
  const half = makeHalf(chance, '');
  return [
    'type=SingleWithThreshold',
    ...half.fields,
    ...actions(chance, name, half.word, 'action'),
    ...(chance.oneIn(2) ? list(chance, name, half.word, 'action2') : []),
    `window=${chance.pick(windows)}`,
    `thresh=${String(1 + chance.below(4))}`,
  ];
};

const twoThresholds: MakeRule = (chance, name) => {
  const half = makeHalf(chance, '');
  return [
    'type=SingleWith2Thresholds',
    ...half.fields,
    ...actions(chance, name, half.word, 'action'),
    `desc2=${chance.pick(['d2', 'd2 $1', '$0'])}`,
    ...list(chance, name, half.word, 'action2'),
    `window=${chance.pick(windows)}`,
    `thresh=${String(1 + chance.below(3))}`,
    `window2=${chance.pick(windows)}`,
    `thresh2=${String(chance.below(3))}`,
  ];
};

const pair =
  (type: 'Pair' | 'PairWithWindow'): MakeRule =>
  (chance, name) => {
    const half = makeHalf(chance, '');
    const second = makeHalf(chance, '2');
    const word = Math.max(half.word, second.word);
    const window = type === 'Pair' && chance.oneIn(4) ? [] : [`window=${chance.pick(windows)}`];
    return [
      `type=${type}`,
      ...half.fields,
      ...actions(chance, name, word, 'action'),
      ...second.fields,
      `desc2=${chance.pick(['d2', '%:{E1:1} $1', '%1', '$1 %1', '%0 $0', '%+{u} %% $$', '%s'])}`,
      ...list(chance, name, word, 'action2'),
      ...window,
    ];
  };

const group: MakeRule = (chance, name) => {
  const count = 1 + chance.below(3);
  const halves = Array.from({ length: count }, (_, index) =>
    makeHalf(chance, index === 0 ? '' : String(index + 1)),
  );
  const word = Math.max(...halves.map((half) => half.word));
  const patterned = chance.oneIn(3);
  const members = halves.flatMap((half, index) => {
    const number = index === 0 ? '' : String(index + 1);
    return [
      ...half.fields,
      ...(chance.oneIn(3) ? list(chance, name, word, `count${number}`) : []),
      ...(chance.oneIn(2) ? [`thresh${number}=${String(1 + chance.below(3))}`] : []),
      ...(patterned && chance.oneIn(2)
        ? [`egtoken${number}=${chance.pick(['T', '$1', 'T $1', '$2$1'])}`]
        : []),
    ];
  });
  const perl = chance.oneIn(4);
  const egpattern = perl ? makePerlGroup(chance) : chance.pick(['1 2', 'T', 'a', '^T', '2 1', '1']);
  const egtypes = perl
    ? ['egptype=PerlFunc', 'egptype=NPerlFunc']
    : ['egptype=SubStr', 'egptype=RegExp', 'egptype=NSubStr', 'egptype=NRegExp'];
  return [
    `type=EventGroup${count === 1 ? '' : String(count)}`,
    ...members,
    ...actions(chance, name, word, 'action'),
    ...['init', 'slide', 'end'].flatMap((field) => (chance.oneIn(2) ? list(chance, name, word, field) : [])),
    ...(chance.oneIn(2) ? [`multact=${chance.pick(['yes', 'no'])}`] : []),
    ...(patterned ? [chance.pick(egtypes), `egpattern=${egpattern}`] : []),
    `window=${chance.pick(windows)}`,
  ];
};

const suppress: MakeRule = (chance) => [
  'type=Suppress',
  ...makeHalf(chance, '').fields.filter((field) => !field.startsWith('continue')),
  ...(chance.oneIn(2) ? ['desc=s'] : []),
];

const calendar: MakeRule = (chance, name) => [
  'type=Calendar',
  `time=${chance.pick(['* * * * *', '*/2 * * * *', '1,2 0 * * *', '* * * * 0-6/2', '* */2 1- * 1-5', '2-4 * * 1-6 * *', '*/7,3 0-5/2 * * *', '0-59 * -0 * *', '* * -1 1,12 *', '5-1 * * * *', '1 * * * * ', '* * * * 7 2024', '00,01 * * * * 24-25'])}`,
  ...(chance.oneIn(2) ? [`context=${makeContext(chance)}`] : []),
  ...actions(chance, name, 0, 'action'),
];

const jump: MakeRule = (chance) => [
  'type=Jump',
  ...makeHalf(chance, '').fields,
  ...(chance.oneIn(5) ? [] : [`cfset=${chance.pick(['one', 'two', 'one two', 'none', 'one $1'])}`]),
  ...(chance.oneIn(4) ? ['constset=no'] : []),
];

const MAKERS: readonly MakeRule[] = [
  single,
  single,
  single,
  single,
  scripted,
  suppressing,
  threshold,
  threshold,
  twoThresholds,
  pair('Pair'),
  pair('Pair'),
  pair('PairWithWindow'),
  pair('PairWithWindow'),
  group,
  group,
  suppress,
  calendar,
  jump,
];

function actions(chance: Chance, name: string, word: number, field: string): readonly string[] {
  const desc = chance.pick(['d', 'd', '$1', 'd $1', '$0', 'd_$2', '$+{u}', '$:{E1:1} $$', '5% %s']);
  return [`desc=${desc}`, ...list(chance, name, word, field)];
}

function list(chance: Chance, name: string, word: number, field: string): readonly string[] {
  return [`${field}=write - ${name} ${field} %s; ${makeActions(chance, word, 2)}`];
}

const CONTINUES = [
  'TakeNext',
  'TakeNext',
  'TakeNext',
  'TakeNext',
  'DontCont',
  'EndMatch',
  'GoTo L1',
  'GoTo L2',
] as const;

function makeHalf(chance: Chance, number: string): Half {
  const second = number === '2';
  const { fields, word } = makePattern(chance, number, second);
  const context = chance.oneIn(3) ? [`context${number}=${makeContext(chance)}`] : [];
  const continues = chance.oneIn(4) ? [] : [`continue${number}=${chance.pick(CONTINUES)}`];
  return { fields: [...continues, ...fields, ...context], word };
}

function makePattern(chance: Chance, number: string, second: boolean): Half {
  const all = WORDS.length;
  const lines = chance.oneIn(10) ? chance.pick(['2', '3']) : '';
  const field = (type: string, pattern: string): readonly string[] => [
    `ptype${number}=${type}`,
    `pattern${number}=${pattern}`,
  ];
  const varmap = chance.oneIn(4)
    ? [`varmap${number}=${chance.pick(['E1', 'E2', 'u=1', 'u=2; E1', 'z=0;E2', 'u=7'])}`]
    : [];
  const index = chance.below(all);
  const word = WORDS[index] ?? 'ev';
  if (chance.oneIn(15)) {
    const type = `${chance.oneIn(4) ? 'N' : ''}PerlFunc${lines}`;
    return { fields: [...field(type, makePerlFunction(chance)), ...varmap], word: all };
  }
  switch (chance.below(10)) {
    case 0:
      return { fields: field('TValue', chance.oneIn(4) ? 'FALSE' : 'TRUE'), word: all };
    case 1:
      return { fields: field(chance.pick(['Cached', 'NCached']), chance.pick(['E1', 'E2'])), word: all };
    case 2:
      return { fields: field(`NSubStr${lines}`, chance.pick([word, 'a', '1'])), word: all };
    case 3:
      return {
        fields: [...field(`NRegExp${lines}`, chance.pick([`^${word}`, '(a|b)', '\\d$'])), ...varmap],
        word: all,
      };
    case 4:
      return { fields: field('SubStr', word), word: lines === '' ? index : all };
    default: {
      const generic = chance.oneIn(6);
      const firsts = second ? ['$1', '$2', '(\\w) $1', '$1\\b'] : [];
      const tails = [
        ' (\\w)',
        ' ([ab])',
        '',
        ' (?<u>\\w)( \\d)?',
        ' (\\w)(?: (\\d))?$',
        ' a',
        '.*?(\\d)?$',
        ' (\\S+)',
        '(?|x(\\w)| (\\w))',
        ' (?<u>a)?(?<w>.*)',
        '(?i) (A|B)',
        ...firsts.map((each) => ` ${each}`),
      ];
      const source = generic
        ? chance.pick(['.', '^(\\w+) (\\w)', '(\\d)', '^(.*)$', '^(?<u>.)'])
        : `^${word}${chance.pick(tails)}`;
      return {
        fields: [...field(`RegExp${lines}`, source), ...varmap],
        word: generic || lines !== '' ? all : index,
      };
    }
  }
}
