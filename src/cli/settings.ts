import { homedir } from 'node:os';
import { join } from 'node:path';

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
  const fromEnv = env['BIRD_SENTINEL_CONFIG'];
  const named = flags.config ?? (fromEnv === undefined || fromEnv === '' ? undefined : fromEnv.split(':'));
  return {
    config: named ?? [defaultConfig(env, terminal.isRoot)],
    configIsDefault: named === undefined,
    state: flags.state ?? env['BIRD_SENTINEL_STATE'] ?? defaultState(env, terminal.isRoot),
    json: flags.json ?? false,
    verbose: flags.verbose ?? false,
    quiet: flags.quiet ?? false,
    color: wantsColor(flags.color ?? 'auto', env, terminal.isTTY),
  };
}

function defaultConfig(env: NodeJS.ProcessEnv, isRoot: boolean): string {
  if (isRoot) return '/etc/bird-sentinel';
  return join(env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'bird-sentinel');
}

function defaultState(env: NodeJS.ProcessEnv, isRoot: boolean): string {
  if (isRoot) return '/var/lib/bird-sentinel';
  return join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'bird-sentinel');
}

/** `NO_COLOR` (no-color.org) wins over a terminal, the flag over both. */
function wantsColor(flag: string, env: NodeJS.ProcessEnv, isTTY: boolean): boolean {
  if (flag === 'always') return true;
  if (flag === 'never') return false;
  return isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}
