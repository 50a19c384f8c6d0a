import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { systemUser } from '../../install/accounts.ts';
import { carryOut, takeBack, type Done } from '../../install/setup/carry-out.ts';
import { packageFiles, planOf, unregistering, type Action, type Starter } from '../../install/setup/plan.ts';
import { ownCommand, whyUnreachable } from '../../install/setup/program-place.ts';
import { usualPlaces } from '../../install/setup/program.ts';
import { safeForTerminal } from '../../kit/terminal.ts';
import { documents } from '../documents.ts';
import { exit, type ExitCode } from '../exit.ts';
import type { Settings } from '../settings.ts';
import { complain, print } from '../terminal.ts';

/** Flags of `setup`. */
export interface SetupFlags {
  readonly print?: boolean;
  readonly uninstall?: boolean;
  readonly root?: string;
  readonly starter?: Starter;
  /** How the service starts the program, if not as it runs now. */
  readonly program?: string;
  /** Only the files of a package, below `root`. */
  readonly package?: boolean;
}

/** `setup`: makes the program a service of this machine, with a user, directories and pages of its own. */
export async function setup(settings: Settings, _: readonly string[], flags: SetupFlags): Promise<ExitCode> {
  if (flags.package === true && flags.root === undefined) {
    complain('--package fills the folder of a package, which --root names');
    return exit.usage;
  }
  const root = resolve(flags.root ?? '/');
  const command = flags.program === undefined ? ownCommand(process.argv) : [flags.program];
  const unreachable = flags.uninstall === true ? undefined : whyUnreachable(command);
  if (unreachable !== undefined) {
    complain(unreachable);
    return exit.failed;
  }
  const starter = flags.starter ?? starterHere();
  const installed = { command, ...usualPlaces };
  const pages = await documents();
  const plan =
    flags.package === true
      ? packageFiles(installed, pages)
      : planOf({
          starter,
          installed,
          documents: pages,
          isLive: root === '/',
          isConfigured: hasConfiguration(join(root, installed.config)),
        });
  if (flags.print === true) {
    const actions = flags.uninstall === true ? undoing(plan, starter, root) : plan;
    for (const action of actions) print(safeForTerminal(shown(action, root)));
    return exit.done;
  }
  if (process.geteuid?.() !== 0 && root === '/') {
    complain('only root can do that: sudo bird-sentinel setup (--print shows what it does)');
    return exit.failed;
  }
  if (flags.uninstall === true) return uninstall(plan, starter, root, settings);
  for (const action of plan) if (!tell(carryOut(action, root), settings)) return exit.failed;
  if (flags.package !== true) sayNext(root, installed.config);
  return exit.done;
}

/** systemd's own test whether it runs the machine: sd_booted(3). */
const starterHere = (): Starter => (existsSync('/run/systemd/system') ? 'systemd' : 'lsb');

function hasConfiguration(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.endsWith('.yaml'));
  } catch {
    // Not there; or closed to others, and then `setup` made it, for somebody who has a configuration by now.
    return existsSync(folder);
  }
}

/** What is to be undone of a plan: a file that is there stands for its deletion. */
type Undoing = Action | { readonly type: 'delete'; readonly path: string };

function undoing(plan: readonly Action[], starter: Starter, root: string): readonly Undoing[] {
  const { before, after } = endings(starter, root);
  const files = plan.flatMap((action): readonly Undoing[] =>
    action.type === 'write' && existsSync(join(root, action.path))
      ? [{ type: 'delete', path: action.path }]
      : [],
  );
  return files.length === 0 ? [] : [...before, ...files, ...after];
}

/** Only on the running machine there is a service to be ended. */
const endings = (starter: Starter, root: string): ReturnType<typeof unregistering> =>
  root === '/' ? unregistering(starter) : { before: [], after: [] };

function shown(action: Undoing, root: string): string {
  switch (action.type) {
    case 'delete':
      return `# deleted ${join(root, action.path)}\n`;
    case 'write':
      return `# file ${join(root, action.path)}, mode ${octal(action.mode)}\n${action.text}`;
    case 'account':
      return `# user ${systemUser}, without a shell, home ${action.home}, groups ${action.groups.join(' ')}\n`;
    case 'folder': {
      const owner = { root: 'root', shared: `root, group ${systemUser}`, service: systemUser }[action.owner];
      return `# directory ${join(root, action.path)}, mode ${octal(action.mode)}, of ${owner}\n`;
    }
    case 'run':
      return `# command ${action.argv.join(' ')}\n`;
  }
}

const octal = (mode: number): string => mode.toString(8).padStart(4, '0');

/** Says what was done; false: it failed. */
function tell({ type, text }: Done, settings: Settings): boolean {
  if (type === 'failed') complain(text);
  else if (!settings.quiet) print(safeForTerminal(type === 'done' ? text : `${text} (as it was)`));
  return type !== 'failed';
}

/** Takes back all files, also when the service cannot be ended; what holds data stays. */
function uninstall(plan: readonly Action[], starter: Starter, root: string, settings: Settings): ExitCode {
  const { before, after } = endings(starter, root);
  const isThere = plan.some((action) => action.type === 'write' && existsSync(join(root, action.path)));
  if (!isThere) {
    print('nothing is installed');
    return exit.done;
  }
  const results = [
    ...before.map((action) => carryOut(action, root)),
    ...plan.flatMap((action) => takeBack(action, root) ?? []),
    ...after.map((action) => carryOut(action, root)),
  ];
  const allDone = results.map((result) => tell(result, settings)).every(Boolean);
  const { config, state, logs } = usualPlaces;
  print(`left as they are: ${[config, state, logs].join(' ')}, and the user: userdel ${systemUser}`);
  return allDone ? exit.done : exit.failed;
}

function sayNext(root: string, config: string): void {
  if (root !== '/') return;
  print(
    hasConfiguration(config)
      ? 'it runs: bird-sentinel doctor says what is missing'
      : 'next: bird-sentinel init, then bird-sentinel setup once more, which starts it',
  );
}
