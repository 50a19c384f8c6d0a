import { byName } from './parse-escape.ts';
import { accept, acceptMatch, looksAt, refuse, type Flags, type Reader } from './reader.ts';
import { EMPTY, type Node } from './syntax.ts';

type ParseBranches = (reader: Reader, reset?: boolean) => Node;

const OFF: Flags = { i: false, m: false, s: false, x: false, xx: false, n: false };

/** What begins with a parenthesis, which was read. Undefined for inline flags, which are no atom. */
export function parseParenthesis(reader: Reader, at: number, branches: ParseBranches): Node | undefined {
  if (looksAt(reader, '*')) return verb(reader, at);
  if (!accept(reader, '?'))
    return reader.flags.n ? scoped(reader, at, branches) : capture(reader, at, branches);
  if (accept(reader, '>')) return { type: 'atomic', at, of: scoped(reader, at, branches) };
  if (accept(reader, '|')) return scoped(reader, at, branches, true);
  const look = acceptMatch(reader, /(<?)([=!])/y);
  if (look !== undefined) return lookaround(reader, at, look[1] === '<', look[2] === '!', branches);
  const named = acceptMatch(reader, /(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/y);
  if (named !== undefined) return capture(reader, at, branches, named[1] ?? named[2]);
  const back = acceptMatch(reader, /P=([A-Za-z_]\w*)\)/y);
  if (back !== undefined) return byName(reader, back[1] ?? '', at);
  return looksAtFlags(reader) ? flagged(reader, at, branches) : refuseOther(reader, at);
}

function capture(reader: Reader, at: number, branches: ParseBranches, name?: string): Node {
  reader.groups += 1;
  const number = reader.groups;
  if (name !== undefined) {
    const numbers = reader.names.get(name) ?? [];
    if (!numbers.includes(number)) reader.names.set(name, [...numbers, number]);
  }
  return { type: 'group', at, number, of: scoped(reader, at, branches) };
}

/** Flags set inside of a group end with it. */
function scoped(reader: Reader, at: number, branches: ParseBranches, reset = false): Node {
  const { flags } = reader;
  const node = branches(reader, reset);
  if (!accept(reader, ')') && !reader.lost) {
    refuse(reader, 'syntax', at, 'unmatched (', 'a parenthesis in the text is written \\(');
  }
  reader.flags = flags;
  return node;
}

function lookaround(
  reader: Reader,
  at: number,
  behind: boolean,
  negative: boolean,
  branches: ParseBranches,
): Node {
  reader.looks += 1;
  const of = scoped(reader, at, branches);
  reader.looks -= 1;
  return { type: 'look', at, behind, negative, of };
}

/** What begins them (perlre, "Extended Patterns"). */
const RECURSION = /^(?:R|[-+]?\d+|&[A-Za-z_]\w*|P>[A-Za-z_]\w*)\)/;
const CONDITION =
  /^\((?:(?:[1-9]\d*|<[A-Za-z_]\w*>|'[A-Za-z_]\w*'|R\d*|R&[A-Za-z_]\w*|DEFINE)\)|\?(?:<?[=!]|\{)|\*[a-z_]+:)/;

/** What Perl knows behind `(*` (perlre, "Special Backtracking Control Verbs" and "Extended Patterns"). */
const VERBS = new RegExp(
  String.raw`\*(?:(?:ACCEPT|COMMIT|FAIL|F|PRUNE|SKIP|THEN)(?::[^)]*)?\)|(?:MARK)?:[^)]+\)|` +
    '(?:pla|plb|nla|nlb|(?:positive|negative)_look(?:ahead|behind)|atomic|sr|script_run|asr|atomic_script_run):)',
  'y',
);

function verb(reader: Reader, at: number): Node {
  const known = acceptMatch(reader, VERBS) !== undefined;
  if (known) return unsupported(reader, at, 'verbs such as (*SKIP) are not supported');
  refuse(reader, 'syntax', at, 'there is no such verb', 'an asterisk in the text is written \\*');
  return lostAt(reader);
}

const FLAGS = /(\^?)([a-z]*)(?:-([a-z]*))?([:)])/y;

function looksAtFlags(reader: Reader): boolean {
  FLAGS.lastIndex = reader.at;
  return FLAGS.test(reader.source);
}

/** `(?i)`, `(?i-s)`, `(?^x)` to the end of the group around, which is no atom, or `(?i:…)`. */
function flagged(reader: Reader, at: number, branches: ParseBranches): Node | undefined {
  const start = reader.at;
  const [, caret, on = '', off = '', close] = acceptMatch(reader, FLAGS) ?? [];
  const unknown = /[^imnsxpad]/.exec(on + off);
  if (unknown !== null || (caret === '^' && off !== ''))
    return refuseFlag(reader, start, unknown?.[0] ?? '-');
  const flags = changed(caret === '^' ? OFF : reader.flags, on, off);
  if (close === ')') {
    reader.flags = flags;
    refuseRepetition(reader);
    return undefined;
  }
  const outside = reader.flags;
  reader.flags = flags;
  const node = scoped(reader, at, branches);
  reader.flags = outside;
  return node;
}

function changed(flags: Flags, on: string, off: string): Flags {
  const pick = (letter: 'i' | 'm' | 's' | 'n'): boolean =>
    !off.includes(letter) && (on.includes(letter) || flags[letter]);
  const x = !off.includes('x') && (on.includes('x') || flags.x);
  const xx = x && (on.includes('x') ? on.includes('xx') : flags.xx);
  return { i: pick('i'), m: pick('m'), s: pick('s'), n: pick('n'), x, xx };
}

function refuseFlag(reader: Reader, at: number, flag: string): Node {
  const why = 'ul'.includes(flag) ? 'classes are always those of ASCII' : 'known flags are i, m, s, x and n';
  refuse(reader, 'flag', at, `the flag ${flag} is not supported`, why);
  return EMPTY;
}

function refuseRepetition(reader: Reader): void {
  if (/[*+?]/.test(reader.source.charAt(reader.at))) {
    refuse(reader, 'syntax', reader.at, 'nothing to repeat after inline flags');
    reader.at += 1;
  }
}

function refuseOther(reader: Reader, at: number): Node {
  const rest = reader.source.slice(reader.at);
  if (RECURSION.test(rest)) return unsupported(reader, at, 'recursion is not supported');
  if (CONDITION.test(rest)) return unsupported(reader, at, 'conditions (?(…)…) are not supported');
  if (rest.startsWith('[')) return unsupported(reader, at, 'extended classes (?[…]) are not supported');
  // Nor does Perl take it in a pattern that was read at run time, as SEC's are.
  if (/^\??\{/.test(rest)) refuse(reader, 'syntax', at, 'code in a pattern is not supported');
  else refuse(reader, 'syntax', at, `(?${rest.charAt(0)} begins nothing that Perl knows`);
  return lostAt(reader);
}

/** Moves to the end: where such a construct ends cannot be told without understanding it. */
function unsupported(reader: Reader, at: number, message: string): Node {
  refuse(reader, 'unsupported', at, message);
  return lostAt(reader);
}

/** What follows could mean anything. */
function lostAt(reader: Reader): Node {
  reader.at = reader.source.length;
  reader.lost = true;
  return EMPTY;
}
