import { type Chance } from './random.ts';

/** A pattern and a way to make texts it is likely to match. */
export interface Sample {
  readonly source: string;
  text(): string;
}

interface Scope {
  readonly chance: Chance;
  readonly mode: 'b' | 'u';
  groups: number;
  readonly names: string[];
  x: boolean;
}

const LETTERS = ['a', 'b', 'c', 'A', 'B', '0', '1', '_', ' ', '-', 'é', '.', ',', ':'];
const BYTES = [...LETTERS, '\n', '\r', '\t', '\v', '\u00a0', '\u0085', ']', '^', '{', '}'];
const CHARS = [...BYTES, '\u2028', 'λ', '😀', '\u3000'];

/** Makes one pattern. */
export function makePattern(chance: Chance, mode: 'b' | 'u'): Sample {
  const scope: Scope = { chance, mode, groups: 0, names: [], x: false };
  const flags = chance.oneIn(6)
    ? chance.pick(['(?i)', '(?s)', '(?m)', '(?x)', '(?ms)', '(?n)', '(?^i)'])
    : '';
  if (flags === '(?x)') scope.x = true;
  const body = branches(scope, 3);
  return { source: flags + body.source, text: body.text };
}

/** A text of a few characters, without regard to any pattern. */
export function makeText(chance: Chance, mode: 'b' | 'u'): string {
  const pool = mode === 'b' ? BYTES : CHARS;
  return Array.from({ length: chance.below(7) }, () =>
    chance.pick(chance.oneIn(3) ? pool : ['a', 'b', 'c', '1']),
  ).join('');
}

/** Some text near one that matches. */
export function disturb(chance: Chance, mode: 'b' | 'u', text: string): string {
  const chars = Array.from(text);
  const at = chance.below(chars.length + 1);
  switch (chance.below(6)) {
    case 0:
      return `${text}\n`;
    case 1:
      return makeText(chance, mode) + text;
    case 2:
      return text + makeText(chance, mode);
    case 3:
      return [...chars.slice(0, at), makeText(chance, mode), ...chars.slice(at)].join('');
    case 4:
      return [...chars.slice(0, at), ...chars.slice(at + 1)].join('');
    default:
      return text;
  }
}

function branches(scope: Scope, depth: number): Sample {
  const count = scope.chance.oneIn(3) ? 2 + scope.chance.below(2) : 1;
  const parts = Array.from({ length: count }, () => run(scope, depth));
  return { source: parts.map(({ source }) => source).join('|'), text: () => scope.chance.pick(parts).text() };
}

function run(scope: Scope, depth: number): Sample {
  const { chance } = scope;
  const length = chance.oneIn(8) ? 0 : 1 + chance.below(3);
  const parts = Array.from({ length }, () => piece(scope, depth));
  const blank = (): string =>
    scope.x && scope.chance.oneIn(2) ? scope.chance.pick([' ', '  ', '\n', ' # note\n']) : '';
  return {
    source: parts.map(({ source }) => source + blank()).join(''),
    text: () => parts.map((part) => part.text()).join(''),
  };
}

function piece(scope: Scope, depth: number): Sample {
  const { chance } = scope;
  const of = atom(scope, depth);
  if (/^\(\?<?[=!]/.test(of.source) && !chance.oneIn(50)) return of;
  if (!chance.oneIn(3) || ['', '(?#note)'].includes(of.source) || /^\(\?[\^a-z-]+\)$/.test(of.source))
    return of;
  const [bounds, min, max] = chance.pick<readonly [string, number, number]>([
    ['*', 0, 3],
    ['+', 1, 3],
    ['?', 0, 1],
    ['{2}', 2, 2],
    ['{1,2}', 1, 2],
    ['{0,2}', 0, 2],
    ['{0,1}', 0, 1],
    ['{2,}', 2, 3],
    ['{,2}', 0, 2],
    ['{ 1 , 3 }', 1, 3],
  ]);
  const mode = chance.pick(['', '', '', '?', '+']);
  const text = (): string =>
    Array.from({ length: min + chance.below(max - min + 1) }, () => of.text()).join('');
  return { source: of.source + bounds + mode, text };
}

function atom(scope: Scope, depth: number): Sample {
  const { chance } = scope;
  const kind = chance.below(depth > 0 ? 22 : 12);
  if (kind < 6) return character(scope);
  if (kind < 8) return bracket(scope);
  if (kind < 10) return escape(scope);
  if (kind === 10) return assertion(scope);
  if (kind === 11) return scope.groups > 0 ? backreference(scope) : character(scope);
  return group(scope, depth - 1);
}

function fixed(source: string, text = ''): Sample {
  return { source, text: () => text };
}

function character(scope: Scope): Sample {
  const { chance } = scope;
  const char = chance.pick(chance.oneIn(4) ? (scope.mode === 'b' ? BYTES : CHARS) : ['a', 'b', 'c']);
  if (/[.^{}\]]/.test(char) || (scope.x && /\s/.test(char))) return fixed(`\\${char}`, char);
  return chance.oneIn(30) ? fixed(chance.pick(['{', '}', ']', '\\-', '\\/']), '{') : fixed(char, char);
}

function escape(scope: Scope): Sample {
  const { chance, mode } = scope;
  return fixed(
    ...chance.pick<readonly [string, string]>([
      ['.', 'a'],
      ['\\d', '1'],
      ['\\D', 'a'],
      ['\\w', 'b'],
      ['\\W', '-'],
      ['\\s', ' '],
      ['\\S', 'c'],
      ['\\h', '\t'],
      ['\\H', 'a'],
      ['\\v', '\n'],
      ['\\V', 'a'],
      ['\\R', '\r\n'],
      ['\\R', '\r'],
      ['\\N', 'a'],
      ['\\t', '\t'],
      ['\\n', '\n'],
      ['\\x41', 'A'],
      ['\\x{61}', 'a'],
      ['\\o{142}', 'b'],
      ['\\012', '\n'],
      ['\\x{e9}', 'é'],
      ['\\cI', '\t'],
      ['\\e', '\u001b'],
      ['\\N{U+63}', 'c'],
      ...(mode === 'u'
        ? ([
            ['\\x{1f600}', '😀'],
            ['\\x{3bb}', 'λ'],
          ] as const)
        : []),
    ]),
  );
}

function assertion({ chance }: Scope): Sample {
  return fixed(chance.pick(['^', '$', '\\A', '\\z', '\\Z', '\\b', '\\B', '(?#note)']));
}

function bracket(scope: Scope): Sample {
  const { chance, mode } = scope;
  const members = [
    'a',
    'b',
    'c',
    'a-c',
    '0-9',
    'A-C',
    '\\d',
    '\\w',
    '\\s',
    '\\W',
    '\\-',
    '.',
    '^',
    '$',
    '\\n',
    '\\x41',
    '\\]',
  ];
  const more = [
    '[:alpha:]',
    '[:^digit:]',
    '[:punct:]',
    '[:space:]',
    '[:upper:]',
    '[:^upper:]',
    'é',
    '\\b',
    '\\h',
    '\\v',
    '\\101',
    '\\w-a',
    '[',
    '|',
    ' ',
  ];
  const wide = mode === 'u' ? ['λ', '😀', '\\x{1f600}-\\x{1f64f}', '\\x{ff00}-\\x{10100}'] : ['\\xe0-\\xff'];
  const list = Array.from({ length: 1 + chance.below(3) }, () =>
    chance.pick(chance.oneIn(3) ? (chance.oneIn(4) ? wide : more) : members),
  );
  const head = chance.pick(['', '', '^', ']', '^]', '-']);
  const tail = chance.oneIn(6) ? '-' : '';
  const pool = mode === 'b' ? BYTES : CHARS;
  return {
    source: `[${head}${list.join('')}${tail}]`,
    text: () => chance.pick(chance.oneIn(3) ? pool : ['a', 'b', 'c', '1', 'A']),
  };
}

function backreference(scope: Scope): Sample {
  const { chance, groups, names } = scope;
  const number = 1 + chance.below(groups);
  const back = groups - number + 1;
  const name = names.length > 0 ? chance.pick(names) : undefined;
  const byName =
    name === undefined
      ? []
      : [`\\k<${name}>`, `\\k{${name}}`, `\\k'${name}'`, `(?P=${name})`, `\\g{${name}}`];
  const byNumber = [`\\${String(number)}`, `\\g{${String(number)}}`, `\\g{-${String(back)}}`];
  return fixed(chance.pick([...byNumber, ...byName]), chance.pick(['a', 'b', 'ab', '']));
}

function group(scope: Scope, depth: number): Sample {
  const { chance } = scope;
  const outside = scope.x;
  const made = makeGroup(scope, depth);
  if (!/^\(\?[\^a-z-]+\)$/.test(made.source)) scope.x = outside;
  return chance.oneIn(200) ? { ...made, source: made.source.slice(0, -1) } : made;
}

function makeGroup(scope: Scope, depth: number): Sample {
  const { chance } = scope;
  const kind = chance.below(20);
  const wrap = (open: string, text?: () => string): Sample => {
    const of = branches(scope, depth);
    return { source: `${open}${of.source})`, text: text ?? of.text };
  };
  if (kind < 6) {
    scope.groups += 1;
    return wrap('(');
  }
  if (kind < 10) return wrap('(?:');
  if (kind === 10) return wrap('(?>');
  if (kind === 11) return named(scope, wrap);
  if (kind === 12) return wrap('(?=', () => '');
  if (kind === 13) return wrap('(?!', () => '');
  if (kind === 14) return wrap('(?<=');
  if (kind === 15) return wrap('(?<!', () => '');
  if (kind === 16) return branchReset(scope, depth);
  if (kind === 17) return wrap(chance.pick(['(?i:', '(?s:', '(?m:', '(?-i:', '(?i-s:', '(?^:']));
  if (kind === 18) return fixed(chance.pick(['(?i)', '(?s)', '(?m)', '(?-i)']));
  return wrap('(?:');
}

function named(scope: Scope, wrap: (open: string) => Sample): Sample {
  const { chance } = scope;
  scope.groups += 1;
  const name = chance.pick(['n', 'm', 'k1']);
  scope.names.push(name);
  return wrap(chance.pick([`(?<${name}>`, `(?'${name}'`, `(?P<${name}>`]));
}

function branchReset(scope: Scope, depth: number): Sample {
  const before = scope.groups;
  const parts = [0, 1].map(() => {
    scope.groups = before;
    const part = run(scope, depth);
    return { part, groups: scope.groups };
  });
  scope.groups = Math.max(...parts.map(({ groups }) => groups));
  const source = `(?|${parts.map(({ part }) => part.source).join('|')})`;
  return { source, text: () => scope.chance.pick(parts).part.text() };
}
