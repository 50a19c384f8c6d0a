import type { Chance } from '../perl/random.ts';
import { makeCommand } from './generate-commands.ts';
import { CONTEXTS } from './generate-contexts.ts';
import { WORDS } from './generate-input.ts';
import { makePerlAction } from './generate-perl.ts';

/**
 * An action list. Events are made of words after the `word`th only; lists inside lists are at most `depth`
 * deep.
 */
export function makeActions(chance: Chance, word: number, depth: number): string {
  return Array.from({ length: 1 + chance.below(3) }, () => chance.pick(MAKERS)(chance, word, depth)).join(
    '; ',
  );
}

type MakeAction = (chance: Chance, word: number, depth: number) => string;

const VARIABLES = ['%v', '%w', '%n'] as const;
const TEXTS = [
  '',
  'plain',
  '$1',
  '%s',
  '%v',
  '$0 %w',
  '[$1] [$2]',
  '%{n}%%',
  '$+{u}-$:{E1:1}',
  '$$ 5% %t',
  '%u',
  'x $:{E2:u} %n',
  '%.hmsstr %.mday%.mdaystr %.mon%.monstr',
  '%{.year}-%.wday%.wdaystr %.tzname%.tzoff%.tzoff2',
  '%.sec:%.min:%.hour %.mdayT%.chr7%{.sp}%.tab%.chr40',
  'a%.nlb $1%.cr',
  '$+{_inputsrc} $+{_intcontext} $:{E1:_inputsrc}',
  '$:{E1:1}s $1',
  '%1 %:{E1:1} $:{E1:0}{v}',
  '%:{E2:0}1 %$:{E1:1}',
  "it's '%s' \\ \"$1\" `x`",
] as const;

const variable = (chance: Chance): string => chance.pick(VARIABLES);
const context = (chance: Chance): string =>
  chance.oneIn(12) ? chance.pick(['_THIS', 'AL', 'none']) : chance.pick(CONTEXTS);
const text = (chance: Chance): string => chance.pick(TEXTS);
const life = (chance: Chance): string =>
  chance.pick(['0', '1', '2', '3', '5', '10', '20', '60', '%n', '(3)']);
const rule = (chance: Chance): string => chance.pick(['0', '1', '2', '+1', '-1', '3', '-2']);
const desc = (chance: Chance): string => chance.pick(['%s', 'd', '$1', 'd $1', 'd a']);
const moment = (chance: Chance): string => chance.pick(['%u', '%w', '%n', '5', '1704067205']);

const write: MakeAction = (chance) => `write ${chance.oneIn(6) ? 'out.txt' : '-'} ${text(chance)}`;

const create: MakeAction = (chance, word, depth) => {
  const list =
    depth > 0 && chance.oneIn(2) ? ` (write - %s gone; ${makeActions(chance, word, depth - 1)})` : '';
  return `create ${context(chance)} ${life(chance)}${list}`;
};

const set: MakeAction = (chance, word, depth) => {
  const list =
    depth > 0 && chance.oneIn(2) ? ` (write - %s set; ${makeActions(chance, word, depth - 1)})` : '';
  return `set ${context(chance)} ${chance.oneIn(3) ? '-' : life(chance)}${list}`;
};

const event: MakeAction = (chance, word) => {
  const later = WORDS.slice(Math.max(4, word + 1));
  if (later.length === 0) return 'none';
  const text = `${chance.pick(later)} ${chance.pick(['$1', 'a', 'b', '%v', '%s', 'a%{.nl}s3 b'])}`;
  const delay = chance.pick(['0', '0', '1', '2', '5', '20']);
  if (chance.oneIn(4)) return `cevent ${chance.pick(['IC', 'A'])} ${delay} ${text}`;
  return chance.oneIn(4) ? `tevent ${delay} ${text}` : `event ${delay} ${text}`;
};

const condition: MakeAction = (chance, word, depth) => {
  if (depth === 0) return 'none';
  const list = (): string => makeActions(chance, word, depth - 1);
  const otherwise = chance.oneIn(2) ? ` else (write - no; ${list()})` : '';
  return `if ${variable(chance)} (write - yes; ${list()})${otherwise}`;
};

const loop: MakeAction = (chance, word, depth) => {
  // A loop within would fill S again, for ever.
  if (depth === 0) return 'none';
  const inner = makeActions(chance, word, 0).replaceAll('%n', '%w');
  const leave = chance.oneIn(3) ? `if %w (${chance.pick(['break', 'continue', 'write - x; break'])}); ` : '';
  const body = `shift S %w; write - shifted %w; getsize %n S; ${leave}${inner}`;
  return `fill S ${text(chance)}; add S $1; getsize %n S; while %n (${body}); ${chance.oneIn(3) ? 'break' : 'none'}`;
};

const MAKERS: readonly MakeAction[] = [
  write,
  write,
  (chance) => `writen - ${text(chance)}`,
  (chance) => `logonly ${text(chance)}`,
  create,
  create,
  create,
  set,
  event,
  event,
  event,
  condition,
  loop,
  (chance) => `delete ${context(chance)}`,
  (chance) => `obsolete ${context(chance)}`,
  (chance) => `alias ${context(chance)} ${chance.pick(['AL', 'B', 'C_a'])}`,
  (chance) => `unalias ${chance.pick(['AL', 'A', 'B'])}`,
  (chance) => `add ${context(chance)} ${text(chance)}`,
  (chance) => `add ${context(chance)} $1%.nl%v; report ${context(chance)}`,
  (chance) =>
    chance.pick(['delete', 'obsolete', 'unalias', 'report _THIS', 'add _THIS $1', 'break', 'continue']),
  (chance) => `prepend ${context(chance)} ${text(chance)}`,
  (chance) => `fill ${context(chance)} ${text(chance)}`,
  (chance) => `report ${context(chance)}`,
  (chance) => `copy ${context(chance)} ${variable(chance)}`,
  (chance) => `empty ${context(chance)}${chance.oneIn(2) ? ` ${variable(chance)}` : ''}`,
  (chance) => `${chance.pick(['pop', 'shift'])} ${context(chance)} ${variable(chance)}`,
  (chance) =>
    `${chance.pick(['exists', 'getsize', 'getltime', 'getctime'])} ${variable(chance)} ${context(chance)}`,
  (chance) => `setltime ${context(chance)} ${life(chance)}`,
  (chance) => `setctime ${moment(chance)} ${context(chance)}`,
  (chance) => `reset ${rule(chance)} ${desc(chance)}`,
  (chance) => `reset ${desc(chance)}`,
  (chance) => `getwpos ${variable(chance)} ${rule(chance)} ${desc(chance)}`,
  (chance) => `setwpos ${moment(chance)} ${rule(chance)} ${desc(chance)}`,
  (chance) => `assign ${variable(chance)} ${text(chance)}`,
  // A variable quoted into itself again and again grows without end.
  (chance) => `assignsq %q ${text(chance)}`,
  (chance) => `write - %q ${text(chance)}`,
  (chance) => `assign ${variable(chance)} ${chance.pick(['0', '1', '2', '%u', ''])}`,
  (chance) => `free ${variable(chance)}`,
  (chance) => `varset ${variable(chance)} ${chance.pick(['E1', 'E2'])}`,
  (chance) => `rewrite ${chance.pick(['0', '1', '2', '%n'])} ${text(chance)}`,
  (chance) => `pipe '${text(chance)}'`,
  (chance) => (chance.oneIn(2) ? `owritecl out.txt ${text(chance)}` : 'closef out.txt'),
  (chance) => `getaliases ${variable(chance)} ${context(chance)}`,
  (chance, word) => (chance.oneIn(2) ? makeCommand(chance, word) : 'none'),
  (chance) => (chance.oneIn(3) ? input(chance) : 'none'),
  (chance) => (chance.oneIn(10) ? `sigemul ${chance.pick(['HUP', 'ABRT', 'USR2', 'INT', 'TERM'])}` : 'none'),
  (chance) => (chance.oneIn(2) ? makePerlAction(chance) : 'none'),
];

const input = (chance: Chance): string => {
  const file = chance.pick(['late.log', 'late.log', 'app.log', 'gone.log']);
  if (chance.oneIn(3)) return `dropinput ${file}`;
  return `addinput ${file}${chance.pick(['', ' 0', ' -', ' 5', ' 0 LATE', ' - A'])}`;
};
