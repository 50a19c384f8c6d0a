import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** What the global flags and the environment say. */
export interface Settings {
  /** Configuration files or folders; the defaults where none was named. */
  readonly config: readonly string[];
  readonly configIsDefault: boolean;
  readonly state: string;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
}

/** The global flags as commander gives them. */
export interface GlobalFlags {
  readonly config?: readonly string[];
  readonly state?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  readonly color?: string;
}

/** Flags before environment before defaults. `isRoot` decides between the system's folders and the user's. */
export function settingsFrom(
  flags: GlobalFlags,
  env: NodeJS.ProcessEnv,
  terminal: { readonly isRoot: boolean; readonly isTTY: boolean },
): Settings {
  const named = flags.config ?? given(env['BIRD_SENTINEL_CONFIG'])?.split(':');
  return {
    config: named ?? [defaultConfig(env, terminal.isRoot)],
    configIsDefault: named === undefined,
    state: flags.state ?? given(env['BIRD_SENTINEL_STATE']) ?? defaultState(env, terminal.isRoot),
    json: flags.json ?? false,
    verbose: flags.verbose ?? false,
    quiet: flags.quiet ?? false,
    color: wantsColor(flags.color ?? 'auto', env, terminal.isTTY),
  };
}

const given = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

function defaultConfig(env: NodeJS.ProcessEnv, isRoot: boolean): string {
  if (isRoot) return '/etc/bird-sentinel';
  return join(absolute(env['XDG_CONFIG_HOME']) ?? join(home(), '.config'), 'bird-sentinel');
}

function defaultState(env: NodeJS.ProcessEnv, isRoot: boolean): string {
  if (isRoot) return systemState;
  return join(absolute(env['XDG_STATE_HOME']) ?? join(home(), '.local', 'state'), 'bird-sentinel');
}

/** Where the service of a machine keeps its state. */
export const systemState = '/var/lib/bird-sentinel';

/** The XDG base directory specification: what is empty or relative counts as not given. */
const absolute = (path: string | undefined): string | undefined =>
  path !== undefined && isAbsolute(path) ? path : undefined;

/** A user whom the machine does not know, as in a container, has no home, and Node throws. */
function home(): string {
  try {
    return absolute(homedir()) ?? userInfo().homedir;
  } catch {
    return '/nonexistent';
  }
}

/** `NO_COLOR` (no-color.org) wins over a terminal, the flag over both. */
function wantsColor(flag: string, env: NodeJS.ProcessEnv, isTTY: boolean): boolean {
  if (flag === 'always') return true;
  if (flag === 'never') return false;
  return isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}
