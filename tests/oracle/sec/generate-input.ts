import type { Chance } from '../perl/random.ts';

/** Words with which lines begin. The later ones are made by rules, each by words before it. */
export const WORDS = ['fail', 'up', 'down', 'ev', 's1', 's2', 's3'] as const;

/** How many of the words are those of input lines. */
export const INPUT_WORDS = 4;

const SETTINGS = [
  '#!opts --intcontexts',
  '#!opts --intevents',
  '#!opts --jointbuf',
  '#!opts --bufsize=2',
  '#!opts --bufsize=4',
  '#!opts --cleantime=0',
  '#!opts --cleantime=2',
  '#!opts --cleantime=5',
  '#!opts --evstoresize=2',
  '#!opts --fromstart',
  '#!opts --quoting',
  '#!opts --bufsize=1',
  '#!opts --debug=4',
  '#!opts --nokeepopen',
  '#!opts --nochildterm',
  '#!opts --reopen-timeout=3',
  '#!opts --notail',
  '#!opts --blocksize=7',
  '#!step 7',
];

const INPUTS = [
  '#!input app.log',
  '#!input app.log',
  '#!input app.log',
  '#!input app.log=IC',
  '#!input app.log=A',
];

export function makeSettings(chance: Chance): readonly string[] {
  const options = chance.oneIn(2)
    ? []
    : Array.from({ length: 1 + chance.below(2) }, () => chance.pick(SETTINGS));
  const epoch = chance.oneIn(4) ? [`#!epoch ${String(1_704_067_200 + chance.below(40_000_000))}`] : [];
  return [...new Set(options), ...epoch, chance.pick(INPUTS)];
}

/** Lines over some minutes, dense enough to meet the windows of rules at and about their ends. */
export function makeItems(chance: Chance): readonly string[] {
  const items: string[] = [];
  let now = 0;
  const count = 5 + chance.below(30);
  for (let made = 0; made < count; made += 1) {
    now += chance.oneIn(3) ? 0 : chance.oneIn(8) ? chance.below(70) : chance.below(7);
    items.push(makeItem(chance, now));
  }
  return [...withoutEarlyOnes(items), `@${String(now + 130)}`];
}

/** Standard input that has ended is not polled: an early line would wait, and the oracle's clock go back to it. */
function withoutEarlyOnes(items: readonly string[]): readonly string[] {
  const end = items.findIndex((item) => item.endsWith('!EOF'));
  return items.map((item, at) => (end >= 0 && at > end ? item.replace('^ ', ' ') : item));
}

const COMMANDS = [
  'mv app.log app.old; touch app.log',
  'mv app.log app.old; echo up a >app.log',
  ': >app.log',
  'printf "fail a" >>app.log',
  'rm -f late.log',
  'touch a.sec',
  'printf "up b\\0 1\\r\\n" >>app.log',
] as const;

function makeItem(chance: Chance, now: number): string {
  const at = `@${String(now)}`;
  if (chance.oneIn(60)) return `${at}!${chance.pick(['HUP', 'ABRT', 'USR2', 'INT'])}`;
  if (chance.oneIn(300)) return `${at}!${chance.pick(['TERM', 'EOF'])}`;
  if (chance.oneIn(80)) return `${at}!sh ${chance.pick(COMMANDS)}`;
  if (chance.oneIn(15)) return `${at}|late.log ${makeLine(chance)}`;
  if (chance.oneIn(40)) return at;
  if (chance.oneIn(6)) return `${at}|app.log ${makeLine(chance)}`;
  return `${at}${chance.oneIn(5) ? '^' : ''} ${makeLine(chance)}`;
}

/** Words of lines that would be variables of rules, if they were read as such. */
const SIGNS = ['%s', '$1', '%v%', '$$', '%%s', '%{n}', '%1', '$:{E2:0}', '$0%w', '%'] as const;

function makeLine(chance: Chance): string {
  if (chance.oneIn(25))
    return chance.pick(['', ' ', '$1 %s', 'a', 'fail', '%v $$ (a', 'up a; b', 'x\ty \\', 'fail *+']);
  const number = chance.oneIn(2) ? ` ${String(chance.below(4))}` : '';
  const value = chance.pick(chance.oneIn(12) ? SIGNS : ['a', 'b', 'c']);
  return `${chance.pick(WORDS.slice(0, INPUT_WORDS))} ${value}${number}`;
}
