import type { Chance } from '../perl/random.ts';
import { WORDS } from './generate-input.ts';

/** An action that runs a command; what it prints are events of words after the `word`th. */
export function makeCommand(chance: Chance, word: number): string {
  return chance.pick(MAKERS)(chance, word);
}

type Make = (chance: Chance, word: number) => string;

const values = ['$1', '%s', '%v', 'a b', '$+{u}', "'$1'", '"%s"'] as const;
const context = (chance: Chance): string => chance.pick(['A', 'B', 'C', 'S']);

const said: Make = (chance, word) => {
  const later = WORDS.slice(Math.max(4, word + 1));
  const first = later[chance.below(later.length)];
  return first === undefined ? 'true' : `echo ${first} ${chance.pick(['a', 'b', '$1'])}`;
};

const MAKERS: readonly Make[] = [
  (chance) => `shellcmd echo shell ${chance.pick(values)}`,
  (chance) => `cmdexec echo words ${chance.pick(values)}`,
  (chance, word) => `spawn ${said(chance, word)}`,
  (chance, word) => `spawnexec ${said(chance, word)}`,
  (chance, word) => `cspawn ${chance.pick(['IC', 'A'])} ${said(chance, word)}`,
  (chance, word) => `cspawnexec IC ${said(chance, word)}`,
  (chance) => `pipe '${chance.pick(values).replaceAll("'", '')}' cat`,
  (chance) => `pipeexec 'one %s' ${chance.pick(['cat', 'tr a-z A-Z'])}`,
  (chance) => `report ${context(chance)} ${chance.pick(['cat', 'sed s/^/./'])}`,
  (chance) => `reportexec ${context(chance)} cat -n`,
];

/** Fields that a SingleWithScript has of its own. */
export function makeScript(chance: Chance): readonly string[] {
  const script = chance.pick([
    'true',
    'false',
    '/no/such/program',
    'exit 3',
    'grep -qx A',
    'grep -c .; exit 1',
    'cat >/dev/null; test "$1" = a',
    'kill -9 $$',
    'test $1 = a',
  ]);
  return [`script=${script}`, ...(chance.oneIn(3) ? [`shell=${chance.pick(['no', 'yes', 'NO'])}`] : [])];
}
